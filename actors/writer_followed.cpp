#include "actors/to_actor.hpp"
#include "actors/writer.hpp"
#include "adapters/log/log.hpp"

#include <caf/all.hpp>

#include <unordered_set>

/// The part of a writer that goes by what feeds follow.
namespace tickboard {

void writer_state::follow(const markets_followed& told) {
  if (heard_feeds.insert(told.feed).second)
    for (std::size_t i = 0; i < told.markets.size(); ++i)
      if (const auto& one = told.markets[i];
          one->hash % config.writers == config.index && !slots.contains(one->id))
        adopts->add(one, told.sources[i]);
  if (adopts->is_over()) {
    forget_others(told);
  } else { // some of what it is about to hold may have to leave
    to_forget_by.insert_or_assign(told.feed, told);
    adopt_stored();
  }
}

/// Not before the order to write: until then the keeper may remove what an earlier life left.
void writer_state::adopt_stored() {
  if (!connected || incarnation == 0 || adopts->is_over())
    return;
  const auto is_held = [this](const market& one) { return slots.contains(one.id); };
  if (auto calls = adopts->read(is_held, to_actor<rows_read>(self)); !calls.empty())
    store->submit(std::move(calls));
  forget_by_what_was_told();
}

void writer_state::adopted(const rows_read& found) {
  const auto now_ms = config.now_ms();
  for (auto& one : adopts->finish(found)) {
    if (slots.contains(one.market->id))
      continue; // it was heard of meanwhile
    auto& market = make_slot(one.market);
    market.state = std::move(one.state);
    sources.set(market, one.source_id);
    const auto known = live.find(one.source_id);
    market.stale = known != live.end() ? !known->second : one.stale;
    mark(market, now_ms);
  }
  if (!found.away) // else when Redis is back
    adopt_stored();
  forget_by_what_was_told();
  read_histories();
  pump();
}

void writer_state::forget_by_what_was_told() {
  if (adopts->is_over())
    for (const auto& [feed, told] : std::exchange(to_forget_by, {}))
      forget_others(told);
}

void writer_state::forget_others(const markets_followed& told) {
  const auto held = held_of.find(told.feed);
  if (held == held_of.end())
    return;
  std::unordered_set<std::string_view> followed;
  for (const auto& one : told.markets)
    if (slots.contains(one->id))
      followed.insert(one->id);
  if (followed.size() == held->second)
    return;
  std::vector<std::vector<slot*>> by_lane(lanes.size());
  for (auto it = slots.begin(); it != slots.end();) {
    auto& market = *it->second;
    if (market.subject->exchange != told.feed || followed.contains(it->first)) {
      ++it;
      continue;
    }
    by_lane[redis::layout::board].push_back(&market);
    if (market.own_lane != redis::layout::board)
      by_lane[market.own_lane].push_back(&market);
    sources.forget(market);
    leaving.insert(slots.extract(it++));
    --held->second;
  }
  const auto count = by_lane[redis::layout::board].size();
  log::info("writer", "markets are not followed any more",
            {{"writer", config.index}, {"feed", told.feed}, {"count", count}});
  for (std::size_t i = 0; i < lanes.size(); ++i)
    lanes[i].leave(by_lane[i]);
  derived.forget_leaving();
  histories->forget_leaving();
  std::erase_if(to_bring, [](const slot* one) { return one->is_leaving(); });
  report.forget_leaving();
  tell_if_rebuilt();
  answer_who_waits();
  pump();
}

} // namespace tickboard
