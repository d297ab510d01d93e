#pragma once

#include "market/ticker.hpp"

#include <array>
#include <bitset>
#include <optional>
#include <string_view>

namespace tickboard {

/// Who has an index of a field. What is asked of one quote alone, and often, is worth a second
/// index in the quote's own partition; for the rest the board's is walked with a filter, and each
/// update is written once.
enum class indexed : std::uint8_t { everywhere, on_board };

/// A field that views can be sorted by and take ranges of. One line in the table below is all that
/// a new one takes: the index key, the API and the docs read it from there.
struct sort_field {
  std::string_view name;                         ///< as in the API and in the index key
  std::optional<double> (*score)(const ticker&); ///< null for `id`, which sorts by text
  indexed where;
  std::string_view meaning;
  /// The exchange's digits, of which the score is the nearest double; empty if it has none. Null:
  /// the field is not the exchange's, or no decimal.
  const decimal& (*digits)(const ticker&) = nullptr;
};

inline constexpr std::size_t sort_field_count = 22;
extern const std::array<sort_field, sort_field_count> sort_fields;

/// Index of `id` in `sort_fields`; every market is in its index, with one and the same score.
inline constexpr std::size_t id_field = 0;

/// Behind the indexes of the fields, in their order, the board has one by which views filter: of
/// staleness, 0 or 1.
inline constexpr std::size_t stale_index = sort_field_count;
inline constexpr std::size_t index_count = sort_field_count + 1;

/// Some of the indexes.
using index_set = std::bitset<index_count>;

/// True if the partition of a quote has this index too, not only the board.
inline bool is_everywhere(std::size_t index) noexcept {
  return index != stale_index && sort_fields[index].where == indexed::everywhere;
}

/// As in the index's key.
inline std::string_view index_name(std::size_t index) noexcept {
  return index == stale_index ? "stale" : sort_fields[index].name;
}

std::optional<std::size_t> find_sort_field(std::string_view name) noexcept;

} // namespace tickboard
