#pragma once

#include "market/asset_query.hpp"
#include "market/parameter_table.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The question GET /v1/cryptocurrency/listings/latest of CoinMarketCap's API, with its parameters,
/// defaults and limits, as its documentation tells them (coinmarketcap.com/api/documentation/v1,
/// "Listings Latest"; read in its state of 2026). What is asked is answered by ours: `asset_query`
/// says which rows.
namespace tickboard::coinmarketcap {

inline constexpr std::uint32_t max_limit = 5'000;
inline constexpr std::uint32_t max_start = 1'000'000;
inline constexpr std::size_t max_currencies = 120;
inline constexpr std::size_t max_quotes = 25'000; ///< of an answer: rows times currencies

/// What a row tells only if `aux` names it. Some are members of the quotes.
struct aux_field {
  std::string_view name;
  bool by_default;
};
const std::vector<aux_field>& aux_fields();

/// A field to sort by, as ours.
struct listing_sort {
  std::string_view name;
  std::string_view field; ///< of `asset_sort_fields`; empty: nothing is known of it here
  bool descending;        ///< unless `sort_dir` says otherwise
};
const std::vector<listing_sort>& sorts(); ///< all 17

struct listings_query {
  std::uint32_t start = 1, limit = 100;
  std::vector<range_filter> ranges; ///< by field of `asset_sort_fields`; prices in dollars
  /// (how the quote is called, code of the currency); at least one
  std::vector<std::pair<std::string, std::string>> convert{{"USD", "USD"}};
  std::size_t sort = 0; ///< in `sorts()`
  bool descending = true;
  std::string tag;       ///< slug of a category; empty: any
  std::vector<bool> aux; ///< by `aux_fields()`
};

/// What it takes.
std::vector<parameter_note> listings_parameters();

/// Unknown and illegal parameters are refused.
tl::expected<listings_query, query_problem> parse_listings(const query_parameters& given);

/// The rows to answer with.
asset_query rows_of(const listings_query& query);

} // namespace tickboard::coinmarketcap
