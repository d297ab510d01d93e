#include "actors/error.hpp"
#include "actors/messages/drain.hpp"
#include "actors/messages/keeper.hpp"
#include "actors/writer.hpp"
#include "adapters/redis/denial.hpp"

#include <caf/all.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

/// The part of a writer that others wait for: until indexes are right, until everything is written,
/// until the board is rebuilt.
namespace tickboard {

redis::partition_indexes writer_state::every_index() const {
  return redis::partition_indexes(lanes.size(), index_set{}.set());
}

void writer_state::keep_up(const redis::partition_indexes& asked) {
  asked_at = self->clock().now();
  for (std::size_t i = 0; i < lanes.size(); ++i)
    lanes[i].keep_up(asked[i]);
}

/// Whoever asks is answered when Redis has all that lagged. One waits; who asked before has been
/// answered, or has given up.
caf::response_promise writer_state::asked_for(const redis::partition_indexes& asked) {
  if (waits_for_indexes.pending())
    waits_for_indexes.deliver(
        caf::make_error(ec::store_unavailable, std::string{"indexes were asked for once more"}));
  waits_for_indexes = self->make_response_promise();
  auto promise = waits_for_indexes;
  keep_up(asked);
  pump();
  answer_about_indexes();
  if (waits_for_indexes.pending() && !refusal.empty())
    waits_for_indexes.deliver(
        caf::make_error(ec::store_unavailable, "Redis refuses what is written: " + refusal));
  return promise;
}

/// What is asked for, and all markets, since Redis may have anything of those that it was not
/// told of under the present token.
bool writer_state::are_indexes_kept() const {
  return !rebuilding &&
         std::all_of(lanes.begin(), lanes.end(), [](const lane& one) { return one.is_kept_up(); });
}

void writer_state::answer_about_indexes() {
  if (!waits_for_indexes.pending())
    return;
  if (!connected)
    waits_for_indexes.deliver(
        caf::make_error(ec::store_unavailable, std::string{"a writer has no connection to Redis"}));
  else if (incarnation == 0)
    waits_for_indexes.deliver(
        caf::make_error(ec::rebuilding, std::string{"a writer has not begun yet"}));
  else if (are_indexes_kept())
    waits_for_indexes.deliver(indexes_kept{});
}

/// Answered when Redis has everything that is known by now, or is away, or refuses it for want of a
/// right; `drained` says which.
caf::response_promise writer_state::drain() {
  auto promise = self->make_response_promise();
  keep_up(every_index());
  for (auto& one : lanes)
    one.want_all();
  last_candles = slots.size() + 2; // each has a market at least that was not written before
  write_candles();
  drains.push_back(promise);
  answer_who_waits();
  pump();
  return promise;
}

void writer_state::answer_who_waits() {
  answer_about_indexes();
  if (drains.empty())
    return;
  // Who was never told to begin owes Redis no rows.
  const bool has_begun = incarnation != 0 || last_incarnation != 0;
  const bool has_rows = has_begun
                            ? std::all_of(lanes.begin(), lanes.end(),
                                          [](const lane& one) { return one.has_all_wanted(); })
                            : connected;
  const bool all = has_rows && !histories->has_candles_under_way();
  if (connected && !all && !redis::is_denial(refusal))
    return;
  for (auto& one : std::exchange(drains, {}))
    one.deliver(drained{all});
}

// -- rebuilding -----------------------------------------------------------------------------------

void writer_state::start_rebuild(std::uint64_t wanted) {
  if (!connected)
    return; // one comes when we are
  incarnation = wanted;
  watched = fence::none;
  token = fmt::format("{}:{}", config.daemon_id, incarnation);
  rebuilding = true;
  config.figures->rebuilds.add();
  const auto now_ms = config.now_ms();
  histories->write_candles_again();
  for (auto& one : lanes)
    one.reset();
  to_bring.clear();
  for (auto& [id, market] : slots) {
    to_bring.push_back(market.get());
    market->entries = {};
    market->not_stored();
    mark(*market, now_ms);
  }
  if (!drains.empty())
    for (auto& one : lanes)
      one.want_all();
  tell_if_rebuilt();
  answer_who_waits();
  pump();
}

void writer_state::tell_if_rebuilt() {
  if (!rebuilding || !connected)
    return;
  // Not `merged`: two daemons that take turns with a partition never hold all of it at once.
  const auto was_brought = [](const slot& market) {
    return market.entries[0].brought && (market.own_lane == 0 || market.entries[1].brought);
  };
  // Called after every batch: all of a million are looked at once in all.
  while (!to_bring.empty() && was_brought(*to_bring.back()))
    to_bring.pop_back();
  if (!to_bring.empty())
    return;
  to_bring.shrink_to_fit();
  rebuilding = false;
  if (const auto keeper = config.keeper->get())
    self->send(keeper, rebuilt{config.index, incarnation});
}

} // namespace tickboard
