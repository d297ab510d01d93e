#pragma once

#include "actors/view_plan.hpp"
#include "market/fields.hpp"

#include <array>
#include <chrono>
#include <vector>

namespace tickboard {

/// Which indexes of which partition views have read lately: those are worth a write with every
/// update of a market. Used by the query actor alone.
class index_demand {
public:
  using time_point = std::chrono::steady_clock::time_point;

  /// So long after the last view that read it, an index is not asked for any more.
  static constexpr std::chrono::seconds lifetime{60};

  explicit index_demand(std::size_t partitions);

  void note(const view_reads& read, time_point now);

  /// Of each partition those that are asked for, and those that hardly ever change. And that of the
  /// page that one gets without asking for more, so that it is there even if Redis takes no writes.
  redis::partition_indexes asked(time_point now) const;

private:
  std::vector<std::array<time_point, index_count>> last_;
};

} // namespace tickboard
