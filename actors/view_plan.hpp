#pragma once

#include "adapters/redis/client.hpp"
#include "adapters/redis/layout.hpp"
#include "market/base_choice.hpp"
#include "market/view_query.hpp"
#include "market/word_filter.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace tickboard {

/// Values of an index that pass.
struct index_range {
  std::size_t index; ///< in partition_keys::by
  double lowest, highest;
};

/// How a view is answered: from which partition, by which script, and what that filters.
/// Refers to the query, the bases and the words that it was made for.
struct view_plan {
  enum class access {
    page,   ///< no filter at all: SORT, which takes a row's key from its id
    walk,   ///< walk.lua: along an index
    gather, ///< gather.lua: few candidates
  };
  struct list {
    std::string_view name; ///< as view.lua knows it
    const std::vector<std::string>* values;
    bool exclude;
  };

  access by = access::page;
  std::size_t partition = redis::layout::board;
  std::size_t index = 0;               ///< that the view is ordered by
  std::optional<index_range> interval; ///< of that index: the part that is looked at
  std::vector<index_range> ranges;     ///< of other indexes, each once
  std::vector<list> lists;
  const std::vector<word_filter>* words = nullptr; ///< null: none
  std::string_view counting;                       ///< of a walk: ARGV[2] of walk.lua
  std::string_view candidates;                     ///< that are gathered: ARGV[10] of gather.lua
};

/// What must be right in Redis before a view is answered.
struct view_reads {
  std::size_t partition = redis::layout::board;
  index_set indexes;
};

/// The indexes that the view, or its snapshot while it is made, is ordered or filtered by. A view
/// of one quote reads the quote's own partition if that has all of them, any other the board.
view_reads reads_of(const redis::layout& layout, const view_query& query);

/// More names are not worth looking up: each costs as much as looking at four entries of an index.
inline constexpr std::size_t most_gathered = 250;

/// What is known of assets that a view filters by.
struct asset_filter {
  base_choice bases;              ///< what the query leaves of base assets
  std::vector<word_filter> words; ///< those of the query
};

/// Chooses what costs least, in the partition that `reads_of` says. `now_ms` is what max_age counts
/// from.
view_plan plan_view(const redis::layout& layout, const view_query& query,
                    const asset_filter& assets, std::int64_t now_ms);

/// What of the board goes into a snapshot of the view, and in the order of which index. No
/// interval.
view_plan plan_snapshot(const view_query& query, const asset_filter& assets, std::int64_t now_ms);

/// The same view by a walk, for candidates that turned out to be many.
view_plan plan_walk(const redis::layout& layout, const view_query& query,
                    const asset_filter& assets, std::int64_t now_ms);

/// Whether answering the view may take more than looking at about as many entries as a page has
/// rows: such views wait for each other (docs/decisions/fairness.md).
bool is_costly(const redis::layout& layout, const view_query& query);

// -- the same as the scripts read it --------------------------------------------------------------

/// Adds the keys of the plan's ranges to a call that has `before` keys, and says how many it has.
void add_range_keys(redis::call& to, std::size_t before, const view_plan& plan,
                    const redis::partition_keys& keys);

/// Entries that one call may look at: reading the scores of a range costs about as much again as
/// looking at the entries, and so do the `steps` that the script takes for each.
std::int64_t scan_of(std::uint32_t limit, const view_plan& plan, std::size_t steps);

/// Everything that the plan filters by, the ranges first, for a call that has `before` keys in
/// front of the ranges'.
void add_filters(redis::command& to, std::size_t before, const view_plan& plan);

/// The words alone; `part` is what of an id is the asset: "base" of a market's, "id" of an asset's.
void add_words(redis::command& to, std::string_view part, const std::vector<word_filter>& words);

} // namespace tickboard
