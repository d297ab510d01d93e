#include "actors/candle_evaluation.hpp"

#include "adapters/log/log.hpp"
#include "market/answer_text.hpp"
#include "market/candle_codec.hpp"
#include "market/json_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>

namespace tickboard {

namespace {

/// One question on its way through Redis.
struct candle_reading {
  candle_query query;
  std::int64_t first_ms; ///< of the first candle that may be shown
  std::int64_t now_ms;
  /// By period: what Redis has, then what the writer has, which is of now.
  std::map<std::int64_t, std::vector<std::string>> chunks;
  evaluation_outcome outcome; ///< with a problem, or a total of 1 if there is such a market
  evaluation_callback done;

  const candle_ring& ring() const noexcept { return candle_rings[query.length().ring]; }

  /// The candles of one period: what both have is of both.
  std::vector<candle> read(std::int64_t period, const std::vector<std::string>& stored) const {
    std::vector<candle> out;
    for (const auto& bytes : stored) {
      auto found = decode_candles(bytes, ring(), period);
      if (!found) {
        log::warn("query", "candles in Redis are damaged; left out",
                  {{"market", query.id}, {"interval", ring().name}});
        continue;
      }
      for (auto& one : *found) {
        const auto at = std::ranges::lower_bound(out, one.start_ms, {}, &candle::start_ms);
        if (at != out.end() && at->start_ms == one.start_ms)
          take_in(*at, one);
        else
          out.insert(at, std::move(one));
      }
    }
    return out;
  }

  /// The newest ones; no more chunks are decoded than that takes.
  std::vector<candle> found() const {
    std::vector<candle> out;
    for (auto at = chunks.rbegin(); at != chunks.rend() && out.size() < query.limit; ++at) {
      auto parts = read(at->first, at->second);
      std::erase_if(parts, [this](const candle& one) {
        return one.start_ms < first_ms || one.start_ms > now_ms + candle_clock_ms;
      });
      auto some = folded(parts, query.length().length_ms); // none is of two chunks
      std::erase_if(some, [this](const candle& one) {
        return one.start_ms < query.from_ms || one.start_ms >= query.to_ms;
      });
      out.insert(out.begin(), some.begin(), some.end());
    }
    if (out.size() > query.limit)
      out.erase(out.begin(), out.end() - static_cast<std::ptrdiff_t>(query.limit));
    return out;
  }

  void finish() {
    if (outcome.problem.empty() && outcome.total == 1) {
      answer_text text{now_ms, candles_text(query, found(), first_ms, now_ms)};
      outcome = finished(text, 1, now_ms);
    }
    done(std::move(outcome));
  }
};

} // namespace

std::string candles_text(const candle_query& query, const std::vector<candle>& found,
                         std::int64_t first_ms, std::int64_t now_ms) {
  std::string out = "{\"data\":[";
  for (const auto& one : found) {
    const bool is_last = &one == &found.back();
    const bool closed =
        !is_last || one.start_ms + query.length().length_ms + candle_clock_ms <= now_ms;
    fmt::format_to(std::back_inserter(out),
                   R"({}{{"start_ms":{},"open":"{}","high":"{}","low":"{}","close":"{}",)"
                   R"("closed":{}}})",
                   out.back() == '[' ? "" : ",", one.start_ms, one.open.text(), one.high.text(),
                   one.low.text(), one.close.text(), closed);
  }
  fmt::format_to(std::back_inserter(out),
                 R"(],"meta":{{"id":{},"interval":"{}","interval_ms":{},"kept_from_ms":{}}})",
                 json_string(query.id), query.length().name, query.length().length_ms, first_ms);
  return out;
}

void evaluate_candles(const board_ptr& board, const std::shared_ptr<redis::client>& store,
                      const candle_query& query, const std::string& quote,
                      const candle_counts& kept, std::vector<candle_chunk> held,
                      std::int64_t now_ms, evaluation_callback done) {
  auto reading = std::make_shared<candle_reading>();
  reading->query = query;
  reading->now_ms = now_ms;
  reading->first_ms = first_kept_ms(query.length(), kept, now_ms);
  reading->done = std::move(done);
  const auto& ring = reading->ring();
  const auto& keys = board->layout[board->layout.find(quote)];

  std::vector<redis::call> calls(2);
  calls[0].arguments = redis::command{"EXISTS", keys.epoch};
  calls[0].done = [reading](const redis::reply& answer) {
    if (answer.failed())
      reading->outcome = evaluation_failure(answer);
    else if (answer.integer() == 0)
      reading->outcome = board_is_rebuilt();
  };
  calls[1].arguments.add("EXISTS");
  calls[1].arguments.add(keys.rows, query.id);
  calls[1].done = [reading](const redis::reply& answer) {
    reading->outcome.total = static_cast<std::uint64_t>(answer.integer());
  };
  const auto last_ms = std::min(query.to_ms + query.length().length_ms, now_ms + candle_clock_ms);
  const auto first_ms = std::max(query.from_ms, reading->first_ms);
  for (auto period = first_ms / ring.chunk_ms(); period * ring.chunk_ms() <= last_ms; ++period) {
    auto& one = calls.emplace_back();
    one.arguments.add("HGET");
    one.arguments.add(board->layout.candles(quote, ring.name, period));
    one.arguments.add(query.id);
    one.done = [reading, period](const redis::reply& answer) {
      if (answer.failed())
        reading->outcome = evaluation_failure(answer);
      else if (answer.is_text())
        reading->chunks[period].emplace_back(answer.text());
    };
  }
  auto last = std::move(calls.back().done);
  calls.back().done = [reading, last, held = std::move(held)](const redis::reply& answer) {
    last(answer);
    for (const auto& one : held)
      if (&candle_rings[one.ring] == &reading->ring())
        reading->chunks[one.period].push_back(one.bytes);
    reading->finish();
  };
  store->submit(std::move(calls));
}

} // namespace tickboard
