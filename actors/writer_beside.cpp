#include "actors/to_actor.hpp"
#include "actors/writer.hpp"
#include "adapters/log/log.hpp"

#include <caf/all.hpp>

/// The part of a writer that knows of other daemons: who of them says that a market is stale.
namespace tickboard {

namespace {

/// The board tells what another daemon marks. That one may be so many looks late with the market's
/// other partition, which tells nothing: so it is written once more.
constexpr std::size_t looks_until_again = 10;

} // namespace

void writer_state::look_at_others() {
  if (!connected || incarnation == 0 || rebuilding)
    return;
  if (auto calls = others->look(to_actor<others_seen>(self)); !calls.empty())
    store->submit(std::move(calls));
}

void writer_state::seen(const others_seen& now) {
  const bool was_left = others->another_lives();
  others->finish(now);
  const auto revive = [this](const std::vector<std::string>& ids) {
    std::vector<std::string> out;
    for (const auto& id : ids)
      if (const auto it = slots.find(id); it != slots.end() && !it->second->stale) {
        queue(*it->second); // if it is on its way, it is written twice
        out.push_back(id);
      }
    return out;
  };
  auto ids = revive(now.stale);
  if (others->another_lives()) {
    if (!ids.empty())
      log::debug("writer", "another daemon had marked rows stale",
                 {{"writer", config.index}, {"count", ids.size()}});
    revived.push_back(std::move(ids));
  }
  if (revived.size() > looks_until_again) {
    revive(revived.front());
    revived.pop_front();
  }
  if (was_left && !others->another_lives())
    for (const auto& [id, market] : slots)
      if (market->stale)
        queue(*market);
  pump();
}

} // namespace tickboard
