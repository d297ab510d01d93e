#pragma once

#include "market/asset_board.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tickboard {

/// What some assets have in common. Numbers are null where no asset has one.
struct asset_totals {
  std::size_t assets = 0;
  std::size_t market_cap_assets = 0; ///< of these, as many have a market cap
  std::optional<double> market_cap, volume_usd_24h;
  std::optional<double> change_24h_pct; ///< the mean by turnover, over assets that have one
  std::int64_t received_ms = 0; ///< the newest update of any of their fresh markets; 0: none
};

asset_totals total_of(std::span<const asset_view> assets);

/// GET /v1/categories: the row of each category of the catalogue that one of `assets` is of, in the
/// order of their market caps, then their volumes, then their slugs; unknown ones last.
std::vector<std::string> category_rows(std::span<const asset_view> assets);

/// GET /v1/global: its row. `exchanges` is the number of all that have a market.
std::string global_row(std::span<const asset_view> assets, std::size_t exchanges);

} // namespace tickboard
