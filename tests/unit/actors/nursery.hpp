#pragma once

#include "actors/error.hpp"
#include "actors/supervisor.hpp"
#include "tests/support/actor_fixture.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

namespace tickboard::test {

inline constexpr int quit_now = 1, throw_now = 2;

inline caf::behavior fragile_child(caf::event_based_actor* self) {
  keep_exception_text(*self);
  return {[self](int order) {
    if (order == throw_now)
      throw std::runtime_error("the child's handler threw");
    self->quit(caf::make_error(ec::connection_lost, std::string{"the child was told to"}));
  }};
}

/// A supervisor whose children end on command.
struct nursery : actor_fixture {
  explicit nursery(restart_policy with = {}, std::uint64_t seed = 1) : policy(with) {
    subject = spawn(supervisor, policy, caf::actor_cast<caf::actor_addr>(parent.handle()), seed);
  }

  void add(const std::string& name) {
    child_spec spec;
    spec.name = name;
    spec.start = [this, name] {
      lives[name].push_back(spawn(fragile_child));
      ends[name].emplace_back(lives[name].back());
      starts.push_back(name);
      return lives[name].back();
    };
    send(subject, add_child{std::move(spec)});
  }

  /// What the parent hears of it.
  child_ended crash(const std::string& name, int how = quit_now) {
    send(lives[name].back(), how);
    const auto told = parent.take<child_ended>();
    REQUIRE(told.size() == 1);
    CHECK(told[0].name == name);
    return told[0];
  }

  child_ended crash_and_restart(const std::string& name) {
    const auto told = crash(name);
    advance(told.retry_in, std::chrono::seconds{1});
    return told;
  }

  /// Lives of it that have not ended.
  std::size_t running(const std::string& name) {
    const auto& of = ends[name];
    return static_cast<std::size_t>(
        std::count_if(of.begin(), of.end(), [](const auto& one) { return !one.ended(); }));
  }

  restart_policy policy;
  probe<child_started, child_ended> parent{*this};
  std::map<std::string, std::vector<caf::actor>> lives;
  std::map<std::string, std::vector<obituary>> ends; ///< of the lives
  std::vector<std::string> starts;                   ///< of all children, in order
  caf::actor subject;
};

} // namespace tickboard::test
