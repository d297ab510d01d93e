#include "actors/feed.hpp"

#include "actors/error.hpp"
#include "actors/messages/drain.hpp"
#include "actors/some_of.hpp"
#include "adapters/log/log.hpp"

#include <caf/all.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <span>

namespace tickboard {

namespace {

constexpr auto retell_interval = std::chrono::seconds{10};
constexpr std::size_t told_unmatched = 20; ///< to status

std::set<std::string> ids_of(const std::vector<market_ptr>& markets) {
  std::set<std::string> out;
  for (const auto& one : markets)
    out.insert(one->id);
  return out;
}

/// Markets that this share's connection serves at the moment, of those that its successor may not.
std::vector<std::string> served_among(const feed_state::share& one,
                                      const std::set<std::string>& refused) {
  std::vector<std::string> out;
  if (refused.empty() || one.down || one.outages == 0 || !one.served)
    return out;
  for (const auto& market : one.served->symbols->markets())
    if (refused.contains(market->id) && !one.refused.contains(market->id))
      out.push_back(market->id);
  return out;
}

} // namespace

// The successor may fail to list the markets and so never know whose rows these are.
feed_state::~feed_state() {
  for (const auto& [number, one] : shares)
    tell_writers({one.from->id, false, {}});
}

// -- connections ----------------------------------------------------------------------------------

void feed_state::start(share& one, const std::string& child) {
  const auto& settings = config.settings;
  const auto& limits = config.protocol->published_limits();
  connection_config out;
  out.from = one.from;
  out.channels = settings.channels;
  out.stream.url = settings.ws_url;
  out.stream.tls.ca_file = settings.ca_file;
  out.stream.max_frame_bytes = limits.max_frame_bytes;
  out.open = config.open;
  out.gate = config.gate;
  out.attempt = {connect_host(settings.ws_url), limits.connects, limits.connect_interval};
  if (settings.connect_attempts != 0)
    out.attempt.budget.attempts = settings.connect_attempts;
  out.normalizer = config.normalizers[one.from->id % config.normalizers.size()];
  out.life = child;
  out.stall_timeout = settings.stall_timeout;
  out.request_interval = limits.request_interval;
  out.keepalive_interval = limits.keepalive_interval;
  out.max_age = settings.max_connection_age.count() != 0
                    ? settings.max_connection_age
                    : std::chrono::milliseconds{limits.max_connection_age};
  out.cross_check = cross_check;
  out.mute_after = settings.mute_after;
  out.mute_pause = one.mute.pause(settings.mute_after, self->clock().now());
  const auto me = caf::actor_cast<caf::actor>(self);
  child_spec spec;
  spec.name = child;
  spec.start = [out, me, &system = self->system()] { return system.spawn(connection, out, me); };
  self->send(connections, add_child{std::move(spec)});
}

void feed_state::start_due(std::uint32_t connection) {
  const auto it = shares.find(connection);
  if (it == shares.end())
    return; // it is not needed any more
  auto& one = it->second;
  if (one.child.empty()) {
    one.child = next_life(connection);
    one.served = one.from;
    start(one, one.child);
  } else if (one.outdated) {
    renew({connection, one.child, "it is to follow other markets"});
  }
}

std::string feed_state::next_life(std::uint32_t connection) {
  return fmt::format("{}/{}#{}", config.settings.name, connection, ++lives);
}

void feed_state::started(const child_started& event) {
  const auto address = event.handle.address();
  if (find_child(event.name) != nullptr)
    running[event.name] = address;
  else
    await_end(address); // it was to end before it was heard of
}

void feed_state::await_end(const caf::actor_addr& connection) {
  self->monitor(connection);
  ending.insert(connection);
}

void feed_state::end_child(const std::string& child) {
  if (const auto it = running.find(child); it != running.end()) {
    await_end(it->second);
    running.erase(it);
  }
  self->send(connections, remove_child{child});
}

void feed_state::end_children(share& one) {
  for (auto* child : {&one.child, &one.replacement})
    if (!child->empty())
      end_child(std::exchange(*child, {}));
}

void feed_state::connection_down(const caf::actor_addr& which) {
  ending.erase(which);
  announce();
  if (retiring && ending.empty())
    for (auto& one : std::exchange(retirements, {}))
      one.deliver(drained{});
}

caf::response_promise feed_state::retire() {
  retiring = true;
  announcement_due = false;
  for (auto& [number, one] : shares) {
    tell_writers({one.from->id, false, {}});
    end_children(one);
  }
  shares.clear();
  auto promise = self->make_response_promise();
  if (ending.empty())
    promise.deliver(drained{});
  else
    retirements.push_back(promise);
  return promise;
}

feed_state::share* feed_state::find_child(const std::string& child) {
  for (auto& [number, one] : shares)
    if (one.child == child || one.replacement == child)
      return &one;
  return nullptr;
}

void feed_state::ended(const child_ended& event) {
  running.erase(event.name);
  auto* const one = find_child(event.name);
  if (one != nullptr && one->replacement == event.name) {
    one->early_wish.reset(); // its next try is another connection
    one->standby.reset();
  }
  if (one == nullptr || one->child != event.name)
    return; // a replacement that failed: the old life goes on
  if (const auto to = config.status->get())
    self->send(to, connection_ended{config.settings.name, one->from->connection,
                                    describe(event.reason), event.retry_in, event.alarm});
  if (one->standby) { // better what that one has than what a third may get
    take_over(*one, *std::exchange(one->standby, std::nullopt));
    return;
  }
  if (one->down)
    return;
  one->down = true;
  self->delayed_send(self, config.settings.stale_after,
                     stale_due{one->from->connection, ++one->outages});
}

void feed_state::live(const connection_live& event) {
  auto* const found = find_child(event.life);
  if (found == nullptr)
    return;
  auto& one = *found;
  auto refused = ids_of(event.refused);
  if (one.child != event.life) {
    if (!event.whole)
      return; // some markets have only the old one yet
    if (const auto lacks = served_among(one, refused); !lacks.empty()) {
      log::warn("feed", "a successor waits: it is refused what the old connection serves",
                {{"feed", config.settings.name},
                 {"connection", event.connection},
                 {"markets", some_of(lacks)}});
      one.standby = std::move(refused);
      return;
    }
    take_over(one, std::move(refused));
    return;
  }
  const bool was_down = one.down;
  serves(one, refused);
  if (one.replacement.empty() || one.outdated || !was_down)
    return;
  // Whichever is live first stays: the old one has ended and come back by itself.
  end_child(std::exchange(one.replacement, {}));
  one.early_wish.reset();
  log::info("feed", "renewed", {{"feed", config.settings.name}, {"connection", event.connection}});
}

void feed_state::take_over(share& one, std::set<std::string> refused) {
  end_child(one.child);
  one.child = std::exchange(one.replacement, {});
  one.served = one.from;
  one.outdated = false;
  one.standby.reset();
  serves(one, refused);
  log::info("feed", "renewed",
            {{"feed", config.settings.name}, {"connection", one.from->connection}});
  announce();
  if (const auto wish = std::exchange(one.early_wish, std::nullopt))
    renew(*wish);
}

/// The life that serves is live, without these.
void feed_state::serves(share& one, const std::set<std::string>& refused) {
  one.refused.set(refused, self->clock().now(), one.stale);
  if (one.down || one.outages == 0)
    tell_writers({one.from->id, true, one.refused.unserved()});
  one.down = one.stale = false;
  ++one.outages; // what was due for the outage is off
  plan_unserved(one);
}

void feed_state::plan_unserved(share& one) {
  const auto due = one.refused.due(config.settings.stale_after);
  if (!due || std::exchange(one.unserved_planned, true))
    return;
  self->delayed_send(self, std::max(*due - self->clock().now(), refused_markets::duration{}),
                     unserved_due{one.from->connection});
}

void feed_state::look_for_unserved(share& one) {
  one.unserved_planned = false;
  if (one.down)
    return; // all are stale soon, or it comes back
  one.refused.look(self->clock().now(), config.settings.stale_after);
  tell_writers({one.from->id, true, one.refused.unserved()});
  plan_unserved(one);
}

void feed_state::set_stale(share& one) {
  one.stale = true;
  tell_writers({one.from->id, false, {}});
}

void feed_state::pass_on(const connection_status& told) {
  const auto it = shares.find(told.connection);
  if (it == shares.end() || it->second.child != told.life)
    return; // one that is to take over: the one that serves still speaks for the connection
  if (const auto to = config.status->get())
    self->send(to, told);
}

void feed_state::renew(const renewal_wanted& wish) {
  const auto it = shares.find(wish.connection);
  if (it == shares.end())
    return;
  auto& one = it->second;
  if (!one.replacement.empty() && one.replacement == wish.life)
    one.early_wish = wish; // a connection asks but once
  if (one.child != wish.life || !one.replacement.empty())
    return;
  log::info(
      "feed", "renewing",
      {{"feed", config.settings.name}, {"connection", wish.connection}, {"reason", wish.reason}});
  if (wish.mute)
    one.mute.add(self->clock().now());
  one.replacement = next_life(wish.connection);
  start(one, one.replacement);
}

void feed_state::tell(const std::string& state, const std::string& problem) {
  const auto some = std::span{unmatched}.first(std::min(unmatched.size(), told_unmatched));
  told = {config.settings.name,
          std::string{config.protocol->name()},
          state,
          problem,
          markets,
          unmatched.size(),
          {some.begin(), some.end()}};
  tell_again();
}

void feed_state::tell_again() {
  if (const auto to = config.status->get())
    self->send(to, told);
}

void feed_state::tell_search() {
  if (const auto to = config.search->get())
    self->send(to, followed);
}

void feed_state::tell_writers(const source_liveness& change) {
  for (const auto& one : config.writers)
    if (const auto to = one->get())
      caf::anon_send(to, change);
}

caf::behavior feed(caf::stateful_actor<feed_state>* self, feed_config config) {
  keep_exception_text(*self);
  auto& state = self->state;
  state.config = std::move(config);
  state.connections = self->spawn<caf::linked>(supervisor, state.config.restarts,
                                               caf::actor_cast<caf::actor_addr>(self),
                                               std::uint64_t{std::random_device{}()});
  if (state.config.settings.mute_after.count() != 0)
    state.cross_check = self->spawn<caf::linked>(
        cross_check, cross_check_config{state.config.settings.name, state.config.protocol,
                                        state.config.settings.rest_url,
                                        state.config.settings.ca_file, state.config.get,
                                        state.config.gate, state.config.settings.mute_after / 6});
  self->set_exit_handler([self, &state](const caf::exit_msg& exit) {
    if (exit.reason == caf::exit_reason::user_shutdown)
      state.shares.clear(); // the daemon stops: that is no outage
    self->quit(exit.reason);
  });
  self->set_down_handler(
      [&state](const caf::down_msg& down) { state.connection_down(down.source); });
  self->send(self, discover{});
  return {
      [&state](const discover& due) {
        if (due.look == state.looks)
          state.discover_markets();
      },
      [&state](const symbols_chosen& wanted) { state.choose(wanted); },
      [&state](const connect_allowed&) { state.ask_for_listing(); },
      [&state](const connect_delayed& told) { state.wait(told.why); },
      [&state](const look_for_gate&) { state.pass.look(); },
      [&state](const listing_received& received) {
        state.pass.refused(received.refused);
        state.take(received.body);
      },
      [&state](const start_share& due) { state.start_due(due.connection); },
      [&state](const retire_asked&) { return state.retire(); },
      [&state](const child_started& event) { state.started(event); },
      [&state](const child_ended& event) { state.ended(event); },
      [&state](const connection_live& event) { state.live(event); },
      [&state](const connection_status& told) { state.pass_on(told); },
      [self, &state](const markets_due&) {
        state.tell_search();
        state.tell_again();
        state.tell_new_writers();
        self->delayed_send(self, retell_interval, markets_due{}); // they may be restarted meanwhile
      },
      [&state](const renewal_wanted& wish) { state.renew(wish); },
      [&state](const stale_due& due) {
        const auto it = state.shares.find(due.connection);
        if (it != state.shares.end() && it->second.down && it->second.outages == due.outage)
          state.set_stale(it->second);
      },
      [&state](const unserved_due& due) {
        if (const auto it = state.shares.find(due.connection); it != state.shares.end())
          state.look_for_unserved(it->second);
      },
  };
}

} // namespace tickboard
