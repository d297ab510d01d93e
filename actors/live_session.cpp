#include "actors/live_session.hpp"

#include "actors/live_view.hpp"
#include "actors/routes.hpp"
#include "actors/session.hpp"
#include "market/json_text.hpp"

#include <caf/all.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace tickboard {

namespace {

constexpr auto hub_pause = std::chrono::seconds{1}; ///< before the hub is asked again
/// Who subscribes and leaves again and again is listened to when the hub has answered some of it.
constexpr std::size_t most_asks = 2 * live_limits::most_views;
constexpr int most_untold = 10;     ///< of these: then it is told again, to be heard of, or lost
constexpr int reconnect_ms = 2'000; ///< for browsers, when the stream ends
constexpr int looks_per_idle_timeout = 4;
constexpr std::uint16_t normal_closure = 1000, policy_violated = 1008; // RFC 6455 section 7.4.1

using header_field = std::pair<std::string, std::string>;

std::string_view event_name(live_news::kind is) {
  switch (is) {
  case live_news::kind::page:
    return "page";
  case live_news::kind::change:
    return "change";
  case live_news::kind::beat:
    return "beat";
  case live_news::kind::failure:
    break;
  }
  return "error";
}

} // namespace

live_session::live_session(caf::event_based_actor* self,
                           std::shared_ptr<const session_config> config,
                           std::shared_ptr<net::http_connection> connection, live_client client)
    : self_(self), config_(std::move(config)), connection_(std::move(connection)),
      client_(std::move(client)) {
}

void live_session::start_stream(const ask_live& what, std::string last_event_id,
                                stream_answer answer) {
  answer_ = std::move(answer);
  subscriptions_[""] = {what, std::move(last_event_id), false, ++serials_};
  ask("");
}

void live_session::start_websocket() {
  is_websocket_ = true;
  idle_since_ = self_->clock().now();
  watch_idle();
  connection_->accept_websocket();
  read_on();
}

// -- the hub --------------------------------------------------------------------------------------

live_session::subscription* live_session::find(const std::string& name, std::uint64_t serial) {
  const auto it = subscriptions_.find(name);
  return it != subscriptions_.end() && it->second.serial == serial ? &it->second : nullptr;
}

void live_session::ask(const std::string& name) {
  const auto& one = subscriptions_.at(name);
  ++asks_;
  self_
      ->request(
          config_->live->get(), config_->live_patience + one.what.interval,
          live_asked{one.what.question, one.what.interval, one.has, one.in_trouble, client_.name})
      .then(
          [this, name, serial = one.serial](const live_news& told) {
            asked();
            if (config_->admits->lets_stay(client_.ticket))
              news(name, serial, told);
            else
              show_out();
          },
          [this, name, serial = one.serial](const caf::error& why) {
            asked();
            no_news(name, serial, why);
          });
}

void live_session::asked() {
  --asks_;
  if (std::exchange(is_to_read_, false))
    read_on();
}

void live_session::read_on() {
  is_to_read_ = asks_ >= most_asks;
  if (!is_to_read_)
    connection_->read_message();
}

/// What is told first decides how a stream is answered.
bool live_session::begin(const live_news& told) {
  auto answer = *std::exchange(answer_, std::nullopt);
  const bool for_now = told.status >= 500;
  if (told.is != live_news::kind::failure || (answer.begins_in_trouble && for_now)) {
    answer.begins();
    connection_->begin_stream(std::move(answer.head));
    return true;
  }
  net::http_response out;
  out.status = told.status;
  out.content_type = "application/problem+json";
  out.body = told.data;
  if (told.retry_after.count() > 0)
    out.headers.emplace_back("Retry-After", fmt::format("{}", told.retry_after.count()));
  subscriptions_.clear();
  answer.refuse(std::move(out));
  return false;
}

void live_session::news(const std::string& name, std::uint64_t serial, const live_news& told) {
  auto* const one = find(name, serial);
  if (one == nullptr || (answer_ && !begin(told)))
    return;
  one->in_trouble = told.is == live_news::kind::failure;
  const bool last = one->in_trouble && told.status < 500;
  if (!one->in_trouble)
    one->has = told.id;
  out_.push_back({name, serial, piece_of(name, told), last});
  if (last)
    erase(name);
  pump();
}

/// The hub is being restarted, or takes no more.
void live_session::no_news(const std::string& name, std::uint64_t serial, const caf::error& why) {
  auto* const one = find(name, serial);
  if (one == nullptr)
    return;
  const auto told = no_answer_news(why);
  if (answer_ && !begin(told))
    return;
  self_->delayed_send(self_, hub_pause, live_retry_due{name, serial});
  const bool waits = std::ranges::find(out_, name, &outgoing::name) != out_.end();
  if (std::exchange(one->in_trouble, true) && (waits || ++one->untold < most_untold))
    return;
  one->untold = 0;
  out_.push_back({name, 0, piece_of(name, told), false}); // it is the retry that asks again
  pump();
}

/// Tells who would not be let in any more so, of each subscription, and ends what goes on.
void live_session::show_out() {
  const auto told = failure_news(refusal_of(client_.ticket), {});
  if (answer_) {
    begin(told);
    return;
  }
  if (ends_as_)
    return;
  for (const auto& [name, one] : std::exchange(subscriptions_, {})) {
    drop(name);
    out_.push_back({name, one.serial, piece_of(name, told), true});
  }
  if (is_websocket_)
    ends_as_ = net::websocket_end{policy_violated,
                                  "the API key, or going without one, is not known here any more"};
  pump();
}

void live_session::retry(const live_retry_due& due) {
  if (find(due.subscription, due.serial) != nullptr)
    ask(due.subscription);
}

// -- the client -----------------------------------------------------------------------------------

net::live_piece live_session::piece_of(const std::string& name, const live_news& told) const {
  const auto event = event_name(told.is);
  const bool has_id = told.is == live_news::kind::page || told.is == live_news::kind::change;
  if (is_websocket_)
    return {fmt::format(R"({{"view":{},"event":"{}",{}"data":)", json_string(name), event,
                        has_id ? fmt::format("\"id\":\"{}\",", told.id) : ""),
            told.data, "}"};
  return {fmt::format("event: {}\n{}data: ", event, has_id ? fmt::format("id: {}\n", told.id) : ""),
          told.data, "\n\n"};
}

void live_session::pump() {
  if (!ready_ || (out_.empty() && !ends_as_))
    return;
  ready_ = false;
  if (out_.empty())
    return connection_->end_websocket(*ends_as_);
  writing_ = true;
  auto piece = std::move(out_.front().piece);
  if (!is_websocket_ && !std::exchange(begun_, true))
    piece.before.insert(0, fmt::format("retry: {}\n", reconnect_ms));
  connection_->send(std::move(piece));
}

/// The connection has become what it is, or the front piece is written.
void live_session::sent() {
  ready_ = true;
  if (std::exchange(writing_, false)) {
    const auto done = std::move(out_.front());
    out_.pop_front();
    if (done.last && !is_websocket_)
      return connection_->end_stream();
    if (is_websocket_ && done.name.empty())
      read_on();
    else if (find(done.name, done.serial) != nullptr)
      ask(done.name);
  }
  pump();
}

void live_session::said(const std::string& text) {
  if (ends_as_)
    return;
  auto command = parse_live_command(text);
  if (!command) {
    reply_refusal(command.error().view, bad_parameter(command.error().problem));
    return;
  }
  if (command->leaves) {
    drop(command->view);
    reply(fmt::format(R"({{"view":{},"event":"unsubscribed"}})", json_string(command->view)));
    return;
  }
  if (const auto wrong = config_->exchanges->refuse(command->what.question->query)) {
    reply_refusal(command->view, bad_parameter(*wrong));
    return;
  }
  subscribe(std::move(*command));
}

void live_session::subscribe(live_command command) {
  drop(command.view);
  if (config_->admits->guards()) {
    const auto verdict = config_->admits->admit_again(client_.ticket, client_.network,
                                                      std::chrono::steady_clock::now());
    if (verdict.is != admission_outcome::admitted)
      reply_refusal(command.view, refusal_of(verdict, "/v1"));
    if (verdict.is == admission_outcome::key_unknown ||
        verdict.is == admission_outcome::key_missing)
      show_out();
    if (verdict.is != admission_outcome::admitted)
      return;
  }
  if (subscriptions_.size() >= live_limits::most_views)
    return reply_refusal(
        command.view,
        net::problem(400, "Too many views",
                     fmt::format("a WebSocket follows at most {} views; unsubscribe from one first",
                                 live_limits::most_views)));
  subscriptions_[command.view] = {std::move(command.what), std::move(command.has), false,
                                  ++serials_};
  ask(command.view);
  read_on();
}

void live_session::erase(const std::string& name) {
  if (subscriptions_.erase(name) == 0 || !subscriptions_.empty() || !is_websocket_)
    return;
  idle_since_ = self_->clock().now();
  watch_idle();
}

/// One look at a time, however often it begins and ends to follow something.
void live_session::watch_idle() {
  if (!std::exchange(watching_, true))
    self_->delayed_send(self_, config_->idle_timeout / looks_per_idle_timeout, live_idle_due{});
}

void live_session::look_whether_idle() {
  watching_ = false;
  if (!subscriptions_.empty() || ends_as_)
    return;
  if (!config_->admits->lets_stay(client_.ticket))
    return show_out();
  if (self_->clock().now() - idle_since_ < config_->idle_timeout)
    return watch_idle();
  ends_as_ = net::websocket_end{normal_closure, "it followed no view for http.idle_timeout"};
  pump();
}

/// What of it waits to be written is not, but for what is being written.
void live_session::drop(const std::string& name) {
  erase(name);
  const auto from = out_.begin() + (writing_ ? 1 : 0);
  out_.erase(std::remove_if(from, out_.end(), [&](const auto& one) { return one.name == name; }),
             out_.end());
}

/// `view`: empty if what was said names none. What HTTP says in a header field stands beside
/// `data`.
void live_session::reply_refusal(const std::string& view, const net::http_response& why) {
  const auto wait = std::ranges::find(why.headers, "Retry-After", &header_field::first);
  reply(fmt::format(
      R"({{"view":{},"event":"error",{}"data":{}}})", view.empty() ? "null" : json_string(view),
      wait == why.headers.end() ? "" : fmt::format("\"retry_after\":{},", wait->second),
      *why.body));
}

void live_session::reply(std::string text) {
  out_.push_back({"", 0, {std::move(text), nullptr, ""}, false});
  pump();
}

} // namespace tickboard
