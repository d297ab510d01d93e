#include "actors/slot.hpp"

#include <limits>

namespace tickboard {

scores scores_of(const ticker& state) {
  scores out;
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = sort_fields[i + 1].score(state).value_or(-std::numeric_limits<double>::infinity());
  return out;
}

const rendering& slot::rendered() {
  if (!rendered_) {
    rendered_ = std::make_unique<rendering>();
    append_row(rendered_->row, *subject, state, stale);
    rendered_->version = encode_version(state);
    rendered_->values = scores_of(state);
  }
  return *rendered_;
}

static_assert(id_field == 0, "scores leave out the first field");

} // namespace tickboard
