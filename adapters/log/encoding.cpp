#include "adapters/log/encoding.hpp"

#include "market/json_text.hpp"

#include <fmt/chrono.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

namespace tickboard::log {

namespace {

constexpr std::array<std::string_view, 4> names{"debug", "info", "warn", "error"};
constexpr std::array<char, 4> priorities{'7', '6', '4', '3'}; // of syslog(3)

/// Needs no quotes in logfmt.
bool is_bare(char c) noexcept {
  return c > 0x20 && c < 0x7f && c != '=' && c != '"' && c != '\\';
}

/// As a JSON string, with those control characters escaped, too, that JSON leaves alone.
void append_quoted(std::string& out, std::string_view text) {
  const auto begin = out.size();
  append_json_string(out, text);
  for (auto at = begin; at < out.size(); ++at) {
    const auto byte = static_cast<std::uint8_t>(out[at]);
    const bool is_c1 = byte == 0xC2 && static_cast<std::uint8_t>(out[at + 1]) < 0xA0;
    if (byte == 0x7f)
      out.replace(at, 1, "\\u007f");
    else if (is_c1)
      out.replace(at, 2, fmt::format("\\u{:04x}", static_cast<std::uint8_t>(out[at + 1])));
  }
}

void append_text(std::string& out, style how, std::string_view text) {
  if (how == style::logfmt && !text.empty() && std::ranges::all_of(text, is_bare))
    out.append(text);
  else
    append_quoted(out, text);
}

void append_key(std::string& out, style how, std::string_view key) {
  if (how == style::logfmt)
    out.append(out.empty() ? "" : " ").append(key).append("=");
  else
    out.append(out.empty() ? "\"" : ",\"").append(key).append("\":");
}

bool is_json_number(const value& of) {
  return !of.is_text() && of.text().find_first_of("niu") == std::string::npos; // nan, inf, true
}

} // namespace

std::string encode_body(style how, std::string_view component, std::string_view message,
                        std::span<const field> fields) {
  std::string out;
  append_key(out, how, "component");
  append_text(out, how, component);
  append_key(out, how, "msg");
  append_text(out, how, message);
  for (const auto& one : fields) {
    append_key(out, how, one.key);
    if (is_json_number(one.is))
      out.append(one.is.text());
    else
      append_text(out, how, one.is.text());
  }
  return out;
}

void append_line(std::string& out, const line_options& options, level of,
                 std::chrono::system_clock::time_point at, std::string_view body) {
  const auto place = static_cast<std::size_t>(of);
  if (options.to_journal)
    out.append({'<', priorities[place], '>'});
  const bool json = options.how == style::json;
  if (json)
    out.push_back('{');
  std::string head;
  if (!options.to_journal) {
    const auto ms = std::chrono::floor<std::chrono::milliseconds>(at);
    const auto seconds = std::chrono::floor<std::chrono::seconds>(ms);
    append_key(head, options.how, "ts");
    append_text(head, options.how,
                fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z",
                            fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)),
                            (ms - seconds).count()));
  }
  append_key(head, options.how, "level");
  append_text(head, options.how, names[place]);
  out.append(head).append(json ? "," : " ").append(body).append(json ? "}\n" : "\n");
}

} // namespace tickboard::log
