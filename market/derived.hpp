#pragma once

#include <array>
#include <cstddef>
#include <optional>

namespace tickboard {

inline constexpr std::size_t window_count =
    4; ///< of `windows` in market/price_history.hpp, shortest first

/// What tickboard makes of a market and others: shown in its row and ranked by, but no part of what
/// the exchange said. So it is neither versioned nor read back, and two daemons may differ in it.
struct derived_values {
  std::optional<double> price_usd;                            ///< `last` in US dollars
  std::optional<double> volume_usd_24h;                       ///< turnover in US dollars
  std::optional<double> market_cap;                           ///< of the base asset, in US dollars
  std::array<std::optional<double>, window_count> change_pct; ///< over each window

  friend bool operator==(const derived_values&, const derived_values&) = default;
};

} // namespace tickboard
