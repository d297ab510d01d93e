#include "market/valuation.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>

namespace tickboard {

namespace {

// Exact in doubles, so that a quotient of these and a whole number is the double nearest to its
// decimal text.
constexpr std::array<double, 22> powers_of_ten{1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                               1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                               1e16, 1e17, 1e18, 1e19, 1e20, 1e21};

double rounded_through_text(double value) noexcept {
  std::array<char, 32> text;
  const auto end =
      std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::scientific, 9)
          .ptr;
  double out = value;
  std::from_chars(text.data(), end, out);
  return out == 0 ? 0 : out; // no -0
}

} // namespace

double shown_usd(double value) noexcept {
  const double size = std::abs(value);
  if (!(size >= 1e-12 && size < 1e15))
    return rounded_through_text(value);
  const int shift = 9 - static_cast<int>(std::floor(std::log10(size)));
  const double power = powers_of_ten[static_cast<std::size_t>(std::abs(shift))];
  return shift >= 0 ? std::round(value * power) / power : std::round(value / power) * power;
}

void value_in_usd(ticker& state, std::optional<double> usd_per_quote) noexcept {
  auto& out = state.derived;
  out.price_usd = out.volume_usd_24h = std::nullopt;
  if (!usd_per_quote)
    return;
  const auto shown = [&](double quote_units) -> std::optional<double> {
    const double usd = quote_units * *usd_per_quote;
    return std::isfinite(usd) ? std::optional{shown_usd(usd)} : std::nullopt;
  };
  const auto& last = state.trade.last;
  if (last)
    out.price_usd = shown(last.value());
  if (state.stats.quote_volume)
    out.volume_usd_24h = shown(state.stats.quote_volume.value());
  else if (state.stats.volume && last)
    out.volume_usd_24h = shown(state.stats.volume.value() * last.value());
}

} // namespace tickboard
