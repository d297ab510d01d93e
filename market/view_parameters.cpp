#include "market/view_table.hpp"
#include "market/view_token.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace tickboard {

namespace {

using problem = std::optional<query_problem>;

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
    if (auto wrong = check_bounds(range, fmt::format("min_{}", sort_fields[range.field].name),
                                  fmt::format("max_{}", sort_fields[range.field].name)))
      return wrong;
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

std::vector<parameter_note> view_parameters() {
  return notes_of(view_table());
}

std::size_t usual_sort() noexcept {
  static const auto field = *find_sort_field("quote_volume_24h");
  return field;
}

tl::expected<view_query, query_problem> parse_view_query(const query_parameters& given) {
  view_query out;
  out.sort = usual_sort();
  if (auto wrong = read_parameters(view_table(), given, out))
    return unexpected(std::move(*wrong));
  if (auto wrong = check_together(given, out))
    return unexpected(std::move(*wrong));
  return out;
}

} // namespace tickboard
