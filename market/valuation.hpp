#pragma once

#include "market/ticker.hpp"

#include <optional>

namespace tickboard {

/// A number of US dollars as rows show it: ten significant digits, finer than any rate is known.
/// Rankings go by what is shown.
double shown_usd(double value) noexcept;

/// Sets the dollar values of `state.derived`, given the dollars per unit of its quote asset. Null
/// where the rate or what it is to be applied to is not known. The turnover is that in quote units;
/// where the exchange tells base units alone, they count at the last price.
void value_in_usd(ticker& state, std::optional<double> usd_per_quote) noexcept;

} // namespace tickboard
