#include "actors/slot.hpp"

#include <limits>

namespace tickboard {

scores scores_of(const ticker& state, bool stale) {
  scores out;
  for (std::size_t i = 1; i < sort_field_count; ++i)
    out[i - 1] = sort_fields[i].score(state).value_or(-std::numeric_limits<double>::infinity());
  out[stale_index - 1] = stale ? 1 : 0;
  return out;
}

const rendering& slot::rendered() {
  if (!rendered_) {
    rendered_ = std::make_unique<rendering>();
    append_row(rendered_->row, *subject, state, stale, source_id % sources_per_feed);
    rendered_->version = encode_version(state);
    rendered_->values = scores_of(state, stale);
  }
  return *rendered_;
}

static_assert(id_field == 0, "scores leave out the first field");

} // namespace tickboard
