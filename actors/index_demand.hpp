#pragma once

#include "market/fields.hpp"
#include "market/view_query.hpp"

#include <array>
#include <chrono>

namespace tickboard {

/// Which indexes views have read lately: those are worth a write with every update of a market.
/// Used by the query actor alone.
class index_demand {
public:
  using time_point = std::chrono::steady_clock::time_point;

  /// So long after the last view that read it, an index is not asked for any more.
  static constexpr std::chrono::seconds lifetime{60};

  index_demand();

  void note(const index_set& read, time_point now);

  /// Those that are asked for, and those that hardly ever change.
  index_set asked(time_point now) const;

private:
  std::array<time_point, index_count> last_;
};

/// Those that the view, or its snapshot while it is made, is ordered or filtered by.
index_set indexes_read_by(const view_query& query);

} // namespace tickboard
