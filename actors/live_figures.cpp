#include "actors/live_figures.hpp"

#include <string>
#include <utility>

namespace tickboard {

live_figures::live_figures(metrics::registry_ptr in)
    : registry(std::move(in)),
      views(registry->level({"tickboard_live_views", "Views that are followed (live.max_views)"})),
      waiting(registry->level(
          {"tickboard_live_waiting", "Subscriptions that wait for news (live.max_subscribers)"})),
      bytes(registry->level(
          {"tickboard_live_bytes", "What is kept of views that are followed (live.max_bytes)"})),
      refused(registry->count({"tickboard_live_refused_total",
                               "Subscriptions refused because of the limits in [live]"})) {
  constexpr std::array names{"page", "change", "beat", "error"};
  for (std::size_t i = 0; i < names.size(); ++i)
    news[i] = &registry->count({"tickboard_live_news_total", "What subscribers were told"},
                               {{"event", names[i]}});
}

} // namespace tickboard
