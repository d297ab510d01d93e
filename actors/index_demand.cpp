#include "actors/index_demand.hpp"

namespace tickboard {

index_demand::index_demand() {
  last_.fill(time_point::min());
}

void index_demand::note(const index_set& read, time_point now) {
  for (std::size_t i = 0; i < index_count; ++i)
    if (read[i])
      last_[i] = now;
}

index_set index_demand::asked(time_point now) const {
  index_set out;
  out.set(id_field);
  out.set(stale_index);
  for (std::size_t i = 0; i < index_count; ++i)
    if (last_[i] != time_point::min() && now - last_[i] < lifetime)
      out.set(i);
  return out;
}

index_set indexes_read_by(const view_query& query) {
  index_set out;
  if (query.snapshot == snapshot_use::read)
    return out; // which has a ranking of its own
  if (!query.given_order)
    out.set(query.sort);
  for (const auto& range : query.ranges)
    out.set(range.field);
  if (query.max_age_ms != 0)
    out.set(*find_sort_field("received_ms"));
  return out;
}

} // namespace tickboard
