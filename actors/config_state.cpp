#include "actors/config_state.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace tickboard {

void config_state::refuse() {
  const std::scoped_lock lock{mutex_};
  now_ = {"refused", "the last reload was refused, what ran before goes on; the log says why"};
}

void config_state::take_over(const std::vector<std::string>& waiting) {
  const std::scoped_lock lock{mutex_};
  if (waiting.empty())
    now_ = {};
  else
    now_ = {"waiting",
            fmt::format("these keys take effect at the next start: {}", fmt::join(waiting, ", "))};
}

config_state::summary config_state::look() const {
  const std::scoped_lock lock{mutex_};
  return now_;
}

} // namespace tickboard
