#pragma once

#include "market/ticker.hpp"

#include <array>
#include <optional>
#include <string_view>

namespace tickboard {

/// A field that views can be sorted by. One line in the table below is all that a new one takes:
/// the index key, the API and the docs read it from there.
struct sort_field {
  std::string_view name;                         ///< as in the API and in the index key
  std::optional<double> (*score)(const ticker&); ///< null for `id`, which sorts by text
  std::string_view meaning;
  bool board_only = false; ///< changes too often to be indexed in the quotes' own partitions too
};

inline constexpr std::size_t sort_field_count = 14;
extern const std::array<sort_field, sort_field_count> sort_fields;

/// Index of `id` in `sort_fields`; every market is in its index, with one and the same score.
inline constexpr std::size_t id_field = 0;

std::optional<std::size_t> find_sort_field(std::string_view name) noexcept;

} // namespace tickboard
