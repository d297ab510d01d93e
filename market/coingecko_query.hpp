#pragma once

#include "market/asset_directory.hpp"
#include "market/asset_query.hpp"
#include "market/parameter_table.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The questions of CoinGecko's public API v3, with its parameters, defaults and limits, as its
/// reference tells them (docs.coingecko.com/reference: coins-markets, simple-price, coins-list,
/// simple-supported-currencies; read in its state of 2026), and the orders that it used to take.
/// What is asked is answered by ours: `asset_query` says which rows.
///
/// Coins go by id: the slug of an asset; one that is in no catalogue, by its symbol in small
/// letters
/// (`symbol:x` if that is another's slug).
namespace tickboard::coingecko {

inline constexpr std::uint32_t max_per_page = 250;
inline constexpr std::size_t max_coins = 250;      ///< named in one question
inline constexpr std::size_t max_currencies = 100; ///< of one question

/// How a question names coins. Of several ways the first one here counts.
enum class coin_names : std::uint8_t { ids, names, symbols };

/// The coins that a question names; none at all if `lists` are empty.
struct coin_choice {
  std::array<std::vector<std::string>, 3> lists; ///< by `coin_names`, as given

  bool any() const noexcept { return lists[0].empty() && lists[1].empty() && lists[2].empty(); }
};

/// GET /api/v3/coins/markets.
struct markets_query {
  std::string vs_currency;
  coin_choice coins;
  std::string category;  ///< a slug; not empty: the coins named do not count
  std::size_t order = 0; ///< in `orders()`
  std::uint32_t per_page = 100, page = 1;
  bool sparkline = false;
  std::vector<std::string> price_changes; ///< "24h": further changes to tell
  std::optional<int> precision;           ///< decimals of prices; nothing: all that there are
};

/// GET /api/v3/simple/price.
struct price_query {
  std::vector<std::string> vs_currencies; ///< in small letters, none twice
  coin_choice coins;
  bool market_cap = false, volume = false, change = false, last_updated = false;
  std::optional<int> precision;
};

/// GET /api/v3/coins/list.
struct list_query {
  bool include_platform = false;
  bool active = true;
};

/// An order of coins/markets, as ours.
struct coin_order {
  std::string_view name;
  std::size_t field; ///< of `asset_sort_fields`
  bool descending;
};
const std::vector<coin_order>& orders();

// What they take.
std::vector<parameter_note> markets_parameters();
std::vector<parameter_note> price_parameters();
std::vector<parameter_note> list_parameters();
/// Of the resources that need nothing.
std::vector<parameter_note> key_parameters();

// Unknown and illegal parameters are refused, and those that are required and missing (`missing`).
tl::expected<markets_query, query_problem> parse_markets(const query_parameters& given);
tl::expected<price_query, query_problem> parse_price(const query_parameters& given);
tl::expected<list_query, query_problem> parse_list(const query_parameters& given);
std::optional<query_problem> refuse_more_than_keys(const query_parameters& given);

/// The id of the asset with this symbol.
std::string coin_id(const asset_catalogue& known, std::string_view symbol);

/// The coins that are known, as (what the question called it, symbol), each symbol once.
std::vector<std::pair<std::string, std::string>> resolve(const coin_choice& coins,
                                                         const asset_directory& directory);

/// The rows to answer with; `symbols` are those that the question names. Nothing if it names coins
/// and none of them is known: there are no rows.
std::optional<asset_query> rows_of(const markets_query& query, const asset_directory& directory);

} // namespace tickboard::coingecko
