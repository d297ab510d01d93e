#include "market/view_query.hpp"

#include "market/word_filter.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

namespace tickboard {

bool list_filter::admits(std::string_view value) const noexcept {
  return values.empty() || exclude != std::binary_search(values.begin(), values.end(), value);
}

// Parts are parted by |, which no name may have: else a name could look like the parts that follow.
std::string view_query::view() const {
  const auto text = [](const list_filter& list) {
    return fmt::format("{}{}", list.exclude && !list.empty() ? "!" : "",
                       fmt::join(list.values, ","));
  };
  std::string out = fmt::format(
      "q={}|e={}|b={}|c={}|k={}|i={}|f={}|a={}|s={}{}", text(quotes), text(exchanges), text(bases),
      text(categories), text(kinds), fmt::join(ids, ","), stale ? (*stale ? "1" : "0") : "",
      max_age_ms, !given_order && descending ? "-" : "", given_order ? "" : sort_fields[sort].name);
  for (const auto& range : ranges)
    out += fmt::format("|{}={}..{}", sort_fields[range.field].name, range.lowest, range.highest);
  if (!words.empty()) {
    out += "|w=";
    append_query_value(out, words_text(words)); // these may have anything in them
  }
  return out;
}

std::string view_query::canonical() const {
  auto out = fmt::format("{}|n={}|x={}|o={}|m={}", view(), per_page, explain,
                         static_cast<int>(shape.format), fmt::join(shape.members, ","));
  if (snapshot != snapshot_use::none)
    out += fmt::format("|snapshot={}|rows={}", frozen ? frozen->token : "new", frozen_rows);
  if (!around.empty())
    out += "|around=" + around;
  else if (by_cursor)
    out += after ? fmt::format("|after={}|{}", after->score, after->id) : "|after";
  else
    out += fmt::format("|p={}", page);
  return out;
}

namespace {

std::string view_target(const view_query& query) {
  std::string out = "/v1/markets?";
  const auto add = [&](std::string_view name, std::string_view value) {
    out += name;
    out += '=';
    append_query_value(out, value);
    out += '&';
  };
  const auto add_list = [&](std::string_view name, const std::vector<std::string>& values,
                            bool exclude) {
    if (values.empty())
      return;
    out += name;
    for (std::size_t i = 0; i < values.size(); ++i) {
      out += i > 0 ? "," : exclude ? "=!" : "=";
      append_query_value(out, values[i]);
    }
    out += '&';
  };
  add_list("quote", query.quotes.values, query.quotes.exclude);
  add_list("exchange", query.exchanges.values, query.exchanges.exclude);
  add_list("base", query.bases.values, query.bases.exclude);
  add_list("category", query.categories.values, query.categories.exclude);
  add_list("kind", query.kinds.values, query.kinds.exclude);
  add_list("ids", query.ids, false);
  for (const auto& range : query.ranges) {
    if (!std::isinf(range.lowest))
      add(fmt::format("min_{}", sort_fields[range.field].name), fmt::format("{}", range.lowest));
    if (!std::isinf(range.highest))
      add(fmt::format("max_{}", sort_fields[range.field].name), fmt::format("{}", range.highest));
  }
  if (query.stale)
    add("stale", *query.stale ? "true" : "false");
  if (query.max_age_ms != 0)
    add("max_age", fmt::format("{}", query.max_age_ms));
  if (!query.words.empty())
    add("q", words_text(query.words));
  if (!query.given_order)
    add("sort", fmt::format("{}{}", query.descending ? "-" : "", sort_fields[query.sort].name));
  return out;
}

/// The parameters that say how a page is written, as they follow the others.
std::string shape_parameters(const view_query& query) {
  std::string out;
  if (query.shape.format != view_format::json)
    out += query.shape.format == view_format::csv ? "&format=csv" : "&format=ndjson";
  if (!query.shape.members.empty())
    out += fmt::format("&fields={}", fmt::join(query.shape.members, ","));
  if (query.explain)
    out += "&explain=true";
  return out;
}

} // namespace

std::string page_target(const view_query& query, std::uint32_t page) {
  if (query.frozen)
    return fmt::format("/v1/markets?snapshot={}{}{}&page={}&per_page={}", query.frozen->token,
                       query.frozen_rows ? "&rows=frozen" : "", shape_parameters(query), page,
                       query.per_page);
  return view_target(query) +
         fmt::format("page={}&per_page={}{}", page, query.per_page, shape_parameters(query));
}

std::string cursor_target(const view_query& query, std::string_view token) {
  return view_target(query) +
         fmt::format("cursor={}&per_page={}{}", token, query.per_page, shape_parameters(query));
}

} // namespace tickboard
