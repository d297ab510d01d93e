#pragma once

#include <fmt/format.h>

#include <chrono>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace tickboard::log {

enum class level : std::uint8_t { debug, info, warn, error };

/// How lines look: key=value pairs, or a JSON object each.
enum class style : std::uint8_t { logfmt, json };

/// A number or a text.
class value {
public:
  template <class Number>
  requires std::integral<Number> || std::floating_point<Number> value(Number number)
      : text_(fmt::format("{}", number)), is_text_(false) {}
  value(std::string text) : text_(std::move(text)) {}
  value(std::string_view text) : text_(text) {}
  value(const char* text) : text_(text) {}

  const std::string& text() const noexcept { return text_; }
  bool is_text() const noexcept { return is_text_; }

private:
  std::string text_;
  bool is_text_ = true;
};

/// Keys are ours: lower-case letters, digits and '_'. Values may be any bytes.
struct field {
  std::string_view key;
  value is;
};

/// Of a line, what does not depend on when it is written and how important it is.
std::string encode_body(style how, std::string_view component, std::string_view message,
                        std::span<const field> fields);

/// Where lines go.
struct line_options {
  style how = style::logfmt;
  /// journald keeps time and level itself: the line has no time of its own, and begins with its
  /// priority, as sd-daemon(3) says.
  bool to_journal = false;
};

/// The whole line, with its end. There is no other line end in it, nor any control character, and
/// it is valid UTF-8.
void append_line(std::string& out, const line_options& options, level of,
                 std::chrono::system_clock::time_point at, std::string_view body);

} // namespace tickboard::log
