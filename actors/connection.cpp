#include "actors/connection.hpp"

#include "actors/error.hpp"
#include "actors/messages/feed.hpp"
#include "actors/messages/normalizer.hpp"
#include "actors/messages/status.hpp"
#include "actors/some_of.hpp"
#include "adapters/log/log.hpp"
#include "market/backoff.hpp"

#include <caf/all.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace tickboard {

namespace {

constexpr auto health_interval = std::chrono::milliseconds{500};
constexpr std::chrono::milliseconds first_pause{1'000}, longest_pause{60'000};
constexpr std::chrono::milliseconds first_patience{std::chrono::minutes{1}},
    longest_patience{std::chrono::hours{6}}; ///< until what was refused is asked for again

/// The socket's side: turns callbacks on the io thread into messages. Holds the actor weakly, so
/// neither keeps the other alive.
class mailbox_listener final : public net::stream_listener {
public:
  explicit mailbox_listener(const caf::actor& to) : to_(caf::actor_cast<caf::actor_addr>(to)) {}

  void on_open() override { tell(stream_opened{}); }
  void on_frames(net::frame_batch_ptr frames) override { tell(stream_frames{std::move(frames)}); }
  void on_alive() override { tell(stream_alive{}); }
  void on_closed(net::stream_end end) override { tell(stream_closed{std::move(end)}); }

private:
  template <class T>
  void tell(T message) {
    if (auto to = caf::actor_cast<caf::actor>(to_))
      caf::anon_send(to, std::move(message));
  }

  caf::actor_addr to_;
};

} // namespace

connection_state::~connection_state() {
  if (stream)
    stream->close();
}

void connection_state::wait(const std::string& why) {
  if (!pass.delayed() || waits_for == why)
    return;
  phase = "waiting";
  waits_for = why;
  tell();
}

void connection_state::open() {
  if (!pass.take())
    return;
  phase = "connecting";
  waits_for.clear();
  stream = config.open(config.stream,
                       std::make_shared<mailbox_listener>(caf::actor_cast<caf::actor>(self)));
  tell();
}

void connection_state::opened() {
  const auto now = self->clock().now();
  opened_at = last_data = last_keepalive = last_request = now;
  phase = "subscribing";
  if (config.mute_after.count() != 0)
    guard.emplace(config.from, config.mute_after, config.mute_pause, now);
  ask_for(config.from->symbols->markets());
  send_next();
  tell();
}

void connection_state::ask_for(std::span<const market_ptr> markets) {
  for (auto& one : config.from->protocol->subscribe(markets, config.channels, next_request_id)) {
    next_request_id = std::max(next_request_id, one.id + 1);
    unsent.push_back(std::move(one));
  }
}

void connection_state::send_next() {
  if (unsent.empty() || paused)
    return;
  last_request = self->clock().now();
  stream->send(unsent.front().text);
  unanswered.push_back(std::move(unsent.front()));
  unsent.pop_front();
  plan_send();
}

void connection_state::plan_send() {
  if (unsent.empty() || paused || std::exchange(send_planned, true))
    return;
  self->delayed_send(self, config.request_interval, send_next_request{});
}

/// The exchange does not say which requests it did not take; those that it took it answers
/// meanwhile.
void connection_state::pause(const std::string& reason) {
  last_refusal = reason;
  if (paused || (unsent.empty() && unanswered.empty()))
    return; // of keepalives there are few enough
  paused = true;
  const auto length = doubled(first_pause, pauses++, longest_pause);
  log::warn("connection", "the exchange gets too many messages: no more for a while",
            {{"feed", config.from->feed},
             {"connection", config.from->connection},
             {"reason", reason},
             {"pause_ms", length.count()}});
  self->delayed_send(self, length, pause_over{});
}

void connection_state::resume() {
  paused = false;
  unsent.insert(unsent.begin(), std::make_move_iterator(unanswered.begin()),
                std::make_move_iterator(unanswered.end()));
  unanswered.clear();
  plan_send();
}

void connection_state::read(const net::frame_batch_ptr& batch) {
  frames += batch->size();
  config.from->counts->frames.add(batch->size());
  last_frame_ms = batch->received_ms;
  if (const auto to = config.normalizer->get())
    self->send(to, decode_frames{config.from, batch});
}

void connection_state::decoded(const decode_report& report) {
  patches += report.patches;
  quarantined += report.quarantined;
  auto& counts = *config.from->counts;
  counts.patches.add(report.patches);
  counts.quarantined.add(report.quarantined);
  counts.malformed.add(report.malformed);
  if (report.malformed != 0) {
    malformed += report.malformed;
    log::warn("connection", "malformed frames or entries",
              {{"feed", config.from->feed},
               {"connection", config.from->connection},
               {"count", report.malformed},
               {"first", report.first_problem}});
  }
  for (const auto& event : report.events)
    handle(event);
  if (report.patches != 0) {
    last_data = self->clock().now();
    counts.last_data_ms.set(static_cast<std::size_t>(last_frame_ms));
    if (guard)
      guard->heard(report, last_data);
  }
  if (live || report.patches != 0)
    tell_live();
}

/// When data flows, when no market waits for its subscription any more, and when other markets are
/// refused than before.
void connection_state::tell_live() {
  const bool is_first = !std::exchange(live, true);
  const bool is_whole = !whole && unsent.empty() && unanswered.empty();
  if (!is_first && !is_whole && !rejected_is_news)
    return;
  whole = whole || is_whole;
  rejected_is_news = false;
  phase = "live";
  connection_live out{config.from->connection, config.life, whole, {}};
  for (const auto& native : rejected)
    if (const auto& subject = config.from->symbols->find(native))
      out.refused.push_back(subject);
  self->send(feed, std::move(out));
  if (is_first)
    tell();
}

void connection_state::handle(const exchange::event& event) {
  std::visit(
      [this](const auto& one) {
        using type = std::decay_t<decltype(one)>;
        if constexpr (std::is_same_v<type, exchange::acknowledged>) {
          acknowledge(one);
        } else if constexpr (std::is_same_v<type, exchange::rejected>) {
          reject(one);
        } else if constexpr (std::is_same_v<type, exchange::too_fast>) {
          pause(one.reason);
        } else if constexpr (std::is_same_v<type, exchange::reply_wanted>) {
          stream->send(one.text);
        } else if constexpr (std::is_same_v<type, exchange::reconnect_wanted>) {
          ask_for_renewal(one.reason);
        } else if constexpr (std::is_same_v<type, exchange::condition>) {
          log::info("connection", "the exchange says",
                    {{"feed", config.from->feed},
                     {"connection", config.from->connection},
                     {"text", one.text}});
        }
      },
      event);
}

void connection_state::acknowledge(const exchange::acknowledged& answer) {
  std::set<std::string> had(answer.natives.begin(), answer.natives.end());
  if (had.empty())
    for (const auto& one : unanswered)
      if (one.id == answer.request_id)
        had.insert(one.natives.begin(), one.natives.end());
  settle(answer.request_id, answer.natives);
  std::erase_if(had, [this](const auto& native) { return rejected.erase(native) == 0; });
  if (had.empty())
    return;
  rejected_is_news = true;
  log::info("connection", "the exchange takes subscriptions that it had refused",
            {{"feed", config.from->feed},
             {"connection", config.from->connection},
             {"symbols", some_of(had)}});
  if (guard)
    for (const auto& native : had)
      guard->accepted(native, self->clock().now());
}

/// These subscriptions have their answer: of one request, or, without an id, of all.
void connection_state::settle(std::uint64_t request_id, const std::vector<std::string>& natives) {
  for (auto& one : unanswered) {
    if (request_id != 0 && one.id != request_id)
      continue; // with several channels, another request asks for the same symbols
    if (natives.empty() && request_id != 0)
      one.natives.clear();
    for (const auto& native : natives)
      one.natives.erase(std::remove(one.natives.begin(), one.natives.end(), native),
                        one.natives.end());
  }
  unanswered.erase(std::remove_if(unanswered.begin(), unanswered.end(),
                                  [](const auto& one) { return one.natives.empty(); }),
                   unanswered.end());
  if (unanswered.empty() && unsent.empty()) {
    pauses = 0;
    last_refusal.clear();
  }
}

/// One bad symbol can fail a whole request: halves of it are asked again until it stands alone.
void connection_state::reject(const exchange::rejected& refusal) {
  auto natives = refusal.natives;
  const auto asks_for = [](const exchange::request& one, const std::string& native) {
    return std::find(one.natives.begin(), one.natives.end(), native) != one.natives.end();
  };
  const auto asked =
      std::find_if(unanswered.begin(), unanswered.end(), [&](const exchange::request& one) {
        return refusal.request_id != 0
                   ? one.id == refusal.request_id
                   : std::any_of(natives.begin(), natives.end(),
                                 [&](const auto& native) { return asks_for(one, native); });
      });
  if (asked == unanswered.end()) {
    // Not an answer to anything open. If a subscription stays open, its timeout tells this reason.
    log::warn("connection", "the exchange refused",
              {{"feed", config.from->feed},
               {"connection", config.from->connection},
               {"reason", refusal.reason}});
    last_refusal = refusal.reason;
    return;
  }
  // A name that was not asked for names nothing; so every refusal leaves fewer symbols to ask for.
  natives.erase(std::remove_if(natives.begin(), natives.end(),
                               [&](const auto& native) { return !asks_for(*asked, native); }),
                natives.end());
  if (natives.empty() && !refusal.natives.empty() &&
      std::ranges::all_of(refusal.natives,
                          [this](const auto& native) { return rejected.contains(native); }))
    return; // told before: the request was sent once more
  if (natives.empty() && asked->natives.size() == 1)
    natives = asked->natives;
  if (!natives.empty()) {
    const auto before = rejected.size();
    rejected.insert(natives.begin(), natives.end());
    reject_reason = refusal.reason;
    if (rejected.size() != before) {
      rejected_is_news = true;
      log::warn("connection", "subscription refused",
                {{"feed", config.from->feed},
                 {"connection", config.from->connection},
                 {"symbols", fmt::format("{}", fmt::join(natives, ", "))},
                 {"reason", refusal.reason}});
    }
    if (guard)
      std::ranges::for_each(natives, [this](const auto& native) { guard->refused(native); });
  }
  if (!natives.empty() && !config.from->protocol->published_limits().one_bad_symbol_fails_request) {
    settle(refusal.request_id, natives);
    give_up_if_all_refused(refusal.reason);
    return;
  }
  std::vector<market_ptr> again;
  for (const auto& native : asked->natives)
    if (std::find(natives.begin(), natives.end(), native) == natives.end())
      if (const auto& subject = config.from->symbols->find(native))
        again.push_back(subject);
  unanswered.erase(asked);
  const auto half = natives.empty() ? (again.size() + 1) / 2 : again.size();
  for (std::size_t begin = 0; begin < again.size(); begin += half) {
    const std::span part{again.data() + begin, std::min(half, again.size() - begin)};
    ask_for(part);
  }
  plan_send();
  give_up_if_all_refused(refusal.reason);
}

void connection_state::give_up_if_all_refused(const std::string& reason) {
  if (rejected.size() == config.from->symbols->markets().size())
    fail(caf::make_error(ec::refused,
                         fmt::format("every subscription was refused, the last: {}", reason)));
}

/// Once every market has its answer: plans to ask again for those that were refused, and does. A
/// symbol that is listed may be taken later on.
void connection_state::look_for_refused() {
  if (rejected.empty() || !unsent.empty() || !unanswered.empty() || paused)
    return;
  const auto now = self->clock().now();
  if (!ask_again_at) {
    const auto wait = doubled(first_patience, asked_again, longest_patience);
    ask_again_at = now + wait;
    log::warn("connection", "markets are not followed, as the exchange refuses them",
              {{"feed", config.from->feed},
               {"connection", config.from->connection},
               {"symbols", some_of(rejected)},
               {"reason", reject_reason},
               {"asked_again_in_ms", wait.count()}});
  } else if (now >= *ask_again_at) {
    ask_again_at.reset();
    ++asked_again;
    std::vector<market_ptr> markets;
    for (const auto& native : rejected)
      if (const auto& subject = config.from->symbols->find(native))
        markets.push_back(subject);
    ask_for(markets);
    plan_send();
  }
}

/// All that is open was refused before: no answer is as good as another no.
bool connection_state::give_up_asking_again() {
  const auto refused_before = [this](const exchange::request& one) {
    return std::ranges::all_of(one.natives,
                               [this](const auto& native) { return rejected.contains(native); });
  };
  if (!std::ranges::all_of(unanswered, refused_before))
    return false;
  unanswered.clear();
  reject_reason = "no answer";
  return true;
}

void connection_state::check() {
  const auto now = self->clock().now();
  if (phase != "connecting" && phase != "waiting") {
    if (now - last_data >= config.stall_timeout) {
      fail(caf::make_error(
          ec::stalled,
          fmt::format(
              "no data for {} ms, though the connection is open{}{}",
              std::chrono::duration_cast<std::chrono::milliseconds>(now - last_data).count(),
              last_refusal.empty() ? "" : "; the exchange said: ", last_refusal)));
      return;
    }
    if (!unanswered.empty() && unsent.empty() && !paused &&
        now - last_request >= config.acknowledge_timeout && !give_up_asking_again()) {
      std::set<std::string> open;
      for (const auto& one : unanswered)
        open.insert(one.natives.begin(), one.natives.end());
      fail(caf::make_error(
          ec::not_acknowledged,
          fmt::format("subscriptions were not answered: {}{}{}", some_of(open),
                      last_refusal.empty() ? "" : "; the exchange said: ", last_refusal)));
      return;
    }
    if (config.max_age.count() != 0 && now - opened_at >= config.max_age)
      ask_for_renewal("the connection reached its age limit");
    look_for_mute();
    look_for_refused();
    if (config.keepalive_interval.count() != 0 &&
        now - last_keepalive >= config.keepalive_interval) {
      last_keepalive = now;
      if (auto text = config.from->protocol->keepalive(next_request_id); !text.empty()) {
        ++next_request_id;
        stream->send(std::move(text));
      }
    }
  }
  if (now - last_told >= std::chrono::seconds{1})
    tell();
  self->delayed_send(self, health_interval, check_health{});
}

void connection_state::look_for_mute() {
  if (!guard)
    return;
  const auto now = self->clock().now();
  if (auto markets = guard->to_check(now); !markets.empty()) {
    log::debug("connection", "asks REST for the last trades of silent markets",
               {{"feed", config.from->feed},
                {"connection", config.from->connection},
                {"markets", markets.size()}});
    self->request(config.cross_check, caf::infinite, cross_check_asked{std::move(markets)})
        .then([this](const cross_checked& told) { guard->checked(told, self->clock().now()); },
              [this](const caf::error&) { guard->checked({}, self->clock().now()); });
  }
  if (const auto reason = guard->look(now))
    ask_for_renewal(*reason, true);
}

void connection_state::tell() {
  const auto now = self->clock().now();
  // Of less than a second there is no rate: changes of state are told at once.
  if (const auto seconds = std::chrono::duration<double>(now - rated).count(); seconds >= 1) {
    frames_per_second = static_cast<double>(frames - frames_when_rated) / seconds;
    frames_when_rated = frames;
    rated = now;
  }
  connection_status out;
  out.feed = config.from->feed;
  out.connection = config.from->connection;
  out.life = config.life;
  out.state = phase;
  out.waits_for = waits_for;
  out.markets = config.from->symbols->markets().size() - rejected.size();
  out.rejected = rejected.size();
  out.last_frame_ms = last_frame_ms;
  out.frames_per_second = frames_per_second;
  out.frames = frames;
  out.patches = patches;
  out.malformed = malformed;
  out.quarantined = quarantined;
  out.counts = config.from->counts;
  if (guard) {
    out.mute = guard->mute().size();
    out.mute_markets = guard->shown_ids();
  }
  last_told = now;
  self->send(feed, std::move(out));
}

void connection_state::ask_for_renewal(const std::string& reason, bool mute) {
  if (renewal_asked)
    return;
  renewal_asked = true;
  self->send(feed, renewal_wanted{config.from->connection, config.life, reason, mute});
}

void connection_state::fail(caf::error reason) {
  self->quit(std::move(reason));
}

caf::behavior connection(caf::stateful_actor<connection_state>* self, connection_config config,
                         caf::actor feed) {
  keep_exception_text(*self);
  auto& state = self->state;
  state.config = std::move(config);
  state.feed = std::move(feed);
  state.last_told = state.rated = self->clock().now();
  state.pass.ask(state.config.gate, state.config.attempt);
  self->delayed_send(self, health_interval, check_health{});
  return {
      [&state](const connect_allowed&) { state.open(); },
      [&state](const connect_delayed& told) { state.wait(told.why); },
      [&state](const look_for_gate&) { state.pass.look(); },
      [&state](const stream_opened&) { state.opened(); },
      [&state](const stream_frames& read) { state.read(read.frames); },
      [](const stream_alive&) {}, // the socket's clock is the stream's own
      [&state](const stream_closed& closed) {
        state.pass.refused(closed.end.refused);
        state.fail(caf::make_error(ec::connection_lost, closed.end.reason));
      },
      [&state](const decode_report& report) { state.decoded(report); },
      [&state](const send_next_request&) {
        state.send_planned = false;
        state.send_next();
      },
      [&state](const pause_over&) { state.resume(); },
      [&state](const check_health&) { state.check(); },
  };
}

} // namespace tickboard
