#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// Aligned tables of text. Pure functions.
namespace tickboard::terminal {

enum class tone : std::uint8_t { plain, head, good, bad, faint };

struct cell {
  std::string text;
  tone is = tone::plain;
};

struct column {
  std::string head;
  bool to_the_right = false; ///< numbers are
};

struct text_table {
  std::vector<column> columns;
  std::vector<std::vector<cell>> rows; ///< each as long as `columns`
};

struct layout {
  std::size_t width = 0; ///< columns of the terminal; 0: no limit
  bool colour = false;
};

struct laid_out {
  std::string text;         ///< lines, each with its end, none wider than the layout
  std::size_t left_out = 0; ///< columns, from the right, for want of width
};

/// The table with a line of heads, two blanks between columns, and none at the end of lines; "-"
/// for empty cells; nothing without columns. On a terminal that is too narrow for the first column,
/// that column is cut.
laid_out lay_out(const text_table& table, const layout& how);

/// `text` in that tone: as it is without colours.
std::string toned(std::string_view text, tone is, bool colour);

} // namespace tickboard::terminal
