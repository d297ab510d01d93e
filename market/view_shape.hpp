#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tickboard {

/// The member that rows get when they are shown (market/answer_text.hpp).
inline constexpr std::string_view age_member = "age_ms";

/// The members of a market's row as it is shown, in their order (append_row, market/ticker.hpp).
const std::vector<std::string_view>& row_members();

enum class view_format : std::uint8_t {
  json,   ///< {"data":[...], "page":{...}, ...}
  csv,    ///< RFC 4180: a line of names, then a line for each row; null is empty
  ndjson, ///< a row on each line
};

/// How a page is written: in which format, with which members of its rows. Rows are cut and joined
/// as text; their values stay what they are, byte for byte.
struct view_shape {
  view_format format = view_format::json;
  std::vector<std::string_view> members; ///< of `row_members`, as asked; empty: all of them

  friend bool operator==(const view_shape&, const view_shape&) = default;
};

std::optional<view_format> find_view_format(std::string_view name) noexcept;

/// The format that an Accept header asks for: the first that it lists of those that there are.
view_format accepted_format(std::string_view accept) noexcept;

std::string_view content_type(view_format format) noexcept;

/// What comes before the first row.
std::string shape_head(const view_shape& shape);

/// The value of a member of a flat JSON object, as its text stands there (a string with its
/// quotes); empty if there is none.
std::string_view member_of(std::string_view row, std::string_view name);

} // namespace tickboard
