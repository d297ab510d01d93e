#include "market/query_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace tickboard {

namespace {

std::optional<std::string> percent_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      out.push_back(' ');
    } else if (text[i] != '%') {
      out.push_back(text[i]);
    } else {
      unsigned byte = 0;
      if (i + 2 >= text.size())
        return std::nullopt;
      const auto [end, error] = std::from_chars(&text[i + 1], &text[i + 1] + 2, byte, 16);
      if (error != std::errc{} || end != &text[i + 1] + 2)
        return std::nullopt;
      out.push_back(static_cast<char>(byte));
      i += 2;
    }
  }
  return out;
}

} // namespace

tl::expected<query_parameters, query_problem> parse_query_string(std::string_view text) {
  query_parameters out;
  while (!text.empty()) {
    const auto end = std::min(text.find('&'), text.size());
    const auto item = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (item.empty())
      continue;
    const auto equals = std::min(item.find('='), item.size());
    auto name = percent_decode(item.substr(0, equals));
    auto value = percent_decode(item.substr(std::min(equals + 1, item.size())));
    if (!name || !value)
      return unexpected(query_problem{name.value_or("query"),
                                      "has a % that no two hex digits follow",
                                      "percent-encoded UTF-8"});
    if (std::any_of(out.begin(), out.end(), [&](const auto& p) { return p.first == *name; }))
      return unexpected(query_problem{*name, "is given more than once", "once; lists use commas"});
    out.emplace_back(std::move(*name), std::move(*value));
  }
  return out;
}

std::optional<query_problem> read_number(const std::string& name, const std::string& text,
                                         std::uint32_t max, std::uint32_t& out) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const auto allowed = fmt::format("a whole number from 1 to {}", max);
  if (error == std::errc::invalid_argument || end != text.data() + text.size())
    return query_problem{name, "is not a whole number", allowed};
  if (error != std::errc{} || value < 1 || value > max)
    return query_problem{name, "is out of range", allowed};
  out = value;
  return std::nullopt;
}

std::string path_as_query_value(std::string_view segment) {
  std::string out;
  for (const char c : segment) {
    if (c == '+')
      out += "%2B";
    else if (c == '&')
      out += "%26";
    else
      out += c;
  }
  return out;
}

void to_upper(std::string& text) noexcept {
  for (char& c : text)
    if (c >= 'a' && c <= 'z')
      c = static_cast<char>(c - 'a' + 'A');
}

std::string lower_case(std::string_view text) {
  std::string out{text};
  for (char& c : out)
    if (c >= 'A' && c <= 'Z')
      c = static_cast<char>(c - 'A' + 'a');
  return out;
}

void append_query_value(std::string& out, std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == ':';
    out += plain ? std::string{c} : fmt::format("%{:02X}", byte);
  }
}

} // namespace tickboard
