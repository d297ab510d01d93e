#include "actors/candle_calls.hpp"

#include <map>
#include <string_view>
#include <tuple>

namespace tickboard {

namespace {

/// A chunk may be that of a moment later than it is written.
constexpr std::int64_t outlives_by_ms = 2 * candle_clock_ms;

} // namespace

std::vector<redis::call> read_candle_calls(const redis::layout& layout,
                                           std::span<slot* const> markets, std::int64_t now_ms,
                                           const std::shared_ptr<histories_read>& found,
                                           const std::function<void(const redis::reply&)>& note) {
  std::map<std::string_view, std::vector<std::size_t>> by_quote;
  for (std::size_t i = 0; i < markets.size(); ++i)
    if (markets[i] != nullptr)
      by_quote[markets[i]->subject->quote].push_back(i);
  std::vector<redis::call> out;
  for (const auto& [quote, places] : by_quote)
    for (auto ring = candle_rings.size(); ring-- > 0;) // hours make days: days must be known before
      for (const std::int64_t back : {1, 0}) {
        const auto period = now_ms / candle_rings[ring].chunk_ms() - back;
        auto& one = out.emplace_back();
        one.arguments.add("HMGET");
        one.arguments.add(layout.candles(quote, candle_rings[ring].name, period));
        for (const auto i : places)
          one.arguments.add(markets[i]->subject->id);
        one.done = [found, note, ring, period, places = places](const redis::reply& answer) {
          note(answer);
          for (std::size_t i = 0; i < std::min(answer.size(), places.size()); ++i)
            if (answer[i].is_text())
              found->candles.push_back({places[i], {ring, period, std::string{answer[i].text()}}});
        };
      }
  return out;
}

std::vector<redis::call> write_candle_calls(const redis::layout& layout,
                                            std::span<slot* const> markets,
                                            const candle_counts& kept, std::int64_t now_ms,
                                            std::function<void(candles_written)> done) {
  using place = std::tuple<std::string_view, std::size_t, std::int64_t>; // quote, ring, period
  std::map<place, redis::command> sets;
  for (const auto* market : markets)
    for (const auto& one : market->candles->chunks()) {
      auto& set = sets[{market->subject->quote, one.ring, one.period}];
      if (set.arguments() == 0) {
        set.add("HSET");
        set.add(layout.candles(market->subject->quote, candle_rings[one.ring].name, one.period));
      }
      set.add(market->subject->id);
      set.add(one.bytes);
    }
  auto written = std::make_shared<candles_written>();
  const auto note = [written](const redis::reply& answer) {
    if (answer.failed())
      written->failure = answer.error();
  };
  std::vector<redis::call> out;
  for (auto& [at, set] : sets) {
    const auto [quote, ring, period] = at;
    const auto lives_ms = (period + 1) * candle_rings[ring].chunk_ms() +
                          kept[ring] * candle_rings[ring].step_ms + outlives_by_ms - now_ms;
    if (lives_ms <= 0)
      continue; // nobody is to see it any more
    auto& store = out.emplace_back();
    store.arguments = std::move(set);
    store.done = note;
    auto& expire = out.emplace_back();
    expire.arguments.add("PEXPIRE");
    expire.arguments.add(layout.candles(quote, candle_rings[ring].name, period));
    expire.arguments.add(lives_ms);
    expire.done = note;
  }
  if (!out.empty())
    out.back().done = [note, written, done = std::move(done)](const redis::reply& answer) {
      note(answer);
      done(std::move(*written));
    };
  return out;
}

} // namespace tickboard
