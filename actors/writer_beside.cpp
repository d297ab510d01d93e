#include "actors/to_actor.hpp"
#include "actors/writer.hpp"
#include "adapters/log/log.hpp"

#include <caf/all.hpp>

/// The part of a writer that knows of other daemons: who of them says that a market is stale.
namespace tickboard {

void writer_state::look_at_others() {
  if (!connected || incarnation == 0 || rebuilding)
    return;
  if (auto calls = others->look(to_actor<others_seen>(self)); !calls.empty())
    store->submit(std::move(calls));
}

void writer_state::seen(const others_seen& now) {
  const bool was_left = others->another_lives();
  others->finish(now);
  std::size_t count = 0;
  for (const auto& id : now.stale)
    if (const auto it = slots.find(id); it != slots.end() && !it->second->stale) {
      queue(*it->second); // if it is on its way, it is written twice
      ++count;
    }
  if (count > 0 && others->another_lives())
    log::debug("writer", "another daemon had marked rows stale",
               {{"writer", config.index}, {"count", count}});
  if (was_left && !others->another_lives())
    for (const auto& [id, market] : slots)
      if (market->stale)
        queue(*market);
  pump();
}

} // namespace tickboard
