#include "actors/index_demand.hpp"

#include "market/view_query.hpp"

namespace tickboard {

index_demand::index_demand(std::size_t partitions) : last_(partitions) {
  for (auto& one : last_)
    one.fill(time_point::min());
}

void index_demand::note(const view_reads& read, time_point now) {
  for (std::size_t i = 0; i < index_count; ++i)
    if (read.indexes[i])
      last_[read.partition][i] = now;
}

redis::partition_indexes index_demand::asked(time_point now) const {
  redis::partition_indexes out(last_.size());
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i].set(id_field);
    out[i].set(stale_index);
    if (i == redis::layout::board)
      out[i].set(usual_sort());
    for (std::size_t k = 0; k < index_count; ++k)
      if (last_[i][k] != time_point::min() && now - last_[i][k] < lifetime)
        out[i].set(k);
  }
  return out;
}

} // namespace tickboard
