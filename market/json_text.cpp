#include "market/json_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <iterator>

namespace tickboard {

std::size_t utf8_length(std::string_view text) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const auto lead = byte(0);
  const std::size_t length = lead < 0x80   ? 1
                             : lead < 0xC2 ? 0
                             : lead < 0xE0 ? 2
                             : lead < 0xF0 ? 3
                             : lead < 0xF5 ? 4
                                           : 0;
  if (length == 0 || length > text.size())
    return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xC0) != 0x80)
      return 0;
  const bool overlong = (lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xF0 && byte(1) < 0x90);
  const bool surrogate = lead == 0xED && byte(1) >= 0xA0;
  const bool too_large = lead == 0xF4 && byte(1) >= 0x90;
  return overlong || surrogate || too_large ? 0 : length;
}

namespace {

/// Stands in a JSON string as it is, and by itself.
bool is_plain(char c) noexcept {
  return c >= 0x20 && static_cast<std::uint8_t>(c) < 0x80 && c != '"' && c != '\\';
}

} // namespace

void append_json_string(std::string& out, std::string_view text) {
  static constexpr std::string_view hex = "0123456789abcdef";
  out.push_back('"');
  for (;;) {
    const auto plain = std::find_if_not(text.begin(), text.end(), is_plain);
    out.append(text.begin(), plain);
    text.remove_prefix(static_cast<std::size_t>(plain - text.begin()));
    if (text.empty())
      break;
    const char c = text.front();
    std::size_t length = 1;
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (static_cast<std::uint8_t>(c) < 0x20) {
      out.append("\\u00");
      out.push_back(hex[static_cast<std::uint8_t>(c) >> 4]);
      out.push_back(hex[static_cast<std::uint8_t>(c) & 15]);
    } else if ((length = utf8_length(text)) != 0) {
      out.append(text.substr(0, length));
    } else {
      length = 1;
      out.append("\xEF\xBF\xBD");
    }
    text.remove_prefix(length);
  }
  out.push_back('"');
}

std::string json_string(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

void append_json_number(std::string& out, const std::optional<double>& value) {
  if (!value || !std::isfinite(*value)) {
    out.append("null");
    return;
  }
  fmt::format_to(std::back_inserter(out), "{}", *value);
}

std::string json_number(const std::optional<double>& value) {
  std::string out;
  append_json_number(out, value);
  return out;
}

std::string json_excerpt(std::string_view text) {
  return json_string(text.substr(0, 60));
}

} // namespace tickboard
