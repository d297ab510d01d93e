#include "actors/keeper.hpp"

#include "actors/error.hpp"
#include "actors/mailbox.hpp"
#include "actors/messages/drain.hpp"
#include "actors/messages/store.hpp"
#include "actors/messages/writer.hpp"
#include "actors/to_actor.hpp"
#include "actors/unix_ms.hpp"
#include "adapters/log/log.hpp"
#include "adapters/redis/info.hpp"

#include <caf/all.hpp>
#include <fmt/format.h>

#include <numeric>

namespace tickboard {

namespace {

constexpr auto tick_interval = std::chrono::milliseconds{250};
constexpr std::int64_t epoch_lifetime_ms = 60'000;

template <class Counts>
std::size_t sum(const Counts& counts) {
  return std::accumulate(counts.begin(), counts.end(), std::size_t{0},
                         [](std::size_t total, const auto& one) { return total + one.second; });
}

} // namespace

keeper_state::~keeper_state() {
  if (store)
    store->stop();
}

void keeper_state::connect() {
  started = self->clock().now();
  redis::client_events events;
  auto life = std::make_shared<std::string>();
  events.on_server = [life](std::string now) { *life = std::move(now); };
  events.on_ready = [life, tell = to_actor<store_ready>(self)] { tell({*life}); };
  events.on_lost = [tell = to_actor<store_lost>(self)](std::string why) { tell({std::move(why)}); };
  store = config.open({}, std::move(events));
}

/// A Redis that makes room by itself takes whole keys: rows, or the index of thousands of markets.
void keeper_state::check_eviction() {
  redis::submit_one(*store, {"INFO", "memory"}, [](const redis::reply& answer) {
    const auto policy = redis::info_field(answer.text(), "maxmemory_policy");
    const auto limit = redis::info_field(answer.text(), "maxmemory");
    if (!limit.empty() && limit != "0" && policy.starts_with("allkeys-"))
      log::warn("keeper",
                "once its memory is full Redis removes parts of the board, and pages lack markets; "
                "set maxmemory-policy noeviction",
                {{"maxmemory_policy", policy}, {"maxmemory", limit}});
  });
}

void keeper_state::order_rebuild(const std::string& why) {
  if (!config.past->contacted || has_left)
    return; // the first rebuild follows the first contact
  whole = false;
  writing = false;
  reason = why;
  ++config.past->incarnation;
  rebuilt_writers.clear();
  log::info("keeper", "the state in Redis is written anew", {{"reason", why}});
  redis::submit_one(*store, heartbeat()); // before the first row, in case we are killed
  for (const auto& one : config.writers)
    if (const auto to = one->get())
      self->send(to, rebuild{config.past->incarnation});
}

void keeper_state::begin_again(const writer_connected& one) {
  const bool is_first = config.past->connected_writers.insert(one.writer).second;
  const auto incarnation = config.past->incarnation;
  if (!connected || incarnation == 0)
    return; // a rebuild is to come
  if (!is_first && (one.last == 0 || one.last == incarnation))
    order_rebuild("a writer connected to Redis anew");
  else if (const auto to = config.writers.at(one.writer)->get())
    self->send(to, rebuild{incarnation});
}

std::size_t keeper_state::markets_heard_of() const {
  return sum(held);
}

/// A board without a single market is none: no exchange can be reached, however long one waits.
bool keeper_state::warm() const {
  if (config.past->was_whole)
    return true;
  if (self->clock().now() - started >= config.warmup && markets_heard_of() > 0)
    return true;
  return expected.size() >= config.feeds && markets_heard_of() >= sum(expected);
}

void keeper_state::write_epochs_if_whole() {
  if (!connected || whole || writing || config.past->incarnation == 0 ||
      rebuilt_writers.size() < config.writers.size())
    return;
  if (!warm()) {
    reason = markets_heard_of() > 0 ? "waiting for the first data of every market"
                                    : "waiting for the first data: no exchange has told of any "
                                      "market yet; /v1/exchanges says why";
    return;
  }
  writing = true;
  const auto& layout = config.board->layout;
  std::vector<redis::call> calls(layout.size());
  for (std::size_t i = 0; i < layout.size(); ++i)
    calls[i].arguments =
        redis::command{"SET", layout[i].epoch, server, "PX", std::to_string(epoch_lifetime_ms)};
  // Replies keep their order: the last one tells of all, unless one before it failed.
  auto failure = std::make_shared<std::string>();
  for (auto& one : calls)
    one.done = [failure](const redis::reply& answer) {
      if (answer.failed())
        *failure = answer.error();
    };
  calls.back().done = [failure, written = config.past->incarnation,
                       tell = to_actor<epochs_written>(self)](const redis::reply& answer) {
    if (answer.failed())
      *failure = answer.error();
    tell({written, *failure});
  };
  store->submit(std::move(calls));
}

/// So that others know of us, and `tickboard verify` knows until when we wrote.
redis::command keeper_state::heartbeat() const {
  return {"ZADD", config.board->layout[redis::layout::board].daemons, std::to_string(unix_ms()),
          config.daemon_id};
}

void keeper_state::refresh_epochs() {
  if (has_left)
    return;
  const auto& layout = config.board->layout;
  std::vector<redis::call> calls;
  auto seen = std::make_shared<epochs_seen>(epochs_seen{true, true, {}});
  for (std::size_t i = 0; i < layout.size(); ++i) {
    redis::call one;
    one.arguments = redis::command{
        "SET", layout[i].epoch, server, "XX", "PX", std::to_string(epoch_lifetime_ms)};
    one.done = [seen](const redis::reply& answer) {
      seen->all_there = seen->all_there && !answer.is_nil();
      seen->reachable = seen->reachable && !answer.disconnected();
      if (answer.failed())
        seen->refusal = answer.error();
    };
    calls.push_back(std::move(one));
  }
  redis::call beat;
  beat.arguments = heartbeat();
  beat.done = [seen, tell = to_actor<epochs_seen>(self)](const redis::reply&) { tell(*seen); };
  calls.push_back(std::move(beat));
  store->submit(std::move(calls));
}

/// Answered when Redis knows that we are gone, or is away. Not left to our end: stopping a
/// connection discards what is not sent yet, and a keeper that fails is no daemon that does.
caf::response_promise keeper_state::leave() {
  auto promise = self->make_response_promise();
  has_left = true; // no heartbeat comes behind the farewell
  if (!connected || leaves.pending()) {
    promise.deliver(drained{});
    return promise;
  }
  leaves = promise;
  const auto& keys = config.board->layout[redis::layout::board];
  if (std::exchange(has_turn, false))
    redis::submit_one(*store, {"DEL", keys.starter});
  redis::submit_one(*store, {"ZREM", keys.daemons, config.daemon_id},
                    [tell = to_actor<farewell_told>(self)](const redis::reply&) { tell({}); });
  return promise;
}

void keeper_state::tick() {
  if (connected && whole)
    refresh_epochs();
  else if (connected && config.past->contacted)
    redis::submit_one(*store, heartbeat());
  if (connected && !config.past->contacted && !contacting)
    first_contact();
  if (connected && whole && first_sight && !contacting)
    look_for_dead();
  if (!whole && !warm())
    for (const auto& one : config.writers)
      if (const auto to = one->get())
        self->request(to, std::chrono::seconds{2}, markets_held{})
            .then([this](const markets_held& count) { held[count.writer] = count.markets; },
                  [](const caf::error&) {}); // asked again at the next tick
  write_epochs_if_whole();
  self->delayed_send(self, tick_interval, keeper_tick{});
}

readiness keeper_state::report() const {
  if (auto lack = connected ? config.lacks() : std::string{}; !lack.empty())
    return {false, std::move(lack), config.past->was_whole};
  if (whole && !refusal.empty())
    return {false, "Redis refuses what is written: " + refusal, config.past->was_whole};
  return {whole, whole ? "ready" : reason, config.past->was_whole};
}

caf::behavior keeper(caf::stateful_actor<keeper_state>* self, keeper_config config) {
  keep_exception_text(*self);
  tell_mailbox(*self);
  auto& state = self->state;
  state.config = std::move(config);
  state.connect();
  self->delayed_send(self, tick_interval, keeper_tick{});
  return {
      [&state](const store_ready& ready) {
        state.connected = true;
        state.server = ready.server;
        state.lost_why.clear();
        state.reason = "connected to Redis";
        state.check_eviction();
        if (state.config.past->contacted)
          state.order_rebuild("the keeper connected to Redis");
        else
          state.first_contact();
      },
      [&state](const store_lost& lost) {
        if (std::exchange(state.lost_why, lost.reason) != lost.reason)
          log::warn("keeper", "Redis is away", {{"reason", lost.reason}});
        state.connected = false;
        state.contacting = false;
        state.first_sight.reset(); // others may have lost it, too
        state.waits_since.reset();
        state.whole = false;
        state.refusal.clear();
        state.reason = "Redis is not reachable: " + lost.reason;
      },
      [&state](const daemons_seen& seen) { state.meet(seen); },
      [&state](const leftovers_found& found) { state.go_on_wiping(found); },
      [&state](const state_lost& lost) {
        if (lost.incarnation == state.config.past->incarnation) // else it is being seen to
          state.order_rebuild(lost.reason);
      },
      [&state](const writer_connected& one) { state.begin_again(one); },
      [&state](const rebuilt& done) {
        if (done.incarnation != state.config.past->incarnation)
          return;
        state.rebuilt_writers.insert(done.writer);
        state.write_epochs_if_whole();
      },
      [&state](const epochs_written& done) {
        state.writing = false;
        if (done.incarnation != state.config.past->incarnation)
          return;
        if (!done.failure.empty()) {
          state.reason = done.failure;
          return; // the next tick tries again
        }
        state.whole = true;
        state.config.past->was_whole = true;
        log::info("keeper", "the board is whole; pages are served");
        state.refresh_epochs();
      },
      [&state](const epochs_seen& seen) {
        if (!state.whole || !seen.reachable)
          return;
        if (std::exchange(state.refusal, seen.refusal) != seen.refusal && !seen.refusal.empty())
          log::warn("keeper", "Redis refuses what is written", {{"reason", seen.refusal}});
        if (!seen.all_there)
          state.order_rebuild("Redis was emptied");
      },
      [&state](const markets_expected& count) { state.expected[count.feed] = count.markets; },
      [&state](const readiness_asked&) { return state.report(); },
      [&state](const keeper_tick&) {
        if (!state.has_left)
          state.tick();
      },
      [&state](const drain_asked&) { return state.leave(); },
      [&state](const farewell_told&) { state.leaves.deliver(drained{}); },
  };
}

} // namespace tickboard
