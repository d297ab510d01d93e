#include "actors/slot.hpp"

#include <limits>

namespace tickboard {

static_assert(id_field == 0, "scores leave out the first field");

double score_of(const ticker& state, bool stale, std::size_t index) {
  if (index == stale_index)
    return stale ? 1 : 0;
  return sort_fields[index].score(state).value_or(-std::numeric_limits<double>::infinity());
}

void slot::prefetch() const noexcept {
  constexpr std::size_t cache_line = 64;
  const auto* const begin = reinterpret_cast<const char*>(this);
  const auto* const end = reinterpret_cast<const char*>(&entries[0].sent);
  for (const auto* at = begin; at < end; at += cache_line)
    __builtin_prefetch(at, 1);
  __builtin_prefetch(&entries[1], 1);
}

bool slot::has_left() const noexcept {
  return entries[0].leaving == departure::over &&
         (own_lane == 0 || entries[1].leaving == departure::over);
}

slot::rendering& slot::rendered() {
  if (!rendered_)
    rendered_ = std::make_unique<rendering>();
  return *rendered_;
}

const std::string& slot::row() {
  auto& out = rendered().row;
  if (out.empty())
    append_row(out, *subject, state, stale, source_id % sources_per_feed);
  return out;
}

const std::string& slot::version() {
  auto& out = rendered().version;
  if (out.empty())
    out = encode_version(state);
  return out;
}

double slot::score(std::size_t index) {
  auto& made = rendered();
  auto& value = made.values[index - 1];
  if (!made.known[index]) {
    value = score_of(state, stale, index);
    made.known[index] = true;
  }
  return value;
}

void add_score(redis::command& to, slot& market, std::size_t index) {
  if (index != stale_index && sort_fields[index].digits != nullptr)
    if (const auto& digits = sort_fields[index].digits(market.state)) {
      to.add(digits.text());
      return;
    }
  to.add(market.score(index));
}

} // namespace tickboard
