#pragma once

#include "market/asset_directory.hpp"
#include "market/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tickboard {

/// A row of an asset, read back from what `append_asset_row` wrote.
struct asset_row {
  std::string symbol, name, slug; ///< empty: not known
  std::vector<std::string> categories;
  std::uint32_t rank = 0, markets = 0;
  std::optional<double> price_usd, high_usd_24h, low_usd_24h, volume_usd_24h, market_cap;
  std::optional<double> circulating_supply, max_supply;
  change_set changes;
  std::int64_t received_ms = 0; ///< 0: no market is fresh
};

/// The rows of a page of assets, `{"data":[...],...}`; the error says what is wrong with it.
result<std::vector<asset_row>> read_asset_rows(std::string_view page);

/// The numbers of a row in some currency. What cannot be told is nothing.
struct asset_quote {
  std::optional<double> price, high_24h, low_24h, volume_24h, market_cap;
  std::optional<double> fully_diluted; ///< price times the supply that there can ever be
  std::optional<double> price_change_24h;
  change_set changes;
};

/// At the currency's rate of now, in as many digits as dollars have. An asset is one of itself.
/// High and low of the day are told only in a steady currency: in others nobody knows what they
/// were.
asset_quote in_currency(const asset_row& row, const currency& to);

/// "2024-04-07T16:49:31.736Z"
std::string utc_text(std::int64_t unix_ms);

} // namespace tickboard
