#pragma once

#include "market/result.hpp"

#include <cstddef>
#include <string_view>

/// Standard output as it is: a terminal, a pipe, a file.
namespace tickboard::terminal {

struct surface {
  bool is_tty = false;
  bool colour = false;    ///< a tty that takes colours, and neither NO_COLOR nor TERM=dumb is set
  std::size_t width = 0;  ///< columns; of no tty what COLUMNS says; 0: not limited
  std::size_t height = 0; ///< lines; 0: not limited
};

/// As it is now: terminals change their size.
surface look_at_stdout();

/// Writes all of it to standard output, at once. Blocks. The error says why; it is empty if the
/// reader has gone, which is no news to anybody.
result<void> write(std::string_view text);

} // namespace tickboard::terminal
