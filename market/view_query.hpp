#pragma once

#include "market/fields.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tickboard {

/// A sorted, filtered page of markets, as asked by GET /v1/markets.
struct view_query {
  std::vector<std::string> quotes; ///< any of these; empty is all. Sorted, distinct.
  std::vector<std::string> exchanges;
  std::vector<std::string> bases;
  std::size_t sort = 0; ///< index in `sort_fields`
  bool descending = true;
  std::uint32_t page = 1;
  std::uint32_t per_page = 50;

  /// Equal for two queries exactly if they ask the same; the query actor's sharing key.
  std::string canonical() const;

  /// Ranks before the page's first row.
  std::uint64_t offset() const noexcept { return std::uint64_t{page - 1} * per_page; }
};

struct view_limits {
  static constexpr std::uint32_t max_per_page = 250;
  static constexpr std::uint32_t max_page = 1'000'000;
  static constexpr std::size_t max_list = 50; ///< values in one list parameter
};

/// Why a parameter was refused: names it, says what was wrong and what is allowed.
struct query_problem {
  std::string parameter;
  std::string detail;
  std::string allowed;
};

/// Path and query of the same view's page `page`, percent-encoded.
std::string page_target(const view_query& query, std::uint32_t page);

using query_parameters = std::vector<std::pair<std::string, std::string>>; // decoded

/// Splits "a=b&c=d" and decodes %XX and +; the error is a query_problem.
tl::expected<query_parameters, query_problem> parse_query_string(std::string_view text);

/// Reads a whole number from 1 to `max` into `out`, or says why `text` is none.
std::optional<query_problem> read_number(const std::string& name, const std::string& text,
                                         std::uint32_t max, std::uint32_t& out);

/// Unknown, repeated or illegal parameters are refused.
tl::expected<view_query, query_problem> parse_view_query(const query_parameters& parameters);

} // namespace tickboard
