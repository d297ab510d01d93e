#pragma once

#include <cstdint>
#include <string>

namespace tickboard::simulator {

/// A market of a simulated exchange: names and digits. Prices count in units of
/// 10^-price_digits, sizes in units of 10^-size_digits.
struct instrument {
  std::string native, base, quote;
  unsigned price_digits = 8;
  unsigned size_digits = 8;
  std::int64_t start_price = 0;  ///< in price units
  std::int64_t start_volume = 0; ///< of 24 h, in size units
};

/// The state of a market after some update; a plain value, so that every connection can carry
/// its own copy along and read at its own pace.
///
/// Always: low <= open, last, vwap <= high; 0 < bid < ask; sizes and volume above 0.
struct market_state {
  std::uint64_t random = 0;
  std::int64_t last = 0, bid = 0, ask = 0, open = 0, high = 0, low = 0, vwap = 0;
  std::int64_t last_size = 0, bid_size = 0, ask_size = 0, volume = 0;
  std::uint64_t updates = 0;  ///< that made this state
  std::uint64_t sequence = 0; ///< the exchange's own number; rises, with gaps
  std::uint64_t trades = 0;
  std::int64_t ts_us = 0; ///< exchange time, Unix microseconds
  bool buy = true;        ///< side of the last trade's taker

  std::int64_t ts_ms() const noexcept { return ts_us / 1000; }
};

/// A state's 24 h turnover in units of 10^-8 of the quote asset (exact, cut).
std::int64_t quote_volume_e8(const instrument& of, const market_state& state) noexcept;

/// (last - open) / open in units of 10^-decimals percent, rounded.
std::int64_t change_pct(const market_state& state, unsigned decimals) noexcept;

/// The state before the first update; a function of the seed and the market's position.
market_state first_state(const instrument& of, std::uint64_t seed, std::uint64_t position,
                         std::int64_t ts_us);

/// Applies the next update: a function of the state alone, but for the time.
void step(market_state& state, const instrument& of, std::int64_t ts_us) noexcept;

/// A well mixed 64 bits of `x` (splitmix64's finaliser).
std::uint64_t mix(std::uint64_t x) noexcept;

} // namespace tickboard::simulator
