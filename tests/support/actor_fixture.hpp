#pragma once

#include "adapters/log/output.hpp"

#include <caf/all.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <stdexcept>
#include <tuple>
#include <utility>
#include <vector>

namespace tickboard::test {

/// An actor system without threads and without a clock of its own: actors run when the test says
/// so, and time passes when the test says so. Everything that was spawned here is ended with it.
class actor_fixture {
public:
  actor_fixture() {
    tickboard::log::set_level("off"); // what actors warn of is what the tests are about
    system.await_actors_before_shutdown(false);
  }
  actor_fixture(const actor_fixture&) = delete;
  actor_fixture& operator=(const actor_fixture&) = delete;
  ~actor_fixture() { stop_all(); }

  template <class... Arguments>
  caf::actor spawn(Arguments&&... arguments) {
    spawned_.push_back(system.spawn(std::forward<Arguments>(arguments)...));
    return spawned_.back();
  }

  /// Until no actor has anything to do at this moment.
  void run() {
    std::size_t jobs = 0;
    do {
      while (scheduler().try_run_once())
        if (++jobs == 1'000'000)
          throw std::runtime_error("the actors never come to rest");
    } while (scheduler().advance_time(std::chrono::milliseconds{0}) > 0); // delays of nothing
  }

  /// Time passes in steps: whatever is due in a step runs before the next one.
  void advance(std::chrono::milliseconds by,
               std::chrono::milliseconds step = std::chrono::milliseconds{10}) {
    run();
    while (by.count() > 0) {
      const auto next = std::min(by, step);
      scheduler().advance_time(next);
      run();
      by -= next;
    }
  }

  template <class Message>
  void send(const caf::actor& to, Message message) {
    caf::anon_send(to, std::move(message));
    run();
  }

  void end(const caf::actor& one, caf::error reason = caf::exit_reason::kill) {
    caf::anon_send<caf::message_priority::high>(one,
                                                caf::exit_msg{one.address(), std::move(reason)});
    run();
  }

  void stop_all() {
    for (const auto& one : spawned_)
      caf::anon_send_exit(one, caf::exit_reason::kill);
    spawned_.clear();
    run();
  }

  std::size_t running() { return system.registry().running(); }

  caf::scheduler::test_coordinator& scheduler() {
    return dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler());
  }

private:
  struct settings : caf::actor_system_config {
    settings() { set("scheduler.policy", caf::atom("testing")); }
  };

  settings settings_;

public:
  caf::actor_system system{settings_};

private:
  std::vector<caf::actor> spawned_;
};

/// The state of an actor that was spawned as stateful_actor<State>; valid while it lives.
template <class State>
State& state_of(const caf::actor& one) {
  auto* const known = caf::actor_cast<caf::abstract_actor*>(one);
  return dynamic_cast<caf::stateful_actor<State>&>(*known).state;
}

/// How an actor ended; empty while it runs.
class obituary {
public:
  explicit obituary(const caf::actor& of) {
    of->attach_functor([told = told_](const caf::error& reason) { *told = reason; });
  }
  bool ended() const { return told_->has_value(); }
  caf::error reason() const { return told_->value_or(caf::error{}); }

private:
  std::shared_ptr<std::optional<caf::error>> told_ = std::make_shared<std::optional<caf::error>>();
};

/// An actor that keeps every message of these types and drops all others.
template <class... Messages>
class probe {
public:
  explicit probe(actor_fixture& in)
      : handle_(in.spawn([kept = kept_](caf::event_based_actor* self) -> caf::behavior {
          self->set_default_handler(caf::drop);
          return {[kept](const Messages& one) {
            std::get<std::vector<Messages>>(*kept).push_back(one);
          }...};
        })) {
    in.run();
  }

  const caf::actor& handle() const { return handle_; }

  template <class Message>
  std::vector<Message>& all() {
    return std::get<std::vector<Message>>(*kept_);
  }

  /// What came since the last time.
  template <class Message>
  std::vector<Message> take() {
    return std::exchange(all<Message>(), {});
  }

private:
  using storage = std::tuple<std::vector<Messages>...>;
  std::shared_ptr<storage> kept_ = std::make_shared<storage>();
  caf::actor handle_;
};

} // namespace tickboard::test
