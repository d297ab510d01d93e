#include "adapters/config/toml_nesting.hpp"

#include <algorithm>

namespace tickboard::config {

namespace {

/// Index behind the string that starts at `at`, with a quote; the text's end if it is not closed.
std::size_t skip_string(std::string_view text, std::size_t at) noexcept {
  const char quote = text[at];
  const std::string_view three = quote == '"' ? R"(""")" : "'''";
  const bool multi_line = text.substr(at).starts_with(three);
  for (std::size_t i = at + (multi_line ? 3 : 1); i < text.size(); ++i) {
    if (text[i] == '\\' && quote == '"') {
      ++i;
    } else if (!multi_line && (text[i] == quote || text[i] == '\n')) {
      return i + 1;
    } else if (multi_line && text.substr(i).starts_with(three)) {
      // Up to two more quotes belong to the content, before the closing three.
      i += 3;
      for (int more = 0; more < 2 && i < text.size() && text[i] == quote; ++more)
        ++i;
      return i;
    }
  }
  return text.size();
}

position position_of(std::string_view text, std::size_t at) noexcept {
  const auto before = text.substr(0, at);
  const auto line_start = before.rfind('\n') + 1; // npos + 1 is 0
  position where;
  where.line += static_cast<std::uint32_t>(std::ranges::count(before, '\n'));
  for (const char c : before.substr(line_start)) // UTF-8: columns are characters
    where.column += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return where;
}

} // namespace

std::optional<position> excessive_dots(std::string_view text) noexcept {
  std::size_t dots = 0;
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] == '"' || text[i] == '\'') {
      i = skip_string(text, i);
    } else if (text[i] == '#') {
      i = std::min(text.find('\n', i), text.size());
    } else {
      if (text[i] == '.' && ++dots > max_toml_dots)
        return position_of(text, i);
      ++i;
    }
  }
  return std::nullopt;
}

} // namespace tickboard::config
