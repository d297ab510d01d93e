#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// Text as a terminal shows it. Pure functions.
namespace tickboard::terminal {

/// `text` with everything that would not be shown as one character (control characters, escape
/// sequences with them, bytes that are no UTF-8) replaced by '?': it comes from elsewhere, and must
/// not move the cursor.
std::string shown_text(std::string_view text);

/// Columns that `text`, as `shown_text` makes it, takes: East Asian wide characters take two.
std::size_t width_of(std::string_view text);

/// `text` if it fits into `width` columns, else as much of it as does with "…" behind.
std::string fitted(std::string_view text, std::size_t width);

} // namespace tickboard::terminal
