#include "adapters/terminal/terminal.hpp"

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <sys/ioctl.h>
#include <unistd.h>

namespace tickboard::terminal {

namespace {

/// Of an environment variable; 0 if it is no positive number.
std::size_t size_in(const char* variable) {
  const char* const text = std::getenv(variable);
  std::size_t out = 0;
  if (text != nullptr) {
    const auto* const end = text + std::strlen(text);
    if (const auto read = std::from_chars(text, end, out);
        read.ptr != end || read.ec != std::errc{})
      out = 0;
  }
  return out;
}

bool is_set(const char* variable) {
  const char* const text = std::getenv(variable);
  return text != nullptr && *text != '\0';
}

} // namespace

surface look_at_stdout() {
  surface out;
  out.is_tty = ::isatty(STDOUT_FILENO) == 1;
  const char* const kind = std::getenv("TERM");
  out.colour =
      out.is_tty && !is_set("NO_COLOR") && kind != nullptr && std::strcmp(kind, "dumb") != 0;
  winsize size{};
  if (out.is_tty && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) {
    out.width = size.ws_col;
    out.height = size.ws_row;
  }
  if (out.width == 0)
    out.width = size_in("COLUMNS");
  return out;
}

result<void> write(std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(STDOUT_FILENO, text.data(), text.size());
    if (written >= 0)
      text.remove_prefix(static_cast<std::size_t>(written));
    else if (errno == EPIPE)
      return unexpected<std::string>("");
    else if (errno != EINTR)
      return unexpected<std::string>(std::string{"standard output cannot be written: "} +
                                     std::strerror(errno));
  }
  return {};
}

} // namespace tickboard::terminal
