#include "market/candle.hpp"

namespace tickboard {

void take_in(candle& into, const candle& later) {
  if (later.high.value() > into.high.value())
    into.high = later.high;
  if (later.low.value() < into.low.value())
    into.low = later.low;
  into.close = later.close;
}

std::vector<candle> folded(std::span<const candle> from, std::int64_t length_ms) {
  std::vector<candle> out;
  for (const auto& one : from) {
    const auto start_ms = one.start_ms - one.start_ms % length_ms;
    if (!out.empty() && out.back().start_ms == start_ms) {
      take_in(out.back(), one);
    } else {
      out.push_back(one);
      out.back().start_ms = start_ms;
    }
  }
  return out;
}

} // namespace tickboard
