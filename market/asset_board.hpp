#pragma once

#include "market/asset.hpp"
#include "market/derived.hpp"
#include "market/market.hpp"
#include "market/rates.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

/// What the markets of a base asset say of the asset (docs/decisions/assets.md). What cannot be
/// told is nothing, never a guess. All numbers are as rows show them, so that rankings go by what
/// is shown.
namespace tickboard {

/// Changes in percent, over each of `windows` (market/price_history.hpp) and, last, over 24 h.
inline constexpr std::size_t change_count = window_count + 1;
using change_set = std::array<std::optional<double>, change_count>;

/// One market, as far as its asset shows it.
struct market_value {
  market_ptr subject;
  std::optional<double> price_usd, bid_usd, ask_usd, volume_usd_24h;
  std::optional<double> high_usd_24h, low_usd_24h; ///< of a rolling day, at the dollar rate of now
  change_set changes;                              ///< of the price in the market's quote
  std::int64_t ts_ms = 0; ///< exchange time of the newest update; 0: the exchange did not say
  std::int64_t received_ms = 0;
  bool stale = false;

  friend bool operator==(const market_value&, const market_value&) = default;
};

/// All markets, by base asset.
using markets_by_base = std::map<std::string, std::vector<market_value>, std::less<>>;

/// How far quote assets moved against the dollar.
using quote_changes = std::unordered_map<std::string, change_set, string_hash, std::equal_to<>>;

/// The changes of `quotes` in dollars: the median, by turnover, over the asset's fresh markets with
/// USD; where there is none, through BTC or ETH, the first that has changes both in USD and in this
/// asset.
quote_changes changes_in_usd(const markets_by_base& markets, const asset_set& quotes);

/// The quotes that stayed within `steady_width` of one dollar rate for the last 24 h, as the high
/// and low of their fresh markets with USD tell (the median by turnover): what they were worth at
/// some time of the day is what they are worth now. The dollar is one.
asset_set steady_quotes(const markets_by_base& markets, const asset_set& quotes);

inline constexpr double steady_width = 0.01; ///< (high - low) / low

struct asset_values {
  std::optional<double> price_usd, volume_usd_24h, market_cap;
  std::optional<double> high_usd_24h, low_usd_24h;
  std::optional<double> circulating_supply, max_supply;
  std::optional<double> bid_usd, ask_usd;
  std::string bid_market, ask_market; ///< ids; empty without a bid or ask
  change_set changes;                 ///< of the price in dollars
  std::size_t markets = 0, exchanges = 0;
  std::vector<std::string> sources; ///< the exchanges whose markets the price is of, in order
  std::int64_t ts_ms = 0;           ///< the newest exchange time of a fresh market; 0: none is told
  std::int64_t received_ms = 0;     ///< the newest update of a fresh market; 0: there is none
  // Places among all assets, from 1; 0: not placed yet.
  std::uint32_t rank = 0;
  std::uint32_t name_place = 0, slug_place = 0; ///< by `name_key` and `slug_key`

  friend bool operator==(const asset_values&, const asset_values&) = default;
};

/// A price that is further than this fraction from the median price of its asset does not count.
inline constexpr double price_tolerance = 0.05;

/// The values of an asset with these markets, of which only fresh ones count, but for the number of
/// markets and exchanges. `known` may be null.
///
/// The price is the mean by turnover over the markets within `price_tolerance` of the median by
/// turnover; bid, ask and changes are of these markets too. High and low are the means of those of
/// them whose quote is `steady`; the price of now is within them.
asset_values summarize(std::span<const market_value> markets, const quote_changes& quotes,
                       const asset_set& steady, const asset* known);

/// One asset of the board. Owns nothing.
struct asset_view {
  std::string_view symbol;
  const asset* known = nullptr; ///< null: not in the catalogue
  const asset_values* values = nullptr;
};

/// True if `a` is ranked before `b`: by market cap, then by volume, each unknown last; then by
/// symbol.
bool outranks(const asset_view& a, const asset_view& b) noexcept;

/// What assets are sorted by when they are sorted by name or slug: those that have none, by their
/// symbol, in small letters where it stands for a slug.
std::string name_key(const asset_view& one);
std::string slug_key(const asset_view& one);

/// The row as users get it, but for its age (market/answer_text.hpp): one JSON object.
void append_asset_row(std::string& out, const asset_view& one);

/// A field that assets can be sorted by; the API, the index keys and the docs read this table.
struct asset_sort_field {
  std::string_view name;                               ///< as in the API and in the index key
  std::optional<double> (*score)(const asset_values&); ///< null for `symbol`, which sorts by text
  std::string_view meaning;
  bool is_text = false; ///< sorts by text, and takes no range
};

inline constexpr std::size_t asset_sort_field_count = 16;
extern const std::array<asset_sort_field, asset_sort_field_count> asset_sort_fields;

inline constexpr std::size_t symbol_field = 0; ///< in `asset_sort_fields`

/// Place in `asset_sort_fields` of the changes over each window, and last over 24 h.
extern const std::array<std::size_t, change_count> asset_change_fields;

std::optional<std::size_t> find_asset_sort_field(std::string_view name) noexcept;

} // namespace tickboard
