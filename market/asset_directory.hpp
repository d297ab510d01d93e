#pragma once

#include "market/asset.hpp"
#include "market/asset_board.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tickboard {

/// What prices can be told in: the dollar, and what has a live rate to it.
struct currency {
  std::string code;    ///< as in `market::quote`: "EUR", "BTC"
  double usd = 1;      ///< dollars per unit
  change_set changes;  ///< of that rate
  bool steady = false; ///< as in `steady_quotes`
};

/// What is to be known besides the rows of assets to show them as other services do. Of one moment;
/// immutable and shared.
struct asset_directory {
  asset_catalogue_ptr catalogue;
  std::vector<currency> currencies; ///< by code
  std::vector<std::string> symbols; ///< of all assets, by code
  std::optional<double> market_cap; ///< of all assets, in dollars

  /// Null for what has no rate. `code` in letters of any size.
  const currency* find_currency(std::string_view code) const;

  /// The codes, in small letters, with ", " between them: for messages.
  std::string currency_names() const;
};

using asset_directory_ptr = std::shared_ptr<const asset_directory>;

} // namespace tickboard
