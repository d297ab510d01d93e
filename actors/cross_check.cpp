#include "actors/cross_check.hpp"

#include "actors/error.hpp"
#include "adapters/log/log.hpp"

#include <caf/all.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tickboard {

namespace {

constexpr std::size_t most_body_bytes = 4 * 1024 * 1024;

} // namespace

caf::response_promise cross_check_state::take(const cross_check_asked& asked) {
  auto promise = self->make_response_promise();
  if (waiting.size() == most_waiting) { // of lives that ended since
    promise.deliver(cross_checked{});
    return promise;
  }
  waiting.push_back({asked.markets, promise});
  if (!busy)
    start_next();
  return promise;
}

void cross_check_state::start_next() {
  busy = !waiting.empty();
  if (!busy)
    return;
  found = {};
  problem.clear();
  wanted_pause = {};
  for (auto& one : config.protocol->last_trade_questions(waiting.front().markets))
    questions.push_back(std::move(one));
  pass.ask(config.gate, {connect_host(config.rest_url)});
}

void cross_check_state::ask_next() {
  if (questions.empty()) {
    end_check();
    return;
  }
  net::http_get_options ask;
  ask.url = config.rest_url + questions.front().target;
  ask.tls.ca_file = config.ca_file;
  ask.max_body_bytes = most_body_bytes;
  config.get(ask, [me = caf::actor_cast<caf::actor_addr>(self)](result<net::http_reply> reply) {
    if (auto to = caf::actor_cast<caf::actor>(me))
      caf::anon_send(to, cross_check_replied{std::move(reply)});
  });
}

void cross_check_state::read(const result<net::http_reply>& reply) {
  const auto question = std::move(questions.front());
  questions.pop_front();
  result<std::vector<exchange::trade_mark>> trades;
  if (!reply) {
    trades = unexpected(reply.error());
  } else {
    trades = config.protocol->parse_last_trades(reply->body, question.natives);
    if (reply->status != 200) {
      trades = unexpected(
          fmt::format("{}{} answered {}", config.rest_url, question.target, reply->status));
      pass.refused({reply->status, reply->retry_after});
    }
    wanted_pause = reply->retry_after;
  }
  if (trades) {
    std::ranges::move(*trades, std::back_inserter(found.trades));
  } else {
    problem = trades.error();
    questions.clear();
  }
  ask_next();
}

void cross_check_state::end_check() {
  if (problem.empty()) {
    failures = 0;
  } else {
    ++failures;
    log::warn("cross_check", "whether silent markets trade cannot be asked",
              {{"feed", config.feed}, {"reason", problem}});
  }
  waiting.front().asker.deliver(std::move(found));
  waiting.pop_front();
  const auto shortest = std::max<std::chrono::milliseconds>(config.pause, least_pause);
  const auto pause = std::min<std::chrono::milliseconds>(
      std::max(shortest * (1 << std::min(failures, 10U)), wanted_pause), longest_pause);
  self->delayed_send(self, std::max(pause, shortest), cross_check_due{});
}

caf::behavior cross_check(caf::stateful_actor<cross_check_state>* self, cross_check_config config) {
  keep_exception_text(*self);
  auto& state = self->state;
  state.config = std::move(config);
  return {
      [&state](const cross_check_asked& asked) { return state.take(asked); },
      [&state](const cross_check_replied& told) { state.read(told.reply); },
      [&state](const cross_check_due&) { state.start_next(); },
      [&state](const connect_allowed&) {
        if (state.pass.take())
          state.ask_next();
      },
      [&state](const connect_delayed&) { state.pass.delayed(); },
      [&state](const look_for_gate&) { state.pass.look(); },
  };
}

} // namespace tickboard
