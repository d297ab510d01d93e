#include "adapters/redis/call_figures.hpp"

#include <string>
#include <utility>

namespace tickboard::redis {

call_figures::call_figures(metrics::registry_ptr in,
                           const std::vector<std::shared_ptr<const script>>& scripts)
    : registry_(std::move(in)), commands_(make("command")), transactions_(make("transaction")) {
  for (const auto& one : scripts)
    scripts_.emplace_back(one, make(one->name));
}

call_figures::of_calls call_figures::make(std::string_view name) const {
  const metrics::labels of{{"call", std::string{name}}};
  return {&registry_->duration(
              {"tickboard_redis_call_duration_seconds",
               "From sending a call to Redis to noticing its answer; of write, merge and forget "
               "up to 40 ms later than it came while little is written"},
              of),
          &registry_->count({"tickboard_redis_calls_failed_total",
                             "Calls that Redis refused, or that got no answer"},
                            of)};
}

call_figures::of_calls call_figures::of(const script& which) const noexcept {
  for (const auto& [one, figures] : scripts_)
    if (one.get() == &which)
      return figures;
  return commands_;
}

} // namespace tickboard::redis
