#include "adapters/simulator/random_walk.hpp"

#include <algorithm>
#include <cmath>

namespace tickboard::simulator {

namespace {

__extension__ using wide_int = __int128;

std::uint64_t next_random(market_state& state) noexcept {
  state.random += 0x9e3779b97f4a7c15;
  return mix(state.random);
}

/// 0 .. span-1 from `bits`, without a division.
std::int64_t scaled(std::uint32_t bits, std::int64_t span) noexcept {
  return static_cast<std::int64_t>(wide_int{bits} * span >> 32);
}

std::uint32_t high_half(std::uint64_t bits) noexcept {
  return static_cast<std::uint32_t>(bits >> 32);
}

std::uint32_t low_half(std::uint64_t bits) noexcept {
  return static_cast<std::uint32_t>(bits);
}

/// Trades around a ten-thousandth of the day's volume, books around a hundred times that.
std::int64_t typical_trade(const instrument& of) noexcept {
  return std::max<std::int64_t>(2, of.start_volume / 10'000);
}

void quote_around(market_state& state, std::uint64_t bits) noexcept {
  const auto spread = 1 + scaled(high_half(bits), std::max<std::int64_t>(2, state.last / 2500));
  state.buy = (bits & 1) != 0;
  state.bid = state.buy ? state.last - spread : state.last;
  state.ask = state.bid + spread;
}

} // namespace

std::uint64_t mix(std::uint64_t x) noexcept {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

std::int64_t quote_volume_e8(const instrument& of, const market_state& state) noexcept {
  auto product = wide_int{state.volume} * state.vwap;
  for (auto digits = of.price_digits + of.size_digits; digits != 8;) {
    if (digits > 8) {
      product /= 10;
      --digits;
    } else {
      product *= 10;
      ++digits;
    }
  }
  return static_cast<std::int64_t>(product);
}

std::int64_t change_pct(const market_state& state, unsigned decimals) noexcept {
  const auto ratio = static_cast<double>(state.last - state.open) / static_cast<double>(state.open);
  return std::llround(ratio * 100 * std::pow(10.0, decimals));
}

market_state first_state(const instrument& of, std::uint64_t seed, std::uint64_t position,
                         std::int64_t ts_us) {
  market_state state;
  state.random = mix(seed * 0x9e3779b97f4a7c15 + position);
  state.open = of.start_price;
  state.last = of.start_price + scaled(high_half(next_random(state)), of.start_price / 20) -
               of.start_price / 40;
  state.high = std::max(state.open, state.last) + of.start_price / 50;
  state.low = std::min(state.open, state.last) - of.start_price / 50;
  state.vwap = (state.open + state.last) / 2;
  state.volume = of.start_volume;
  state.last_size = typical_trade(of);
  state.bid_size = state.ask_size = typical_trade(of) * 100;
  state.sequence = 1'000'000 + mix(seed ^ position) % 1'000'000'000;
  state.trades = 10'000 + state.sequence % 1'000'000;
  state.ts_us = ts_us;
  quote_around(state, next_random(state));
  return state;
}

void step(market_state& state, const instrument& of, std::int64_t ts_us) noexcept {
  // The price stays within a factor of two of its start, so that digits never run out.
  const auto move_bits = next_random(state);
  const auto reach = std::max<std::int64_t>(1, state.last / 4096);
  const auto move = scaled(high_half(move_bits), 2 * reach + 1) - reach;
  const auto next = state.last + move;
  const bool within = next > of.start_price / 2 && next < of.start_price * 2;
  state.last = within ? next : state.last - move;
  state.high = std::max(state.high, state.last);
  state.low = std::min(state.low, state.last);
  if ((move_bits & 63) == 0) // yesterday's prices leave the window
    state.open = std::clamp(state.open + move, state.low, state.high);
  state.vwap += (state.last - state.vwap) / 64;
  quote_around(state, next_random(state));

  const auto size_bits = next_random(state);
  const auto trade = typical_trade(of);
  state.last_size = 1 + scaled(low_half(move_bits), 2 * trade);
  state.bid_size = 1 + scaled(high_half(size_bits), 200 * trade);
  state.ask_size = 1 + scaled(low_half(size_bits), 200 * trade);
  // As much leaves the 24 h window as enters, on average.
  const auto leaving = scaled(low_half(mix(size_bits)), 2 * trade);
  const auto volume = state.volume + state.last_size - leaving;
  if (volume > of.start_volume / 2 && volume < of.start_volume * 2)
    state.volume = volume;

  ++state.updates;
  ++state.trades;
  state.sequence += 1 + (size_bits & 7);
  state.ts_us = ts_us;
}

} // namespace tickboard::simulator
