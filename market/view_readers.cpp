#include "market/view_readers.hpp"

#include "market/asset.hpp"
#include "market/canonical_id.hpp"
#include "market/json_text.hpp"
#include "market/word_filter.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

namespace tickboard::view_readers {

namespace {

std::string field_names() {
  std::string out;
  for (const auto& field : sort_fields)
    out += (out.empty() ? "" : ", ") + std::string{field.name};
  return out;
}

/// Hands each value of a list to `take`, which says what is wrong with it; "" is fine.
template <class Take>
problem each_value(const std::string& name, std::string_view text, const std::string& allowed,
                   Take take) {
  for (bool last = false; !last;) {
    const auto end = std::min(text.find(','), text.size());
    last = end == text.size();
    const std::string value{text.substr(0, end)};
    text.remove_prefix(last ? end : end + 1);
    if (value.empty())
      return query_problem{name, "has an empty value", allowed};
    if (auto wrong = take(value); !wrong.empty())
      return query_problem{name, std::move(wrong), allowed};
  }
  return std::nullopt;
}

enum class letters { as_given, lower, upper };

/// "a,b" or "!a,b". `check` says what is wrong with a value; "" is fine.
problem read_list(const std::string& name, std::string_view text, letters casing,
                  const std::string& allowed, std::string (*check)(const std::string&),
                  list_filter& out) {
  out.exclude = text.starts_with('!');
  if (out.exclude)
    text.remove_prefix(1);
  std::set<std::string> values;
  auto wrong = each_value(name, text, allowed, [&](std::string value) -> std::string {
    if (value.front() == '!')
      return "has a ! inside the list; one in front of the list excludes all of it";
    if (auto wrong = check(value); !wrong.empty())
      return wrong;
    if (casing == letters::upper)
      to_upper(value);
    else if (casing == letters::lower)
      value = lower_case(value);
    values.insert(std::move(value));
    return values.size() > view_limits::max_list ? "has too many values" : "";
  });
  out.values.assign(values.begin(), values.end());
  return wrong;
}

std::string check_code(const std::string& value) {
  if (value.size() > max_asset_length)
    return fmt::format("has a value of {} bytes, {}", value.size(), json_excerpt(value));
  return std::all_of(value.begin(), value.end(), is_code_character)
             ? ""
             : fmt::format("has {}, with a character that no value has", json_excerpt(value));
}

problem read_codes(const std::string& name, std::string_view text, letters casing,
                   list_filter& out) {
  static const auto allowed = fmt::format(
      "1 to {} values separated by commas, each 1 to {} bytes without white space or any of "
      ":|{{}}*\"\\; a ! in front of the list excludes them",
      view_limits::max_list, max_asset_length);
  return read_list(name, text, casing, allowed, check_code, out);
}

bool is_id_character(char c) noexcept {
  return c == ':' || is_code_character(c);
}

problem read_flag(const std::string& name, std::string_view text, bool& out) {
  if (text != "true" && text != "false")
    return query_problem{name, "is neither true nor false", "true, false"};
  out = text == "true";
  return std::nullopt;
}

} // namespace

problem read_kinds(const std::string& name, const std::string& text, view_query& out) {
  return read_list(
      name, text, letters::as_given,
      "future, option, perpetual, spot, separated by commas; a ! in front of the list excludes "
      "them",
      [](const std::string& value) -> std::string {
        return std::find(kinds.begin(), kinds.end(), value) != kinds.end()
                   ? ""
                   : fmt::format("has {}, which is not known", json_excerpt(value));
      },
      out.kinds);
}

// As with the other lists, a category that there is not is legal, and empty: those that there are
// change while we run.
problem read_categories(const std::string& name, const std::string& text, view_query& out) {
  static const auto allowed =
      fmt::format("1 to {} categories by slug (lower-case letters, digits and -; GET "
                  "/v1/categories lists them) separated by commas; a ! in front of the list "
                  "excludes them",
                  view_limits::max_list);
  return read_list(
      name, text, letters::as_given, allowed,
      [](const std::string& value) -> std::string {
        return is_category_slug(value)
                   ? ""
                   : fmt::format("has {}, which is no slug", json_excerpt(value));
      },
      out.categories);
}

problem read_ids(const std::string& name, const std::string& text, view_query& out) {
  static const auto allowed = fmt::format(
      "1 to {} market ids separated by commas, as binance:BTC-USDT", view_limits::max_ids);
  std::set<std::string> seen;
  return each_value(name, text, allowed, [&](const std::string& value) -> std::string {
    if (value.size() > max_id_length || !std::all_of(value.begin(), value.end(), is_id_character))
      return fmt::format("has {}, which cannot be a market id", json_excerpt(value));
    if (auto id = canonical_id(value); seen.insert(id).second)
      out.ids.push_back(std::move(id));
    return out.ids.size() > view_limits::max_ids ? "has too many values" : "";
  });
}

problem read_words(const std::string& name, const std::string& text, view_query& out) {
  return tickboard::read_words(name, text, out.words);
}

problem read_members(const std::string& name, const std::string& text, view_query& out) {
  static const auto allowed = fmt::format("members of a row, each once, separated by commas: {}",
                                          fmt::join(row_members(), ", "));
  return each_value(name, text, allowed, [&](const std::string& value) -> std::string {
    const auto known = std::find(row_members().begin(), row_members().end(), value);
    if (known == row_members().end())
      return fmt::format("has {}, which is no member of a row", json_excerpt(value));
    auto& wanted = out.shape.members;
    if (std::find(wanted.begin(), wanted.end(), value) != wanted.end())
      return fmt::format("has {} twice", json_excerpt(value));
    wanted.push_back(*known);
    return "";
  });
}

problem read_sort(const std::string& name, const std::string& text, view_query& out) {
  out.descending = text.starts_with('-');
  const auto field = find_sort_field(std::string_view{text}.substr(out.descending ? 1 : 0));
  if (!field)
    return query_problem{name, "is not a field that markets can be sorted by",
                         fmt::format("one of {}; a leading - sorts descending", field_names())};
  out.sort = *field;
  out.given_order = false;
  return std::nullopt;
}

problem read_around(const std::string& name, const std::string& text, view_query& out) {
  if (text.empty() || text.size() > max_id_length ||
      !std::all_of(text.begin(), text.end(), is_id_character))
    return query_problem{name, "cannot be a market id", "a market id, as binance:BTC-USDT"};
  out.around = canonical_id(text);
  return std::nullopt;
}

problem read_bound(const std::string& name, const std::string& text, view_query& out) {
  const auto field = *find_sort_field(std::string_view{name}.substr(4));
  return tickboard::read_bound(name, text, field, name.starts_with("min_"), out.ranges);
}

problem read_quotes(const std::string& name, const std::string& text, view_query& out) {
  return read_codes(name, text, letters::upper, out.quotes);
}

problem read_exchanges(const std::string& name, const std::string& text, view_query& out) {
  return read_codes(name, text, letters::lower, out.exchanges);
}

problem read_bases(const std::string& name, const std::string& text, view_query& out) {
  return read_codes(name, text, letters::upper, out.bases);
}

problem read_max_age(const std::string& name, const std::string& text, view_query& out) {
  return read_number(name, text, view_limits::max_age_ms, out.max_age_ms);
}

problem read_page(const std::string& name, const std::string& text, view_query& out) {
  return read_number(name, text, view_limits::max_page, out.page);
}

problem read_per_page(const std::string& name, const std::string& text, view_query& out) {
  return read_number(name, text, view_limits::max_per_page, out.per_page);
}

problem read_stale(const std::string& name, const std::string& text, view_query& out) {
  return read_flag(name, text, out.stale.emplace());
}

problem read_explain(const std::string& name, const std::string& text, view_query& out) {
  return read_flag(name, text, out.explain);
}

problem note_cursor(const std::string&, const std::string&, view_query& out) {
  out.by_cursor = true;
  return std::nullopt;
}

problem note_snapshot(const std::string&, const std::string& text, view_query& out) {
  out.snapshot = text == "new" ? snapshot_use::make : snapshot_use::read;
  return std::nullopt;
}

problem read_rows(const std::string& name, const std::string& text, view_query& out) {
  if (text != "live" && text != "frozen")
    return query_problem{name, "is neither live nor frozen", "live, frozen"};
  out.frozen_rows = text == "frozen";
  return std::nullopt;
}

problem read_format(const std::string& name, const std::string& text, view_query& out) {
  const auto format = find_view_format(text);
  if (!format)
    return query_problem{name, "is not a format", "json, csv, ndjson"};
  out.shape.format = *format;
  return std::nullopt;
}

} // namespace tickboard::view_readers
