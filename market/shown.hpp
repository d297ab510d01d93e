#pragma once

#include <cmath>
#include <cstddef>

namespace tickboard {

constexpr double power_of_ten(std::size_t exponent) noexcept {
  return exponent == 0 ? 1 : 10 * power_of_ten(exponent - 1);
}

/// To so many decimals, as rows show it: rankings go by what is shown. The quotient of two exact
/// integers is the double nearest to the text. No -0.
template <std::size_t Decimals>
double as_shown(double value) noexcept {
  constexpr double steps = power_of_ten(Decimals);
  const double rounded = std::round(value * steps) / steps;
  return rounded == 0 ? 0 : rounded;
}

} // namespace tickboard
