#pragma once

#include "market/asset_board.hpp"
#include "market/view_query.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tickboard {

/// Values that are wanted, or are not: "a,b,!c". Each list sorted, distinct.
struct choice {
  std::vector<std::string> wanted; ///< empty: any
  std::vector<std::string> unwanted;

  bool any() const noexcept { return wanted.empty() && unwanted.empty(); }
};

/// A sorted, filtered page of assets, as asked by GET /v1/assets.
struct asset_query {
  choice categories; ///< slugs; an asset is of one of the wanted and of none of the unwanted
  choice symbols;
  std::vector<range_filter> ranges; ///< by field of `asset_sort_fields`, each once
  std::vector<std::string> words;   ///< word_filter.hpp
  std::size_t sort = 0;             ///< index in `asset_sort_fields`
  bool descending = true;
  std::uint32_t page = 1;
  std::uint32_t per_page = 50;
  std::uint64_t skip = 0; ///< further rows before the page, for lists that start anywhere

  bool filtered() const noexcept {
    return !categories.any() || !symbols.any() || !ranges.empty() || !words.empty();
  }
  std::uint64_t offset() const noexcept { return std::uint64_t{page - 1} * per_page + skip; }

  /// The parameters that ask for this, without `skip`, percent-encoded, with another page.
  std::string target(std::uint32_t of_page) const;

  /// Equal for two queries exactly if they ask the same; the query actor's sharing key.
  std::string canonical() const;
};

/// The name of a window of `change_set`: "5m", "24h".
std::string_view change_name(std::size_t window) noexcept;

/// GET /v1/movers.
struct movers_query {
  static constexpr std::uint32_t max_limit = 100;
  /// Assets with less turnover are dust: a single trade moves them as it likes.
  static constexpr double default_min_volume_usd = 100'000;

  std::size_t window = 1; ///< of `change_set`
  bool up = true;
  std::uint32_t limit = 10;
  double min_volume_usd = default_min_volume_usd;

  std::string canonical() const;
};

/// An asset's symbol.
value_form asset_symbol_form();

/// The parameters of GET /v1/assets and /v1/movers.
std::vector<parameter_note> asset_parameters();
std::vector<parameter_note> movers_parameters();

// Unknown or illegal parameters are refused; parse_query_string refuses repeated ones.
tl::expected<asset_query, query_problem> parse_asset_query(const query_parameters& parameters);
tl::expected<movers_query, query_problem> parse_movers_query(const query_parameters& parameters);

} // namespace tickboard
