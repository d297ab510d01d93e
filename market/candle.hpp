#pragma once

#include "market/decimal.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace tickboard {

/// What a market's last price was within a span of time: the exchange's own digits of the first,
/// highest, lowest and last of them.
struct candle {
  std::int64_t start_ms = 0; ///< Unix ms, a multiple of the span's length
  decimal open, high, low, close;

  friend bool operator==(const candle&, const candle&) = default;
};

/// `into` becomes the candle of both spans, of which that of `later` is not the earlier one. Taking
/// in once more what is there already changes nothing.
void take_in(candle& into, const candle& later);

/// The candles of longer spans that these make, whose length is a multiple of theirs. They must be
/// in order; where there are none, there is none.
std::vector<candle> folded(std::span<const candle> from, std::int64_t length_ms);

/// Candles of one length that are kept. They are stored in chunks: a chunk of one ring makes just
/// one candle of the next.
struct candle_ring {
  std::string_view name; ///< also in keys
  std::int64_t step_ms;
  std::int64_t chunk; ///< most candles of a chunk

  constexpr std::int64_t chunk_ms() const noexcept { return step_ms * chunk; }
};

inline constexpr std::array<candle_ring, 3> candle_rings{{
    {"1m", 60'000, 60},
    {"1h", 3'600'000, 24},
    {"1d", 86'400'000, 30},
}};
static_assert(candle_rings[0].chunk_ms() == candle_rings[1].step_ms &&
              candle_rings[1].chunk_ms() == candle_rings[2].step_ms);

/// A length that can be asked for, and the ring that its candles are made of. A chunk of the ring
/// has whole candles of it.
struct candle_interval {
  std::string_view name;
  std::int64_t length_ms;
  std::size_t ring;
};

inline constexpr std::array<candle_interval, 6> candle_intervals{{
    {"1m", 60'000, 0},
    {"5m", 300'000, 0},
    {"15m", 900'000, 0},
    {"1h", 3'600'000, 1},
    {"4h", 14'400'000, 1},
    {"1d", 86'400'000, 2},
}};
static_assert([] {
  for (const auto& one : candle_intervals)
    if (candle_rings[one.ring].chunk_ms() % one.length_ms != 0)
      return false;
  return true;
}());

/// Prices count at their exchange's time while that is no further than this from ours, else at
/// ours.
inline constexpr std::int64_t candle_clock_ms = 60'000;

/// When a price of `ts_ms` (exchange time; 0: not said) counts.
constexpr std::int64_t candle_time(std::int64_t ts_ms, std::int64_t received_ms) noexcept {
  const bool believed =
      ts_ms >= received_ms - candle_clock_ms && ts_ms <= received_ms + candle_clock_ms;
  return believed ? ts_ms : received_ms;
}

} // namespace tickboard
