#include "actors/view_plan.hpp"

#include <algorithm>
#include <limits>

namespace tickboard {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// So many named markets, or those of so many bases, cost about as much as a page.
constexpr std::size_t few_ids = 50, few_bases = 4;

/// Every index that the filters name, each once.
std::vector<index_range> ranges_of(const view_query& query, const base_choice& bases,
                                   std::int64_t now_ms) {
  std::vector<index_range> out;
  const auto add = [&](std::size_t index, double lowest, double highest) {
    for (auto& known : out)
      if (known.index == index) {
        known.lowest = std::max(known.lowest, lowest);
        known.highest = std::min(known.highest, highest);
        return;
      }
    out.push_back({index, lowest, highest});
  };
  for (const auto& range : query.ranges)
    add(range.field, range.lowest, range.highest);
  if (query.stale)
    add(stale_index, *query.stale ? 1 : 0, *query.stale ? 1 : 0);
  if (query.max_age_ms != 0)
    add(*find_sort_field("received_ms"), static_cast<double>(now_ms - query.max_age_ms), infinity);
  // Spot is the only kind that there is.
  if (bases.none || !query.kinds.admits(to_string(market_kind::spot)))
    add(query.sort, infinity, -infinity);
  return out;
}

view_plan::list list_of(std::string_view name, const list_filter& filter) {
  return {name, &filter.values, filter.exclude};
}

const std::vector<word_filter>* words_of(const asset_filter& assets) {
  return assets.words.empty() ? nullptr : &assets.words;
}

view_plan plan(const redis::layout& layout, const view_query& query, const asset_filter& assets,
               std::int64_t now_ms, bool may_gather) {
  const auto& bases = assets.bases.bases;
  view_plan out;
  out.index = query.given_order ? id_field : query.sort;
  out.ranges = ranges_of(query, assets.bases, now_ms);
  out.words = words_of(assets);
  out.partition = reads_of(layout, query).partition;

  const auto on_index = std::find_if(out.ranges.begin(), out.ranges.end(),
                                     [&](const auto& range) { return range.index == out.index; });
  if (on_index != out.ranges.end() && !query.given_order) {
    out.interval = *on_index;
    out.ranges.erase(on_index);
  }
  if (!query.exchanges.empty())
    out.lists.push_back(list_of("exchange", query.exchanges));
  if (!query.quotes.empty() && out.partition == redis::layout::board)
    out.lists.push_back(list_of("quote", query.quotes));

  const bool gathers_bases =
      may_gather && !bases.empty() && !bases.exclude && bases.values.size() <= most_gathered;
  const bool by_bases = gathers_bases && query.ids.empty();
  const bool countable = out.ranges.empty() && !out.interval && bases.empty() && !out.words;
  if (!bases.empty() && !by_bases)
    out.lists.push_back(list_of("base", bases));
  if (by_bases || !query.ids.empty() || (may_gather && !out.ranges.empty())) {
    out.by = view_plan::access::gather;
    out.candidates = by_bases ? "bases" : query.ids.empty() ? "ranges" : "ids";
    return out;
  }
  if (query.by_cursor)
    out.counting = "cursor";
  else if (out.lists.empty() && out.ranges.empty() && !out.words)
    out.counting = "interval";
  else if (out.lists.empty() && out.ranges.size() == 1 && !out.interval && !out.words)
    out.counting = "range";
  else
    out.counting = countable ? "counts" : "walk";
  const bool plain = out.counting == "interval" && !out.interval && query.around.empty();
  out.by = plain ? view_plan::access::page : view_plan::access::walk;
  return out;
}

} // namespace

view_reads reads_of(const redis::layout& layout, const view_query& query) {
  view_reads out;
  if (query.snapshot == snapshot_use::read)
    return out; // which has a ranking of its own
  if (!query.given_order)
    out.indexes.set(query.sort);
  for (const auto& range : query.ranges)
    out.indexes.set(range.field);
  if (query.max_age_ms != 0)
    out.indexes.set(*find_sort_field("received_ms"));
  if (query.stale)
    out.indexes.set(stale_index);
  bool everywhere = query.snapshot == snapshot_use::none;
  for (std::size_t i = 0; i < index_count; ++i)
    everywhere = everywhere && (!out.indexes[i] || is_everywhere(i));
  if (everywhere && query.quotes.values.size() == 1 && !query.quotes.exclude && query.ids.empty())
    out.partition = layout.find(query.quotes.values.front());
  return out;
}

view_plan plan_view(const redis::layout& layout, const view_query& query,
                    const asset_filter& assets, std::int64_t now_ms) {
  return plan(layout, query, assets, now_ms, true);
}

view_plan plan_snapshot(const view_query& query, const asset_filter& assets, std::int64_t now_ms) {
  view_plan out;
  out.by = view_plan::access::walk;
  out.index = query.given_order ? id_field : query.sort;
  out.ranges = ranges_of(query, assets.bases, now_ms);
  out.words = words_of(assets);
  for (const auto& list :
       {list_of("exchange", query.exchanges), list_of("quote", query.quotes),
        list_of("base", assets.bases.bases), view_plan::list{"id", &query.ids, false}})
    if (!list.values->empty())
      out.lists.push_back(list);
  return out;
}

view_plan plan_walk(const redis::layout& layout, const view_query& query,
                    const asset_filter& assets, std::int64_t now_ms) {
  return plan(layout, query, assets, now_ms, false);
}

bool is_costly(const redis::layout& layout, const view_query& query) {
  if (query.snapshot != snapshot_use::none)
    return query.snapshot == snapshot_use::make;
  if (!query.categories.empty() || !query.words.empty())
    return true;
  const asset_filter named{{query.bases, false}, {}};
  const auto how = plan_view(layout, query, named, 0);
  if (how.by == view_plan::access::gather)
    return how.candidates == "bases" ? query.bases.values.size() > few_bases
                                     : how.candidates != "ids" || query.ids.size() > few_ids;
  return !how.lists.empty() || !how.ranges.empty();
}

// -- the same as the scripts read it --------------------------------------------------------------

void add_range_keys(redis::call& to, std::size_t before, const view_plan& plan,
                    const redis::partition_keys& keys) {
  for (const auto& range : plan.ranges)
    to.arguments.add(keys.by[range.index]);
  to.keys = before + plan.ranges.size();
}

std::int64_t scan_of(std::uint32_t limit, const view_plan& plan, std::size_t steps) {
  return std::max<std::int64_t>(1, limit / static_cast<std::int64_t>(steps + plan.ranges.size()));
}

void add_filters(redis::command& to, std::size_t before, const view_plan& plan) {
  for (std::size_t i = 0; i < plan.ranges.size(); ++i) {
    to.add("range");
    to.add(static_cast<std::int64_t>(before + i + 1));
    to.add(plan.ranges[i].lowest);
    to.add(plan.ranges[i].highest);
  }
  for (const auto& list : plan.lists) {
    to.add(list.name);
    to.add(list.exclude ? "not" : "only");
    to.add(*list.values);
  }
  if (plan.words != nullptr)
    add_words(to, "base", *plan.words);
}

void add_words(redis::command& to, std::string_view part, const std::vector<word_filter>& words) {
  for (const auto& [word, named] : words) {
    to.add("word");
    to.add(word);
    to.add(part);
    to.add(named);
  }
}

} // namespace tickboard
