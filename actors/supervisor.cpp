#include "actors/supervisor.hpp"

#include "actors/error.hpp"
#include "actors/messages/figures.hpp"
#include "adapters/log/log.hpp"
#include "market/backoff.hpp"
#include "market/json_text.hpp"

#include <caf/all.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

namespace tickboard {

std::chrono::milliseconds backoff(const restart_policy& policy, std::uint32_t failures,
                                  std::mt19937_64& random) {
  return backoff(policy.backoff_min, policy.backoff_max, failures, random);
}

// Here, because exit handlers do not see every end: not a kill, and no exception.
supervisor_state::~supervisor_state() {
  for (const auto& [name, one] : children)
    if (one.handle)
      caf::anon_send_exit(one.handle, caf::exit_reason::user_shutdown);
}

bool supervisor_state::child::used_up(const restart_policy& policy,
                                      caf::actor_clock::time_point now) {
  while (!restarts.empty() && now - restarts.front() > policy.window)
    restarts.pop_front();
  restarts.push_back(now);
  if (restarts.size() <= policy.budget)
    return false;
  restarts.pop_front(); // bounded: the budget is all that matters
  return true;
}

bool supervisor_state::child::has_recovered(const restart_policy& policy,
                                            caf::actor_clock::time_point now) const {
  return handle && now - started > policy.window;
}

bool supervisor_state::child::is_alarming(const restart_policy& policy,
                                          caf::actor_clock::time_point now) const {
  return alarm && !has_recovered(policy, now);
}

void supervisor_state::start(child& one) {
  one.started = self->clock().now();
  one.generation = ++generations;
  one.handle = one.spec.start();
  self->monitor(one.handle);
  if (auto to = caf::actor_cast<caf::actor>(parent))
    self->send(to, child_started{one.spec.name, one.handle});
}

void supervisor_state::start_those_due() {
  std::vector<child*> ordered;
  for (auto& [name, one] : children)
    ordered.push_back(&one);
  std::sort(ordered.begin(), ordered.end(),
            [](const auto* a, const auto* b) { return a->place < b->place; });
  const bool in_order = policy.strategy == restart_strategy::rest_for_one;
  if (in_order &&
      std::any_of(ordered.begin(), ordered.end(), [](const auto* one) { return one->ending; }))
    return; // the last one to end comes back here
  for (auto* one : ordered) {
    if (one->handle)
      continue;
    if (one->due)
      start(*one);
    else if (in_order)
      return;
  }
}

void supervisor_state::end_those_after(const child& failed) {
  for (auto& [name, one] : children)
    if (one.place > failed.place && one.handle && !one.ending) {
      one.ending = true;
      self->send_exit(one.handle, caf::exit_reason::user_shutdown);
    }
}

void supervisor_state::ended(const caf::actor_addr& who, const caf::error& reason) {
  const auto it = std::find_if(children.begin(), children.end(),
                               [&](const auto& entry) { return entry.second.handle == who; });
  if (it == children.end())
    return; // removed before
  auto& one = it->second;
  if (std::exchange(one.ending, false)) {
    one.handle = nullptr;
    start_those_due();
    return;
  }
  const auto now = self->clock().now();
  if (one.has_recovered(policy, now)) {
    one.failures = 0;
    one.alarm = false;
  }
  one.handle = nullptr;
  if (one.used_up(policy, now)) {
    if (policy.limit == restart_limit::escalate) {
      self->quit(caf::make_error(
          ec::gave_up,
          fmt::format("{} ended more than {} times within {} ms, at last: {}", it->first,
                      policy.budget, policy.window.count(), describe(reason))));
      return;
    }
    one.alarm = true; // slow retries leave the window, so their number says nothing any more
  }
  const auto wait = one.alarm ? policy.slow_retry : backoff(policy, one.failures, random);
  ++one.failures;
  ++one.restart_count;
  one.last_error = describe(reason);
  one.ended = now;
  log::warn("supervisor", one.alarm ? "ended; its restart budget is used up" : "ended",
            {{"part", it->first}, {"reason", one.last_error}, {"next_start_ms", wait.count()}});
  if (auto to = caf::actor_cast<caf::actor>(parent))
    self->send(to, child_ended{it->first, reason, one.restart_count, wait, one.alarm});
  one.due = false;
  self->delayed_send(self, wait, start_child{it->first, one.generation});
  if (policy.strategy == restart_strategy::rest_for_one)
    end_those_after(one);
}

std::string supervisor_state::json() const {
  std::string out = "{\"data\":[";
  const auto now = self->clock().now();
  for (const auto& [child_name, one] : children) {
    const auto age = std::chrono::duration_cast<std::chrono::milliseconds>(now - one.ended).count();
    const bool failed = !one.last_error.empty();
    fmt::format_to(std::back_inserter(out),
                   R"({}{{"part":{},"running":{},"restarts":{},"alarm":{},"last_error":{},)"
                   R"("last_error_age_ms":{}}})",
                   out.back() == '[' ? "" : ",", json_string(child_name), bool{one.handle},
                   one.restart_count, one.is_alarming(policy, now),
                   failed ? json_string(one.last_error) : "null",
                   failed ? fmt::format("{}", age) : "null");
  }
  return out + "]}";
}

metrics::families supervisor_state::figures() const {
  using metrics::kind;
  auto running =
      metrics::make_family({"tickboard_part_running", "1 while the part runs"}, kind::gauge);
  auto alarm = metrics::make_family(
      {"tickboard_part_alarm", "1 while the part has used up its restarts and is tried slowly"},
      kind::gauge);
  auto restarts = metrics::make_family(
      {"tickboard_part_restarts_total", "How often the part ended and was started again"},
      kind::counter);
  const auto now = self->clock().now();
  for (const auto& [child_name, one] : children) {
    const metrics::labels of{{"part", child_name}};
    metrics::add(running, of, one.handle ? 1 : 0);
    metrics::add(alarm, of, one.is_alarming(policy, now) ? 1 : 0);
    metrics::add(restarts, of, one.restart_count);
  }
  return {std::move(running), std::move(alarm), std::move(restarts)};
}

caf::behavior supervisor(caf::stateful_actor<supervisor_state>* self, restart_policy policy,
                         caf::actor_addr parent, std::uint64_t seed) {
  keep_exception_text(*self);
  auto& state = self->state;
  state.policy = policy;
  state.parent = std::move(parent);
  state.random.seed(seed);
  self->set_down_handler(
      [&state](const caf::down_msg& down) { state.ended(down.source, down.reason); });
  self->set_exit_handler([self](const caf::exit_msg& exit) { self->quit(exit.reason); });
  return {
      [&state](const add_child& wanted) {
        const auto [it, fresh] = state.children.try_emplace(wanted.child.name);
        auto& one = it->second;
        one.spec = wanted.child;
        if (one.handle)
          return; // already there: for its next life
        if (fresh)
          one.place = ++state.places;
        one.due = true;
        state.start_those_due();
      },
      [self, &state](const remove_child& wanted) {
        const auto it = state.children.find(wanted.name);
        if (it == state.children.end())
          return;
        if (it->second.handle) {
          self->demonitor(it->second.handle.address());
          self->send_exit(it->second.handle, caf::exit_reason::user_shutdown);
        }
        state.children.erase(it);
        state.start_those_due(); // some may have waited for it
      },
      [&state](const supervision_asked&) { return state.json(); },
      [&state](const figures_asked&) { return figures_told{state.figures()}; },
      [&state](const start_child& due) {
        const auto it = state.children.find(due.name);
        if (it == state.children.end() || it->second.handle ||
            it->second.generation != due.generation)
          return;
        it->second.due = true;
        state.start_those_due();
      },
  };
}

} // namespace tickboard
