#include "actors/status.hpp"

#include "actors/error.hpp"
#include "actors/mailbox.hpp"
#include "actors/messages/figures.hpp"
#include "actors/unix_ms.hpp"
#include "market/json_text.hpp"

#include <caf/all.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

namespace tickboard {

namespace {

std::string in_quotes(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

std::string listed_in_quotes(const std::vector<std::string>& texts) {
  std::string out;
  for (const auto& one : texts)
    out.append(out.empty() ? "" : ",").append(in_quotes(one));
  return out;
}

std::string since(std::int64_t then_ms, std::int64_t now_ms) {
  return then_ms == 0 ? "null" : fmt::format("{}", std::max<std::int64_t>(0, now_ms - then_ms));
}

} // namespace

void status_state::take(const connection_status& told) {
  auto& one = feeds[told.feed].connections[told.connection];
  if (told.state != "live")
    one.up_since_ms = 0;
  else if (one.up_since_ms == 0)
    one.up_since_ms = unix_ms();
  if (told.state == "live")
    one.alarm = false;
  const auto last_frame_ms = std::max(one.now.last_frame_ms, told.last_frame_ms);
  one.now = told;
  one.now.last_frame_ms = last_frame_ms; // a new life has none yet
  if (told.counts)
    one.counts = told.counts;
}

void status_state::take(const connection_ended& told) {
  auto& one = feeds[told.feed].connections[told.connection];
  one.up_since_ms = 0;
  ++one.restarts;
  one.last_error = told.reason;
  one.last_error_ms = unix_ms();
  one.alarm = told.alarm;
  one.now.feed = told.feed;
  one.now.connection = told.connection;
  one.now.state = told.alarm ? "alarm" : "waiting";
  one.now.waits_for.clear();
  one.now.frames_per_second = 0;
}

void status_state::take(const feed_status& told) {
  feeds[told.feed].now = told;
}

void status_state::take(const connection_gone& told) {
  if (const auto it = feeds.find(told.feed); it != feeds.end())
    it->second.connections.erase(told.connection);
}

std::string status_state::json(std::int64_t now_ms) const {
  std::string out = "{\"data\":[";
  auto to = std::back_inserter(out);
  bool first_feed = true;
  for (const auto& [name, one] : feeds) {
    fmt::format_to(to,
                   R"({}{{"exchange":{},"protocol":{},"state":{},"problem":{},"markets":{},)"
                   R"("unmatched":{},"unmatched_symbols":[{}],"connections":[)",
                   first_feed ? "" : ",", in_quotes(name), in_quotes(one.now.exchange),
                   in_quotes(one.now.state),
                   one.now.problem.empty() ? "null" : in_quotes(one.now.problem), one.now.markets,
                   one.now.unmatched, listed_in_quotes(one.now.unmatched_symbols));
    first_feed = false;
    bool first = true;
    for (const auto& [number, link] : one.connections) {
      const auto& now = link.now;
      fmt::format_to(
          to,
          R"({}{{"connection":{},"state":{},"waits_for":{},"uptime_ms":{},"restarts":{},"alarm":{},)"
          R"("last_frame_age_ms":{},"markets":{},"rejected":{},"frames_per_second":{:.1f},)"
          R"("frames":{},"patches":{},"malformed":{},"quarantined":{},)"
          R"("mute":{},"mute_markets":[{}],)"
          R"("last_error":{},"last_error_age_ms":{}}})",
          first ? "" : ",", number, in_quotes(now.state),
          now.waits_for.empty() ? "null" : in_quotes(now.waits_for),
          since(link.up_since_ms, now_ms), link.restarts, link.alarm,
          since(now.last_frame_ms, now_ms), now.markets, now.rejected, now.frames_per_second,
          now.frames, now.patches, now.malformed, now.quarantined, now.mute,
          listed_in_quotes(now.mute_markets),
          link.last_error.empty() ? "null" : in_quotes(link.last_error),
          since(link.last_error_ms, now_ms));
      first = false;
    }
    out += "]}";
  }
  fmt::format_to(to, R"(],"as_of_ms":{}}})", now_ms);
  return out;
}

metrics::families status_state::figures(std::int64_t now_ms) const {
  using metrics::kind;
  const auto make = [](std::string_view name, std::string_view help, kind type) {
    return metrics::make_family({name, help}, type);
  };
  auto feed_state =
      make("tickboard_feed_state", "1 for the state that the feed is in", kind::gauge);
  auto feed_markets = make("tickboard_feed_markets", "Markets that the feed follows", kind::gauge);
  auto state =
      make("tickboard_connection_state", "1 for the state that the connection is in", kind::gauge);
  auto markets =
      make("tickboard_connection_markets", "Markets that the connection follows", kind::gauge);
  auto mute = make("tickboard_connection_mute_markets",
                   "Markets that trade and of which nothing comes", kind::gauge);
  auto rejected = make("tickboard_connection_rejected_markets",
                       "Markets whose subscription the exchange refused", kind::gauge);
  auto age =
      make("tickboard_connection_data_age_seconds",
           "Time since the last frame with market data; absent until there was one", kind::gauge);
  auto restarts = make("tickboard_connection_restarts_total", "Lives of the connection that ended",
                       kind::counter);
  auto frames = make("tickboard_connection_frames_total", "Frames read", kind::counter);
  auto patches = make("tickboard_connection_patches_total", "Updates of markets that frames told",
                      kind::counter);
  auto malformed =
      make("tickboard_connection_malformed_total",
           "Frames, or entries of frames, that could not be understood", kind::counter);
  auto quarantined =
      make("tickboard_connection_quarantined_total",
           "Frames that their decoder failed at, and which were put aside", kind::counter);
  const auto add_states = [](metrics::family& to, const metrics::labels& of, auto names,
                             const std::string& now) {
    for (const auto* one : names) {
      auto labels = of;
      labels.emplace_back("state", one);
      metrics::add(to, labels, now == one ? 1 : 0);
    }
  };
  const auto number = [](auto value) { return static_cast<double>(value); };
  for (const auto& [name, one] : feeds) {
    add_states(feed_state, {{"feed", name}}, std::array{"discovering", "following", "failed"},
               one.now.state);
    metrics::add(feed_markets, {{"feed", name}}, number(one.now.markets));
    for (const auto& [place, link] : one.connections) {
      const metrics::labels of{{"feed", name}, {"connection", fmt::format("{}", place)}};
      add_states(state, of, std::array{"waiting", "connecting", "subscribing", "live", "alarm"},
                 link.now.state);
      metrics::add(markets, of, number(link.now.markets));
      metrics::add(mute, of, number(link.now.mute));
      metrics::add(rejected, of, number(link.now.rejected));
      metrics::add(restarts, of, number(link.restarts));
      if (!link.counts)
        continue;
      metrics::add(frames, of, number(link.counts->frames.value()));
      metrics::add(patches, of, number(link.counts->patches.value()));
      metrics::add(malformed, of, number(link.counts->malformed.value()));
      metrics::add(quarantined, of, number(link.counts->quarantined.value()));
      if (const auto last = link.counts->last_data_ms.value(); last != 0)
        metrics::add(age, of, std::max(0.0, number(now_ms - last) / 1'000));
    }
  }
  return {std::move(feed_state), std::move(feed_markets), std::move(state),
          std::move(markets),    std::move(mute),         std::move(rejected),
          std::move(age),        std::move(restarts),     std::move(frames),
          std::move(patches),    std::move(malformed),    std::move(quarantined)};
}

caf::behavior status(caf::stateful_actor<status_state>* self) {
  keep_exception_text(*self);
  tell_mailbox(*self);
  auto& state = self->state;
  return {
      [&state](const connection_status& told) { state.take(told); },
      [&state](const connection_ended& told) { state.take(told); },
      [&state](const feed_status& told) { state.take(told); },
      [&state](const connection_gone& told) { state.take(told); },
      [&state](const feed_gone& told) { state.feeds.erase(told.feed); },
      [&state](const status_asked&) { return state.json(unix_ms()); },
      [&state](const figures_asked&) { return figures_told{state.figures(unix_ms())}; },
  };
}

} // namespace tickboard
