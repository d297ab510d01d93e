#include "actors/feed.hpp"

#include "actors/error.hpp"

#include <caf/all.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>

namespace tickboard {

namespace {

constexpr auto search_interval = std::chrono::seconds{10};

} // namespace

std::vector<market_ptr> choose_markets(const std::vector<market_ptr>& listed,
                                       const config::feed_settings& settings) {
  const auto matches_any = [](const std::vector<std::string>& patterns, const market& one) {
    return std::any_of(patterns.begin(), patterns.end(), [&](const auto& pattern) {
      return matches_pattern(pattern, one.base, one.quote);
    });
  };
  std::vector<market_ptr> out;
  for (const auto& one : listed)
    if (matches_any(settings.symbols, *one) && !matches_any(settings.exclude, *one))
      out.push_back(one);
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a->id < b->id; });
  out.erase(std::unique(out.begin(), out.end(),
                        [](const auto& a, const auto& b) { return a->id == b->id; }),
            out.end());
  return out;
}

std::vector<std::vector<market_ptr>> share_out(const std::vector<market_ptr>& markets,
                                               std::size_t per_part) {
  std::vector<std::vector<market_ptr>> out;
  const auto parts = (markets.size() + per_part - 1) / per_part;
  for (std::size_t i = 0; i < parts; ++i)
    out.emplace_back(markets.begin() + static_cast<std::ptrdiff_t>(i * markets.size() / parts),
                     markets.begin() +
                         static_cast<std::ptrdiff_t>((i + 1) * markets.size() / parts));
  return out;
}

// -- discovery ------------------------------------------------------------------------------------

void feed_state::discover_markets() {
  tell("discovering");
  net::http_get_options ask;
  ask.url = config.settings.rest_url + config.protocol->listing_target();
  ask.tls.ca_file = config.settings.ca_file;
  const auto me = caf::actor_cast<caf::actor_addr>(self);
  config.get(ask, [me, url = ask.url](result<net::http_reply> reply) {
    result<std::string> body;
    if (!reply)
      body = unexpected(reply.error());
    else if (reply->status != 200)
      body = unexpected(fmt::format("{} answered {}", url, reply->status));
    else
      body = std::move(reply->body);
    if (auto to = caf::actor_cast<caf::actor>(me))
      caf::anon_send(to, listing_received{std::move(body)});
  });
}

void feed_state::follow(const result<std::string>& body) {
  const auto fail = [this](const std::string& problem) {
    tell("failed", problem);
    self->quit(caf::make_error(ec::discovery_failed, problem));
  };
  const auto& settings = config.settings;
  if (!body) {
    fail(body.error());
    return;
  }
  std::size_t skipped = 0;
  const auto listed = config.protocol->parse_listing(*body, settings.name, skipped);
  if (!listed) {
    fail("symbol listing: " + listed.error());
    return;
  }
  auto chosen = choose_markets(*listed, settings);
  if (chosen.empty()) {
    fail(fmt::format("none of the {} listed markets matches the configured symbols ({})",
                     listed->size(), fmt::join(settings.symbols, ", ")));
    return;
  }
  const auto& limits = config.protocol->published_limits();
  const auto streams = settings.streams_per_connection != 0 ? settings.streams_per_connection
                                                            : limits.streams_per_connection;
  const auto per_market = config.protocol->streams_per_market(settings.channels);
  const auto per_connection = per_market == 0 ? chosen.size() // one stream carries all of them
                                              : std::max<std::size_t>(1, streams / per_market);
  auto parts = share_out(chosen, per_connection);
  if (settings.max_connections != 0 && parts.size() > settings.max_connections) {
    spdlog::error("{}: {} markets need {} connections, max_connections allows {}: the rest is not "
                  "followed",
                  settings.name, chosen.size(), parts.size(), settings.max_connections);
    parts.resize(settings.max_connections);
  }
  markets = 0;
  auto delay = std::chrono::milliseconds{0};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    markets += parts[i].size();
    source from;
    from.connection = static_cast<std::uint32_t>(i + 1);
    from.id = config.first_source_id + from.connection;
    from.feed = settings.name;
    from.protocol = config.protocol;
    from.symbols = std::make_shared<const symbol_table>(std::move(parts[i]));
    auto& one = shares[from.connection];
    one.from = std::make_shared<const source>(std::move(from));
    self->delayed_send(self, delay, start_share{one.from->connection});
    delay += limits.connect_interval; // the exchange counts connects
  }
  spdlog::info("{}: {} of {} listed markets on {} connections ({} entries of the listing unusable)",
               settings.name, markets, listed->size(), shares.size(), skipped);
  if (const auto keeper = config.keeper->get())
    self->send(keeper, markets_expected{settings.name, markets});
  markets_followed all{settings.name, {}};
  for (const auto& [number, one] : shares) {
    const auto& some = one.from->symbols->markets();
    all.markets.insert(all.markets.end(), some.begin(), some.end());
  }
  followed = caf::make_message(std::move(all));
  tell_search();
  tell("following");
}

// The successor may fail to list the markets and so never know whose rows these are.
feed_state::~feed_state() {
  for (const auto& [number, one] : shares)
    tell_writers({one.from->id, false});
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
  out.normalizer = config.normalizers[one.from->id % config.normalizers.size()];
  out.life = child;
  out.stall_timeout = settings.stall_timeout;
  out.request_interval = limits.request_interval;
  out.keepalive_interval = limits.keepalive_interval;
  out.max_age = settings.max_connection_age.count() != 0
                    ? settings.max_connection_age
                    : std::chrono::milliseconds{limits.max_connection_age};
  const auto me = caf::actor_cast<caf::actor>(self);
  child_spec spec;
  spec.name = child;
  spec.start = [out, me, &system = self->system()] { return system.spawn(connection, out, me); };
  self->send(connections, add_child{std::move(spec)});
}

feed_state::share* feed_state::find_child(const std::string& child) {
  for (auto& [number, one] : shares)
    if (one.child == child || one.replacement == child)
      return &one;
  return nullptr;
}

void feed_state::ended(const child_ended& event) {
  auto* const one = find_child(event.name);
  if (one == nullptr || one->child != event.name)
    return; // a replacement that failed: the old life goes on
  if (const auto to = config.status->get())
    self->send(to, connection_ended{config.settings.name, one->from->connection,
                                    describe(event.reason), event.retry_in, event.alarm});
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
  if (one.down || one.outages == 0)
    tell_writers({one.from->id, true});
  one.down = false;
  ++one.outages; // what was due for the outage is off
  if (one.replacement.empty())
    return;
  // Whichever is live first stays: the old one may have ended and come back by itself.
  const auto left = one.child == event.life ? one.replacement : one.child;
  self->send(connections, remove_child{left});
  one.child = event.life;
  one.replacement.clear();
  spdlog::info("{} connection {}: renewed", config.settings.name, event.connection);
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
  if (it == shares.end() || it->second.child != wish.life || !it->second.replacement.empty())
    return;
  auto& one = it->second;
  spdlog::info("{} connection {}: renewing: {}", config.settings.name, wish.connection,
               wish.reason);
  one.replacement = fmt::format("{}/{}#{}", config.settings.name, wish.connection, ++lives);
  start(one, one.replacement);
}

void feed_state::tell(const std::string& state, const std::string& problem) {
  if (const auto to = config.status->get())
    self->send(to, feed_status{config.settings.name, std::string{config.protocol->name()}, state,
                               problem, markets});
}

void feed_state::tell_search() {
  if (const auto to = config.search->get())
    self->send(to, followed);
  self->delayed_send(self, search_interval, markets_due{}); // it may be restarted meanwhile
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
  self->set_exit_handler([self, &state](const caf::exit_msg& exit) {
    if (exit.reason == caf::exit_reason::user_shutdown)
      state.shares.clear(); // the daemon stops: that is no outage
    self->quit(exit.reason);
  });
  self->send(self, discover{});
  return {
      [&state](const discover&) { state.discover_markets(); },
      [&state](const listing_received& received) { state.follow(received.body); },
      [&state](const start_share& due) {
        auto& one = state.shares.at(due.connection);
        one.child =
            fmt::format("{}/{}#{}", state.config.settings.name, due.connection, ++state.lives);
        state.start(one, one.child);
      },
      [](const child_started&) {},
      [&state](const child_ended& event) { state.ended(event); },
      [&state](const connection_live& event) { state.live(event); },
      [&state](const connection_status& told) { state.pass_on(told); },
      [&state](const markets_due&) { state.tell_search(); },
      [&state](const renewal_wanted& wish) { state.renew(wish); },
      [&state](const stale_due& due) {
        const auto it = state.shares.find(due.connection);
        if (it != state.shares.end() && it->second.down && it->second.outages == due.outage)
          state.tell_writers({it->second.from->id, false});
      },
  };
}

} // namespace tickboard
