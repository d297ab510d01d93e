#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>

namespace tickboard::exchange {

/// The beginning of text that an exchange sent, fit for logs and error messages: control
/// characters become '?', so do bytes that are not UTF-8, and what is longer than `max_bytes` is
/// cut between characters and ends in "...". Precondition: max_bytes >= 3.
std::string excerpt(std::string_view text, std::size_t max_bytes);

/// True if `text` has one of these in it, which are of small letters; capitals count as those.
bool mentions(std::string_view text, std::initializer_list<std::string_view> words);

/// True if `text` is well-formed UTF-8.
bool is_utf8(std::string_view text) noexcept;

/// True if the last bytes of `text` begin a UTF-8 character that they do not end. RapidJSON must
/// not get such text to validate in place: it looks for the rest of the character beyond the NUL.
bool ends_inside_character(std::string_view text) noexcept;

} // namespace tickboard::exchange
