#include "actors/feed.hpp"

#include "actors/error.hpp"
#include "actors/messages/drain.hpp"
#include "actors/messages/followed.hpp"
#include "actors/messages/keeper.hpp"
#include "adapters/log/log.hpp"

#include <caf/all.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <set>
#include <span>
#include <string_view>

namespace tickboard {

namespace {

constexpr auto retell_interval = std::chrono::seconds{10};
constexpr auto listing_retry = std::chrono::minutes{1};
constexpr std::size_t named_markets = 5;   ///< of a long list, in the log
constexpr std::size_t told_unmatched = 20; ///< to status

std::vector<market_ptr> markets_in(const share_plan& plan) {
  std::vector<market_ptr> out;
  for (const auto& [number, share] : plan)
    out.insert(out.end(), share.begin(), share.end());
  return out;
}

/// Those that are not chosen any more.
std::size_t count_gone(const std::vector<market_ptr>& of, const std::vector<market_ptr>& chosen) {
  std::set<std::string_view> ids;
  for (const auto& one : chosen)
    ids.insert(one->id);
  return static_cast<std::size_t>(
      std::ranges::count_if(of, [&](const auto& one) { return !ids.contains(one->id); }));
}

std::set<std::string> ids_of(const std::vector<market_ptr>& markets) {
  std::set<std::string> out;
  for (const auto& one : markets)
    out.insert(one->id);
  return out;
}

std::string named(const std::vector<std::string>& ids) {
  const auto some = std::span{ids}.first(std::min(ids.size(), named_markets));
  auto out = fmt::format("{}", fmt::join(some, ", "));
  if (ids.size() > named_markets)
    out += fmt::format(" and {} more", ids.size() - named_markets);
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

// -- discovery ------------------------------------------------------------------------------------

void feed_state::discover_markets() {
  if (retiring)
    return;
  if (shares.empty())
    tell("discovering");
  pass.ask(config.gate, {connect_host(config.settings.rest_url)});
}

void feed_state::wait(const std::string& why) {
  if (pass.delayed() && !retiring)
    tell(shares.empty() ? "discovering" : "following", why);
}

void feed_state::ask_for_listing() {
  if (!pass.take() || retiring)
    return;
  net::http_get_options ask;
  ask.url = config.settings.rest_url + config.protocol->listing_target();
  ask.tls.ca_file = config.settings.ca_file;
  const auto me = caf::actor_cast<caf::actor_addr>(self);
  config.get(ask, [me, url = ask.url](result<net::http_reply> reply) {
    result<std::string> body;
    net::host_refusal refused;
    if (!reply)
      body = unexpected(reply.error());
    else if (reply->status != 200) {
      body = unexpected(fmt::format("{} answered {}", url, reply->status));
      refused = {reply->status, reply->retry_after};
    } else
      body = std::move(reply->body);
    if (auto to = caf::actor_cast<caf::actor>(me))
      caf::anon_send(to, listing_received{std::move(body), refused});
  });
}

void feed_state::take(const result<std::string>& body) {
  if (retiring)
    return;
  const auto interval = config.settings.listing_interval;
  auto next = interval;
  if (const auto problem = follow(body); !problem.empty()) {
    if (shares.empty()) {
      tell("failed", problem);
      self->quit(caf::make_error(ec::discovery_failed, problem));
      return;
    }
    log::warn("feed", "what is followed stays",
              {{"feed", config.settings.name}, {"reason", problem}});
    tell("following", problem);
    if (interval.count() != 0 || choice_due)
      next = interval.count() != 0 ? std::min<std::chrono::milliseconds>(interval, listing_retry)
                                   : listing_retry;
  } else {
    choice_due = false;
  }
  if (next.count() != 0)
    self->delayed_send(self, next, discover{++looks});
}

void feed_state::choose(const symbols_chosen& wanted) {
  config.settings.symbols = wanted.symbols;
  config.settings.exclude = wanted.exclude;
  if (shares.empty())
    return; // the first listing is still to come
  choice_due = true;
  discover_markets();
}

/// Follows what is listed and configured. Returns what is wrong, if nothing was done.
std::string feed_state::follow(const result<std::string>& body) {
  const auto& settings = config.settings;
  if (!body)
    return body.error();
  std::size_t skipped = 0;
  const auto listed = config.protocol->parse_listing(*body, settings.name, skipped);
  if (!listed)
    return "symbol listing: " + listed.error();
  auto choice = choose_markets(*listed, settings);
  const auto& chosen = choice.markets;
  if (chosen.empty())
    return fmt::format("none of the {} listed markets matches the configured symbols ({})",
                       listed->size(), named(settings.symbols));
  share_plan now;
  for (const auto& [number, one] : shares)
    now[number] = one.from->symbols->markets();
  const auto wanted = choose_markets(markets_in(now), settings).markets;
  const auto gone = count_gone(wanted, chosen);
  if (gone * 2 > wanted.size())
    return fmt::format(
        "symbol listing: {} of the {} markets that are followed are not in it, which "
        "is taken for a fault of the exchange",
        gone, wanted.size());
  if (std::exchange(unmatched, std::move(choice.unmatched)) != unmatched)
    warn_of_unmatched(*listed);
  const auto& limits = config.protocol->published_limits();
  const auto streams = settings.streams_per_connection != 0 ? settings.streams_per_connection
                                                            : limits.streams_per_connection;
  const auto per_market = config.protocol->streams_per_market(settings.channels);
  const auto plan = share_out(
      now, chosen,
      {per_market == 0 ? std::numeric_limits<std::size_t>::max() // one stream carries all of them
                       : std::max<std::size_t>(1, streams / per_market),
       settings.max_connections});
  const bool news = plan != now;
  if (news)
    apply(plan);
  if (markets < chosen.size())
    log::error(
        "feed",
        "max_connections does not allow all markets that are wanted; the rest is not followed",
        {{"feed", settings.name}, {"wanted", chosen.size()}, {"followed", markets}});
  if (news)
    log::info("feed", "follows markets",
              {{"feed", settings.name},
               {"markets", markets},
               {"listed", listed->size()},
               {"connections", shares.size()},
               {"unusable", skipped}});
  if (const auto keeper = config.keeper->get())
    self->send(keeper, markets_expected{settings.name, markets});
  tell("following");
  if (followed.empty() || news) {
    const bool first = followed.empty();
    followed = caf::make_message(markets_followed{settings.name, markets_in(plan)});
    if (first)
      self->send(self, markets_due{});
    else
      tell_search();
  }
  announcement_due = true;
  announce();
  return {};
}

void feed_state::warn_of_unmatched(const std::vector<market_ptr>& listed) {
  if (unmatched.empty())
    return;
  std::vector<std::string> lines;
  for (const auto& one : std::span{unmatched}.first(std::min(unmatched.size(), named_markets))) {
    const auto near = listed_near(one, listed);
    lines.push_back(near.empty() ? one : fmt::format("{} (listed: {})", one, near));
  }
  log::warn("feed", "symbols of the config match nothing that is listed",
            {{"feed", config.settings.name},
             {"count", unmatched.size()},
             {"symbols", fmt::format("{}", fmt::join(lines, ", "))}});
}

void feed_state::apply(const share_plan& plan) {
  for (auto it = shares.begin(); it != shares.end();) {
    if (plan.contains(it->first)) {
      ++it;
      continue;
    }
    end_children(it->second);
    if (const auto to = config.status->get())
      self->send(to, connection_gone{config.settings.name, it->first});
    it = shares.erase(it);
  }
  markets = 0;
  auto delay = std::chrono::milliseconds{0};
  for (const auto& [number, list] : plan) {
    markets += list.size();
    auto& one = shares[number];
    if (one.from && one.from->symbols->markets() == list)
      continue;
    source from;
    from.connection = number;
    from.id = config.first_source_id + number;
    from.feed = config.settings.name;
    from.protocol = config.protocol;
    from.symbols = std::make_shared<const symbol_table>(list);
    if (one.from)
      from.counts = one.from->counts;
    one.from = std::make_shared<const source>(std::move(from));
    one.outdated = !one.child.empty();
    if (!one.replacement.empty())
      end_child(std::exchange(one.replacement, {}));
    one.early_wish.reset();
    one.standby.reset();
    self->delayed_send(self, delay, start_share{number});
    delay += config.protocol->published_limits().connect_interval; // the exchange counts connects
  }
}

/// Writers forget what is not followed any more, behind the last frames that tell of it.
void feed_state::announce() {
  if (!announcement_due || !ending.empty() ||
      std::ranges::any_of(shares, [](const auto& entry) { return entry.second.outdated; }))
    return;
  announcement_due = false;
  for (const auto& one : config.normalizers)
    if (const auto to = one->get())
      self->send(to, followed);
}

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
                 {"markets", named(lacks)}});
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
