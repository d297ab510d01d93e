#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tickboard {

/// What a member of a row is, for documentation (GET /openapi.json).
struct member_note {
  enum class kind : std::uint8_t {
    text,
    decimal, ///< a number as text, with the exchange's own digits
    number,
    count,   ///< a whole number, not negative
    time_ms, ///< Unix milliseconds
    flag,
    texts, ///< an array
  };

  std::string_view name;
  kind is = kind::text;
  bool nullable = false;
  std::string_view meaning;
  std::vector<std::string_view> values{}; ///< of a text: all there are; empty: any
};

// The members of each row as it is shown, in their order; tests compare them with rows.
std::vector<member_note> market_row_notes();
std::vector<member_note> asset_row_notes();
std::vector<member_note> category_row_notes();
std::vector<member_note> global_row_notes();

/// A schema of JSON Schema 2020-12.
std::string json_schema(const member_note& note);

} // namespace tickboard
