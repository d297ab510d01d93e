#include "market/valuation.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace tickboard {

double shown_usd(double value) noexcept {
  std::array<char, 32> text;
  const auto end =
      std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::scientific, 9)
          .ptr;
  double out = value;
  std::from_chars(text.data(), end, out);
  return out == 0 ? 0 : out; // no -0
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
