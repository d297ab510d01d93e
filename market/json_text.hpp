#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace tickboard {

/// Appends `text` as a JSON string, quotes included. Invalid UTF-8 is replaced by U+FFFD, so the
/// result is always valid JSON.
void append_json_string(std::string& out, std::string_view text);

/// `text` as a JSON string.
std::string json_string(std::string_view text);

/// Appends a JSON number, the shortest text that reads back as the same double; null for nothing
/// and for what is not finite.
void append_json_number(std::string& out, const std::optional<double>& value);

/// `value` as that JSON number, or null.
std::string json_number(const std::optional<double>& value);

/// The beginning of `text`, at most 60 bytes, as a JSON string: for messages about bad input.
std::string json_excerpt(std::string_view text);

/// Length of the well-formed UTF-8 character at the start of `text`, or 0 if there is none.
/// Precondition: `text` is not empty.
std::size_t utf8_length(std::string_view text) noexcept;

} // namespace tickboard
