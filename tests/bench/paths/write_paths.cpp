#include "actors/writer.hpp"
#include "tests/bench/paths/paths.hpp"

#include <fmt/format.h>

#include <memory>

namespace tickboard::bench {

namespace {

constexpr std::size_t merged_markets = 64, updates_a_market = 4;
constexpr std::size_t batch_markets = 100;
constexpr std::int64_t second = 1'000;

/// A writer without an actor and without Redis: it merges, and nothing is sent.
struct lone_writer {
  writer_state state{nullptr};
  std::vector<market_ptr> markets;
  std::int64_t now_ms = begin_ms;
  write_patches next; ///< updates that it is to take

  explicit lone_writer(std::size_t count) {
    state.config.board = std::make_shared<const board>("tb", std::vector<std::string>{});
    state.config.now_ms = [this] { return now_ms; };
    state.make_lanes();
    for (std::size_t i = 0; i < count; ++i)
      markets.push_back(
          *make_market("binance", fmt::format("C{}", i), "USDT", fmt::format("C{}USDT", i)));
  }

  /// Makes `rounds` updates of every market, each of other values than the one before.
  void make_updates(std::size_t rounds) {
    std::vector<ticker_patch> patches;
    patches.reserve(rounds * markets.size());
    const auto digits = [](double value, int decimals) {
      return *decimal::parse(fmt::format("{:.{}f}", value, decimals));
    };
    for (std::size_t round = 0; round < rounds; ++round)
      for (std::size_t i = 0; i < markets.size(); ++i) {
        const double step = static_cast<double>(++made_ % 97), price = 87'000.0 + step;
        auto& one = patches.emplace_back();
        one.subject = markets[i];
        one.at.ts_ms = now_ms + static_cast<std::int64_t>(round);
        one.received_ms = one.at.ts_ms + 20;
        one.trade.emplace().last = digits(price, 2);
        one.quote.emplace() = {digits(price - 0.01, 2), digits(price + 0.01, 2),
                               digits(1 + step / 16, 8), digits(2 + step / 16, 8)};
        auto& day = one.stats.emplace();
        day.open = digits(88'612.45, 8);
        day.high = digits(89'120 + step, 8);
        day.low = digits(86'900.1 - step, 8);
        day.volume = digits(18'234.55121 + step, 8);
        day.quote_volume = digits(1'603'385'934.55 + step * price, 8);
        day.change_pct = change_pct(day.open, one.trade->last);
      }
    next = {1, std::make_shared<const std::vector<ticker_patch>>(std::move(patches)), nullptr};
  }

  /// Lets an hour pass, so that changes are known over every window.
  void live_an_hour() {
    for (int minute = 0; minute < 75; ++minute, now_ms += 60 * second) {
      make_updates(1);
      state.apply(next);
    }
  }

private:
  std::size_t made_ = 0;
};

/// As `writer_state::pump` and the client do it; the bytes of all calls.
std::size_t send_batch(lone_writer& from) {
  auto& lane = from.state.lanes[redis::layout::board];
  lane.visit_next([&](slot& market) { from.state.derived.refresh(market, from.now_ms); });
  const lane::time_point now{std::chrono::milliseconds{from.now_ms}};
  std::size_t bytes = 0;
  const auto by = lane.is_plain() ? lane::way::commands : lane::way::script;
  for (auto& one : lane.take_batch("bench:1", now, by, [](const lane_result&) {})) {
    for (auto& command : one.transaction)
      bytes += command.finish().size();
    if (one.by_sha)
      bytes += one.arguments.finish({"EVALSHA", one.by_sha->sha, std::to_string(one.keys)}).size();
  }
  lane.finish({});
  return bytes;
}

path merge_path() {
  auto writer = std::make_shared<lone_writer>(merged_markets);
  return {"merge",
          "update",
          merged_markets * updates_a_market,
          [writer] {
            writer->now_ms += 5;
            writer->make_updates(updates_a_market);
          },
          [writer] {
            writer->state.apply(writer->next);
            if (writer->state.lanes[redis::layout::board].waiting() != merged_markets)
              fail("merge: a market is queued more than once");
          },
          false};
}

path batch_path() {
  auto writer = std::make_shared<lone_writer>(batch_markets);
  writer->live_an_hour();
  send_batch(*writer); // the first one merges with what Redis has; those behind it write
  return {"encode_batch", "batch of 100", 1,
          [writer] {
            writer->now_ms += second;
            writer->make_updates(1);
            writer->state.apply(writer->next);
          },
          [writer] {
            if (send_batch(*writer) < batch_markets * 600)
              fail("encode_batch: a batch lacks rows");
          }};
}

} // namespace

std::vector<path> write_paths() {
  return {merge_path(), batch_path()};
}

} // namespace tickboard::bench
