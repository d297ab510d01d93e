#include "market/decimal.hpp"
#include "market/view_query.hpp"
#include "market/view_token.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

namespace tickboard {

namespace {

using problem = std::optional<query_problem>;

std::string field_names(bool numeric_only) {
  std::string out;
  for (const auto& field : sort_fields)
    if (!numeric_only || field.score != nullptr)
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

enum class letters { as_given, upper };

/// "a,b" or "!a,b". What `check` refuses is refused; null: any code may be listed.
problem read_list(const std::string& name, std::string_view text, letters casing,
                  const std::string& allowed, bool (*check)(const std::string&), list_filter& out) {
  out.exclude = text.starts_with('!');
  if (out.exclude)
    text.remove_prefix(1);
  std::set<std::string> values;
  auto wrong = each_value(name, text, allowed, [&](std::string value) -> std::string {
    if (value.front() == '!')
      return "has a ! inside the list; one in front of the list excludes all of it";
    if (value.size() > max_asset_length)
      return fmt::format("has a value of {} bytes", value.size());
    if (!std::all_of(value.begin(), value.end(), is_code_character))
      return "has a character that no value has";
    if (check != nullptr && !check(value))
      return "has a value that is not known";
    if (casing == letters::upper)
      to_upper(value);
    values.insert(std::move(value));
    return values.size() > view_limits::max_list ? "has too many values" : "";
  });
  out.values.assign(values.begin(), values.end());
  return wrong;
}

problem read_codes(const std::string& name, std::string_view text, letters casing,
                   list_filter& out) {
  static const auto allowed = fmt::format(
      "1 to {} values separated by commas, each 1 to {} bytes without white space or any of "
      ":|{{}}*\"\\; a ! in front of the list excludes them",
      view_limits::max_list, max_asset_length);
  return read_list(name, text, casing, allowed, nullptr, out);
}

// Kinds that exchanges have. Those that no followed exchange has are legal, and empty.
constexpr std::array<std::string_view, 4> kinds{"future", "option", "perpetual", "spot"};

problem read_kinds(const std::string& name, std::string_view text, view_query& out) {
  return read_list(
      name, text, letters::as_given,
      "future, option, perpetual, spot, separated by commas; a ! in front of the list excludes "
      "them",
      [](const std::string& value) {
        return std::find(kinds.begin(), kinds.end(), value) != kinds.end();
      },
      out.kinds);
}

bool is_id_character(char c) noexcept {
  return c == ':' || is_code_character(c);
}

problem read_ids(const std::string& name, std::string_view text, view_query& out) {
  static const auto allowed = fmt::format(
      "1 to {} market ids separated by commas, as binance:BTC-USDT", view_limits::max_ids);
  std::set<std::string> seen;
  return each_value(name, text, allowed, [&](const std::string& value) -> std::string {
    if (value.size() > max_id_length || !std::all_of(value.begin(), value.end(), is_id_character))
      return "has a value that cannot be a market id";
    if (seen.insert(value).second)
      out.ids.push_back(value);
    return out.ids.size() > view_limits::max_ids ? "has too many values" : "";
  });
}

problem read_members(const std::string& name, std::string_view text, view_query& out) {
  static const auto allowed = fmt::format("members of a row, each once, separated by commas: {}",
                                          fmt::join(row_members(), ", "));
  return each_value(name, text, allowed, [&](const std::string& value) -> std::string {
    const auto known = std::find(row_members().begin(), row_members().end(), value);
    if (known == row_members().end())
      return "has a value that is no member of a row";
    auto& wanted = out.shape.members;
    if (std::find(wanted.begin(), wanted.end(), value) != wanted.end())
      return "has a value twice";
    wanted.push_back(*known);
    return "";
  });
}

problem read_sort(const std::string& name, std::string_view text, view_query& out) {
  out.descending = text.starts_with('-');
  if (out.descending)
    text.remove_prefix(1);
  const auto field = find_sort_field(text);
  if (!field)
    return query_problem{
        name, "is not a field that markets can be sorted by",
        fmt::format("one of {}; a leading - sorts descending", field_names(false))};
  out.sort = *field;
  out.given_order = false;
  return std::nullopt;
}

problem read_flag(const std::string& name, std::string_view text, bool& out) {
  if (text != "true" && text != "false")
    return query_problem{name, "is neither true nor false", "true, false"};
  out = text == "true";
  return std::nullopt;
}

problem read_around(const std::string& name, std::string_view text, view_query& out) {
  if (text.empty() || text.size() > max_id_length ||
      !std::all_of(text.begin(), text.end(), is_id_character))
    return query_problem{name, "cannot be a market id", "a market id, as binance:BTC-USDT"};
  out.around = text;
  return std::nullopt;
}

/// `min_<field>` or `max_<field>`; nothing else comes here.
problem read_bound(const std::string& name, const std::string& text, std::size_t field,
                   view_query& out) {
  const auto value = decimal::parse(text);
  if (!value)
    return query_problem{name, "is not a number",
                         fmt::format("a decimal number of at most {} characters, as -1.5 or 2e6",
                                     decimal::max_length)};
  const auto at = std::lower_bound(
      out.ranges.begin(), out.ranges.end(), field,
      [](const range_filter& range, std::size_t wanted) { return range.field < wanted; });
  auto& range = at != out.ranges.end() && at->field == field
                    ? *at
                    : *out.ranges.insert(at, range_filter{field});
  const double number = value->value() + 0.0; // no -0
  (name.starts_with("min_") ? range.lowest : range.highest) = number;
  return std::nullopt;
}

std::optional<std::size_t> bounded_field(std::string_view name) noexcept {
  if (!name.starts_with("min_") && !name.starts_with("max_"))
    return std::nullopt;
  const auto field = find_sort_field(name.substr(4));
  return field && sort_fields[*field].score != nullptr ? field : std::nullopt;
}

struct parameter {
  std::string_view name;
  problem (*read)(const std::string& name, const std::string& text, view_query& out);
};

constexpr std::array parameters{
    parameter{"quote",
              [](const auto& name, const auto& text, view_query& out) {
                return read_codes(name, text, letters::upper, out.quotes);
              }},
    parameter{"exchange",
              [](const auto& name, const auto& text, view_query& out) {
                return read_codes(name, text, letters::as_given, out.exchanges);
              }},
    parameter{"base",
              [](const auto& name, const auto& text, view_query& out) {
                return read_codes(name, text, letters::upper, out.bases);
              }},
    parameter{"kind", [](const auto& name, const auto& text,
                         view_query& out) { return read_kinds(name, text, out); }},
    parameter{"ids", [](const auto& name, const auto& text,
                        view_query& out) { return read_ids(name, text, out); }},
    parameter{"stale", [](const auto& name, const auto& text,
                          view_query& out) { return read_flag(name, text, out.stale.emplace()); }},
    parameter{"max_age",
              [](const auto& name, const auto& text, view_query& out) {
                return read_number(name, text, view_limits::max_age_ms, out.max_age_ms);
              }},
    parameter{"sort", [](const auto& name, const auto& text,
                         view_query& out) { return read_sort(name, text, out); }},
    parameter{"page",
              [](const auto& name, const auto& text, view_query& out) {
                return read_number(name, text, view_limits::max_page, out.page);
              }},
    parameter{"per_page",
              [](const auto& name, const auto& text, view_query& out) {
                return read_number(name, text, view_limits::max_per_page, out.per_page);
              }},
    parameter{"around", [](const auto& name, const auto& text,
                           view_query& out) { return read_around(name, text, out); }},
    parameter{"cursor",
              [](const auto&, const auto&, view_query& out) -> problem {
                out.by_cursor = true; // the token is read when its view is known
                return std::nullopt;
              }},
    parameter{"snapshot",
              [](const auto&, const auto& text, view_query& out) -> problem {
                out.snapshot = text == "new" ? snapshot_use::make : snapshot_use::read;
                return std::nullopt; // the token is read when it is known what else is asked
              }},
    parameter{"rows",
              [](const auto& name, const auto& text, view_query& out) -> problem {
                if (text != "live" && text != "frozen")
                  return query_problem{name, "is neither live nor frozen", "live, frozen"};
                out.frozen_rows = text == "frozen";
                return std::nullopt;
              }},
    parameter{"format",
              [](const auto& name, const auto& text, view_query& out) -> problem {
                const auto format = find_view_format(text);
                if (!format)
                  return query_problem{name, "is not a format", "json, csv, ndjson"};
                out.shape.format = *format;
                return std::nullopt;
              }},
    parameter{"fields", [](const auto& name, const auto& text,
                           view_query& out) { return read_members(name, text, out); }},
    parameter{"explain", [](const auto& name, const auto& text,
                            view_query& out) { return read_flag(name, text, out.explain); }},
};

std::string parameter_names() {
  std::string out;
  for (const auto& one : parameters)
    out += std::string{one.name} + ", ";
  return out + "min_ and max_ of each of " + field_names(true);
}

problem read_cursor(const std::string& text, view_query& out) {
  if (text.empty() || text == "start")
    return std::nullopt;
  auto place = read_cursor_token(out, text);
  if (place) {
    out.after = std::move(*place);
    return std::nullopt;
  }
  return query_problem{"cursor",
                       place.error() == token_problem::another_view
                           ? "was given for other filters or another sort"
                           : "is damaged",
                       "start, or page.next of an answer, with the same filters and sort"};
}

/// True for what chooses markets or their order, which a snapshot has already done.
bool makes_view(std::string_view name) noexcept {
  constexpr std::array<std::string_view, 9> others{
      "page", "per_page", "around", "cursor", "snapshot", "rows", "explain", "format", "fields"};
  return std::find(others.begin(), others.end(), name) == others.end();
}

problem read_snapshot(const query_parameters& given, const std::string& text, view_query& out) {
  if (out.snapshot == snapshot_use::make)
    return std::nullopt;
  const bool repeats_view = std::any_of(given.begin(), given.end(),
                                        [](const auto& one) { return makes_view(one.first); });
  auto found = read_snapshot_token(repeats_view ? &out : nullptr, text);
  if (!found)
    return query_problem{"snapshot",
                         found.error() == token_problem::another_view
                             ? "was made for other filters or another sort"
                             : "is damaged",
                         "new, or page.snapshot of an answer, with the same filters and sort or "
                         "without any"};
  if (out.frozen_rows && !found->has_rows)
    return query_problem{"rows", "is frozen, but this snapshot was made without rows",
                         "live, or a new snapshot with rows=frozen"};
  out.frozen = std::move(*found);
  return std::nullopt;
}

/// What each parameter alone cannot know.
problem check_together(const query_parameters& given, view_query& out) {
  const auto find = [&](std::string_view name) {
    const auto it = std::find_if(given.begin(), given.end(),
                                 [&](const auto& one) { return one.first == name; });
    return it == given.end() ? nullptr : &it->second;
  };
  for (const auto& range : out.ranges)
    if (range.lowest > range.highest) {
      const auto& field = sort_fields[range.field].name;
      return query_problem{fmt::format("min_{}", field), fmt::format("is above max_{}", field),
                           fmt::format("a number up to {}", range.highest)};
    }
  constexpr std::array<std::string_view, 3> ways{"page", "around", "cursor"};
  for (std::size_t i = 0; i < ways.size(); ++i)
    for (std::size_t j = i + 1; j < ways.size(); ++j)
      if (find(ways[i]) != nullptr && find(ways[j]) != nullptr)
        return query_problem{std::string{ways[j]},
                             fmt::format("cannot be combined with {}", ways[i]),
                             "one of page, around, cursor"};
  if (find("snapshot") != nullptr && find("cursor") != nullptr)
    return query_problem{"snapshot", "cannot be combined with cursor",
                         "page or around; the ranking does not change between the pages"};
  if (out.explain && out.shape.format != view_format::json)
    return query_problem{"explain", "is for JSON only", "format=json, or no explain"};
  if (find("rows") != nullptr && find("snapshot") == nullptr)
    return query_problem{"rows", "is given without a snapshot", "together with snapshot"};
  out.given_order = !out.ids.empty() && find("sort") == nullptr;
  if (const auto* const cursor = find("cursor"))
    return read_cursor(*cursor, out);
  if (const auto* const snapshot = find("snapshot"))
    return read_snapshot(given, *snapshot, out);
  return std::nullopt;
}

} // namespace

tl::expected<view_query, query_problem> parse_view_query(const query_parameters& given) {
  view_query out;
  out.sort = *find_sort_field("quote_volume_24h");
  for (const auto& [name, text] : given) {
    problem wrong;
    const auto* const known = std::find_if(parameters.begin(), parameters.end(),
                                           [&](const auto& one) { return one.name == name; });
    if (known != parameters.end())
      wrong = known->read(name, text, out);
    else if (const auto field = bounded_field(name))
      wrong = read_bound(name, text, *field, out);
    else
      wrong = query_problem{name, "is not a parameter of this resource", parameter_names()};
    if (wrong)
      return unexpected(std::move(*wrong));
  }
  if (auto wrong = check_together(given, out))
    return unexpected(std::move(*wrong));
  return out;
}

} // namespace tickboard
