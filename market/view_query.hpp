#pragma once

#include "market/fields.hpp"
#include "market/parameter_table.hpp"
#include "market/query_text.hpp"
#include "market/range_filter.hpp"
#include "market/view_shape.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tickboard {

/// Any of these values, or all but these.
struct list_filter {
  std::vector<std::string> values; ///< sorted, distinct; empty: everything passes
  bool exclude = false;

  bool empty() const noexcept { return values.empty(); }
  bool admits(std::string_view value) const noexcept;
};

/// A place in the order of a view: behind the market `id` if it has, or had, this score.
struct view_place {
  double score; ///< in the index; -inf for a null
  std::string id;
};

enum class snapshot_use : std::uint8_t {
  none,
  make, ///< freeze the ranking of the view, and answer from that
  read, ///< answer from the ranking that `frozen` names; it has its own filters and order
};

/// A frozen ranking.
struct snapshot_ref {
  std::string token; ///< as clients hand it back
  std::string name;  ///< in keys: 16 hex digits
  std::int64_t created_ms = 0;
  bool descending = false;
  bool has_rows = false; ///< rows were copied too
};

/// A sorted, filtered page of markets, as asked by GET /v1/markets.
///
/// Order: by the field's value; markets with equal values by the bytes of their ids, in the same
/// direction; markets without a value last, in either direction.
struct view_query {
  // -- which markets ------------------------------------------------------------------------------
  list_filter quotes, exchanges, bases, kinds;
  list_filter categories;           ///< of the base asset, by slug
  std::vector<std::string> ids;     ///< distinct, as asked; empty: any
  std::vector<range_filter> ranges; ///< by field of `sort_fields`, each once
  std::optional<bool> stale;
  std::uint32_t max_age_ms = 0;   ///< received no longer ago than this; 0: any time
  std::vector<std::string> words; ///< word_filter.hpp

  // -- in which order -----------------------------------------------------------------------------
  std::size_t sort = 0; ///< index in `sort_fields`
  bool descending = true;
  bool given_order = false; ///< in the order of `ids`; `sort` and `descending` mean nothing

  // -- which of them ------------------------------------------------------------------------------
  std::uint32_t page = 1;
  std::uint32_t per_page = 50;
  std::string around;     ///< not empty: the page that holds this market, instead of `page`
  bool by_cursor = false; ///< the rows behind `after`, or the first ones, instead of `page`
  std::optional<view_place> after;

  snapshot_use snapshot = snapshot_use::none;
  std::optional<snapshot_ref> frozen; ///< to read
  bool frozen_rows = false;           ///< rows of when the snapshot was made, not those of now

  // -- how it is written --------------------------------------------------------------------------
  view_shape shape;
  bool explain = false; ///< of JSON only

  /// Equal for two queries exactly if they ask for the same markets in the same order.
  std::string view() const;

  /// Equal for two queries exactly if they ask the same; the query actor's sharing key.
  std::string canonical() const;

  /// Ranks before the page's first row.
  std::uint64_t offset() const noexcept { return std::uint64_t{page - 1} * per_page; }
};

struct view_limits {
  static constexpr std::uint32_t max_per_page = 250;
  static constexpr std::uint32_t max_page = 1'000'000;
  static constexpr std::size_t max_list = 50; ///< values in one list parameter
  static constexpr std::size_t max_ids = 250;
  static constexpr std::size_t max_category_assets = 10'000; ///< that a category= stands for
  static constexpr std::uint32_t max_age_ms = 86'400'000;
};

/// Path and query of the same view's, or snapshot's, page `page`, percent-encoded.
std::string page_target(const view_query& query, std::uint32_t page);

/// The same of its page behind the place that `token` names.
std::string cursor_target(const view_query& query, std::string_view token);

/// A market's id.
value_form market_id_form();

/// The parameters of GET /v1/markets.
std::vector<parameter_note> view_parameters();

/// What a page is sorted by if nothing is said. Index in `sort_fields`.
std::size_t usual_sort() noexcept;

/// Unknown, repeated, illegal and contradicting parameters are refused.
tl::expected<view_query, query_problem> parse_view_query(const query_parameters& parameters);

} // namespace tickboard
