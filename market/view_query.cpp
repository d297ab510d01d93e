#include "market/view_query.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <set>

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

std::string sort_names() {
  std::string out;
  for (const auto& field : sort_fields)
    out += (out.empty() ? "" : ", ") + std::string{field.name};
  return out;
}

using outcome = std::optional<query_problem>;

outcome read_list(const std::string& name, const std::string& text, bool upper,
                  std::vector<std::string>& out) {
  static const std::string allowed =
      fmt::format("1 to {} values separated by commas, each 1 to {} bytes without white space or "
                  "any of :|{{}}*\"\\",
                  view_limits::max_list, max_asset_length);
  std::set<std::string> values;
  std::size_t begin = 0;
  while (begin <= text.size()) {
    const auto end = std::min(text.find(',', begin), text.size());
    auto value = text.substr(begin, end - begin);
    begin = end + 1;
    if (value.empty())
      return query_problem{name, "has an empty value", allowed};
    if (value.size() > max_asset_length)
      return query_problem{name, fmt::format("has a value of {} bytes", value.size()), allowed};
    for (char& c : value) {
      if (!is_code_character(c))
        return query_problem{name, "has a character that no value has", allowed};
      if (upper && c >= 'a' && c <= 'z')
        c = static_cast<char>(c - 'a' + 'A');
    }
    values.insert(std::move(value));
  }
  if (values.size() > view_limits::max_list)
    return query_problem{name, fmt::format("has {} values", values.size()), allowed};
  out.assign(values.begin(), values.end());
  return std::nullopt;
}

outcome read_sort(const std::string& name, std::string_view text, view_query& out) {
  out.descending = text.starts_with('-');
  if (out.descending)
    text.remove_prefix(1);
  const auto field = find_sort_field(text);
  if (!field)
    return query_problem{name, "is not a field that markets can be sorted by",
                         fmt::format("one of {}; a leading - sorts descending", sort_names())};
  out.sort = *field;
  return std::nullopt;
}

} // namespace

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

std::string view_query::canonical() const {
  return fmt::format("q={}&e={}&b={}&s={}{}&p={}&n={}", fmt::join(quotes, ","),
                     fmt::join(exchanges, ","), fmt::join(bases, ","), descending ? "-" : "",
                     sort_fields[sort].name, page, per_page);
}

std::string page_target(const view_query& query, std::uint32_t page) {
  std::string out = "/v1/markets?";
  const auto add_list = [&](std::string_view name, const std::vector<std::string>& values) {
    if (values.empty())
      return;
    out += name;
    for (std::size_t i = 0; i < values.size(); ++i) {
      out += i == 0 ? "=" : ",";
      for (const char c : values[i]) {
        const auto byte = static_cast<unsigned char>(c);
        const bool plain = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                           (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
        out += plain ? std::string{c} : fmt::format("%{:02X}", byte);
      }
    }
    out += '&';
  };
  add_list("quote", query.quotes);
  add_list("exchange", query.exchanges);
  add_list("base", query.bases);
  return out + fmt::format("sort={}{}&page={}&per_page={}", query.descending ? "-" : "",
                           sort_fields[query.sort].name, page, query.per_page);
}

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

tl::expected<view_query, query_problem> parse_view_query(const query_parameters& parameters) {
  view_query out;
  out.sort = *find_sort_field("quote_volume_24h");
  for (const auto& [name, value] : parameters) {
    outcome problem;
    if (name == "quote")
      problem = read_list(name, value, true, out.quotes);
    else if (name == "exchange")
      problem = read_list(name, value, false, out.exchanges);
    else if (name == "base")
      problem = read_list(name, value, true, out.bases);
    else if (name == "sort")
      problem = read_sort(name, value, out);
    else if (name == "page")
      problem = read_number(name, value, view_limits::max_page, out.page);
    else if (name == "per_page")
      problem = read_number(name, value, view_limits::max_per_page, out.per_page);
    else
      problem = query_problem{name, "is not a parameter of this resource",
                              "quote, exchange, base, sort, page, per_page"};
    if (problem)
      return unexpected(std::move(*problem));
  }
  return out;
}

} // namespace tickboard
