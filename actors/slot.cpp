#include "actors/slot.hpp"

namespace tickboard {

scores scores_of(const ticker& state) {
  scores out;
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = sort_fields[i + 1].score(state).value_or(-std::numeric_limits<double>::infinity());
  return out;
}

static_assert(id_field == 0, "scores leave out the first field");

} // namespace tickboard
