#include "actors/connect_gate.hpp"

#include "actors/error.hpp"
#include "actors/mailbox.hpp"
#include "actors/messages/drain.hpp"
#include "adapters/log/log.hpp"

#include <caf/all.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tickboard {

namespace {

using exchange::connect_obstacle;
using exchange::connect_verdict;
using std::chrono::milliseconds;

constexpr std::chrono::seconds read_limit{10}, write_limit{60}; ///< a disk may hang
constexpr milliseconds sleep_grain{10};

std::string utc(std::int64_t unix_ms) {
  const auto seconds = static_cast<std::time_t>((unix_ms + 999) / 1000);
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(seconds));
}

/// Why somebody waits, for operators.
std::string sentence(const connect_verdict& verdict, const connect_asked& question) {
  switch (verdict.why) {
  case connect_obstacle::ban:
    return fmt::format("{} by the exchange (HTTP status {}) until {}",
                       verdict.status == 503 ? "sent away" : "banned", verdict.status,
                       utc(verdict.at_ms));
  case connect_obstacle::budget:
    return fmt::format(
        "connect budget used up ({} attempts in {} s) until {}", question.budget.attempts,
        std::chrono::duration<double>(question.budget.window).count(), utc(verdict.at_ms));
  case connect_obstacle::none:
    break;
  }
  return "other connects go first";
}

} // namespace

// -- the file -------------------------------------------------------------------------------------

void connect_gate_state::start() {
  if (!config.file.empty()) {
    worker = config.spawn_worker();
    self->link_to(worker);
  }
  last_save = self->clock().now() - save_interval;
  if (config.file.empty() || config.past->file_was_read) {
    ready = true;
    if (config.past->file_was_read)
      changed(); // the life before may not have come to it
    return;
  }
  self->request(worker, read_limit, read_connects{config.file})
      .then([this](const connects_read& file) { read(file.text); },
            [this](const caf::error& error) { read(unexpected(describe(error))); });
}

void connect_gate_state::read(const result<std::string>& text) {
  auto problem = text ? std::string{} : text.error();
  if (text && !text->empty()) {
    auto known = exchange::connect_ledger::parse(*text, config.now());
    if (known)
      config.past->ledger = std::move(*known);
    else
      problem = config.file + ": " + known.error();
  }
  if (!problem.empty())
    log::warn("connects", "what was counted before is not known", {{"reason", problem}});
  config.past->file_was_read = true;
  ready = true;
  std::vector<std::string> names;
  for (const auto& [name, at] : hosts)
    names.push_back(name);
  for (const auto& name : names)
    serve(name);
}

void connect_gate_state::changed() {
  if (config.file.empty())
    return;
  unsaved = true;
  if (save_under_way || std::exchange(save_is_due, true))
    return;
  const duration wait = last_save + save_interval - self->clock().now();
  self->delayed_send(self, std::max(wait, duration::zero()), save_due{});
}

void connect_gate_state::save() {
  save_is_due = false;
  if (save_under_way || !unsaved || !ready)
    return;
  unsaved = false;
  save_under_way = true;
  last_save = self->clock().now();
  self->request(worker, write_limit,
                save_connects{config.file, config.past->ledger.text(config.now())})
      .then([this](const connects_saved& done) { saved(done.problem); },
            [this](const caf::error& error) { saved(describe(error)); });
}

void connect_gate_state::saved(const std::string& problem) {
  save_under_way = false;
  if (!problem.empty() && problem != file_problem)
    log::warn("connects", "not kept for the next start", {{"reason", problem}});
  file_problem = problem;
  if (!problem.empty()) {
    unsaved = true;
    if (!std::exchange(save_is_due, true))
      self->delayed_send(self, save_retry, save_due{});
  } else if (unsaved && !draining.empty()) {
    save();
    return;
  } else if (unsaved) {
    changed();
  }
  for (auto& one : std::exchange(draining, {}))
    one.deliver(drained{problem.empty()});
}

caf::response_promise connect_gate_state::drain() {
  auto promise = self->make_response_promise();
  save();
  if (save_under_way)
    draining.push_back(promise);
  else
    promise.deliver(drained{});
  return promise;
}

// -- who waits ------------------------------------------------------------------------------------

void connect_gate_state::ask(const connect_asked& question, const caf::actor_addr& who) {
  auto& waiting = hosts[question.host].waiting;
  const auto same = [&](const waiter& one) { return one.who == who; };
  const auto known = std::find_if(waiting.begin(), waiting.end(), same);
  if (known != waiting.end()) {
    known->is_told = false; // so it hears that we are here
  } else {
    waiting.push_back({who, question, {}});
    self->monitor(who);
  }
  serve(question.host);
}

void connect_gate_state::forget(const caf::actor_addr& who) {
  for (auto& [name, at] : hosts)
    std::erase_if(at.waiting, [&](const waiter& one) { return one.who == who; });
}

void connect_gate_state::tell(waiter& one, std::string why) {
  if (std::exchange(one.is_told, true) && one.told == why)
    return;
  one.told = std::move(why);
  if (const auto who = caf::actor_cast<caf::actor>(one.who))
    self->send(who, connect_delayed{one.told});
}

void connect_gate_state::refuse(const host_refused& told) {
  if (!config.past->ledger.refused(told.host, told.how.status, told.how.retry_after, config.now()))
    return;
  changed();
  if (hosts.contains(told.host))
    serve(told.host);
}

/// Lets go who may; tells the others why they may not, and looks again when they might.
void connect_gate_state::serve(const std::string& name) {
  auto& at = hosts[name];
  if (!ready) { // but soon: see read()
    for (auto& one : at.waiting)
      tell(one, "what was counted before is being read");
    return;
  }
  std::erase_if(at.waiting, [&](waiter& one) { return admit(name, at, one); });
  put_off(name, at);
  if (at.waiting.empty() && at.pace <= self->clock().now() && at.logged_ban_ms <= config.now())
    hosts.erase(name);
}

/// True if it waits no more.
bool connect_gate_state::admit(const std::string& name, host& at, waiter& one) {
  const auto who = caf::actor_cast<caf::actor>(one.who);
  if (!who)
    return true;
  const auto now = config.now();
  auto& ledger = config.past->ledger;
  if (ledger.look(name, one.question.budget, now).at_ms > now || self->clock().now() < at.pace)
    return false;
  ledger.attempted(name, one.question.budget, now);
  if (one.question.budget.attempts != 0)
    changed();
  if (one.had_to_wait)
    at.pace = self->clock().now() + std::max<milliseconds>(one.question.interval, least_interval);
  self->demonitor(one.who);
  self->send(who, connect_allowed{});
  return true;
}

void connect_gate_state::put_off(const std::string& name, host& at) {
  if (at.waiting.empty()) {
    at.budget_was_logged = false;
    return;
  }
  const auto now = config.now();
  auto soonest = duration::max();
  for (auto& one : at.waiting) {
    const auto verdict = config.past->ledger.look(name, one.question.budget, now);
    auto wait = milliseconds{verdict.at_ms - now};
    if (verdict.why == connect_obstacle::ban) {
      if (std::exchange(at.jitter_of_ms, verdict.at_ms) != verdict.at_ms) {
        const auto most = std::min<milliseconds>(longest_jitter, wait / 10);
        at.jitter =
            milliseconds{std::uniform_int_distribution<std::int64_t>{0, most.count()}(random)};
      }
      wait += at.jitter;
    }
    soonest = std::min(soonest, std::max<duration>(wait, at.pace - self->clock().now()));
    one.had_to_wait = true;
    auto why = sentence(verdict, one.question);
    log(name, at, verdict, why);
    tell(one, std::move(why));
  }
  sleep(name, at, soonest);
}

void connect_gate_state::sleep(const std::string& name, host& at, duration wait) {
  const auto now = self->clock().now();
  wait = std::clamp<duration>(wait, sleep_grain, longest_sleep);
  if (at.due > now && at.due <= now + wait + sleep_grain)
    return; // will look then
  at.due = now + wait;
  self->delayed_send(self, wait, connects_due{name});
}

/// Once for each ban, and each time that a budget is used up.
void connect_gate_state::log(const std::string& name, host& at, const connect_verdict& verdict,
                             const std::string& why) {
  const bool news =
      verdict.why == connect_obstacle::ban
          ? std::exchange(at.logged_ban_ms, verdict.at_ms) != verdict.at_ms
          : verdict.why == connect_obstacle::budget && !std::exchange(at.budget_was_logged, true);
  if (news)
    log::warn("connects", "connects wait", {{"host", name}, {"reason", why}});
}

caf::behavior connect_gate(caf::stateful_actor<connect_gate_state>* self,
                           connect_gate_config config) {
  keep_exception_text(*self);
  tell_mailbox(*self);
  auto& state = self->state;
  state.config = std::move(config);
  state.random.seed(state.config.seed);
  state.start();
  self->set_down_handler([&state](const caf::down_msg& down) { state.forget(down.source); });
  return {
      [self, &state](const connect_asked& question) {
        state.ask(question, caf::actor_cast<caf::actor_addr>(self->current_sender()));
      },
      [&state](const host_refused& told) { state.refuse(told); },
      [&state](const connects_due& due) {
        if (state.hosts.contains(due.host))
          state.serve(due.host);
      },
      [&state](const save_due&) { state.save(); },
      [&state](const drain_asked&) { return state.drain(); },
  };
}

} // namespace tickboard
