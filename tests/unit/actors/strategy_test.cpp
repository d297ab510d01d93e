// Who is started again when a child ends, in which order, and when the supervisor itself gives up.

#include "tests/unit/actors/nursery.hpp"

#include <fmt/format.h>

using namespace tickboard;
using namespace tickboard::test;
using namespace std::chrono_literals;

namespace {

using names = std::vector<std::string>;

restart_policy rest_for_one(std::uint32_t budget = 1'000) {
  restart_policy out{20ms, 80ms, budget, 1s, 700ms};
  out.strategy = restart_strategy::rest_for_one;
  return out;
}

/// Does whatever comes to mind to a supervisor, and knows who is to run after each step.
struct play {
  play(restart_policy policy, std::uint32_t seed) : on(policy, seed), random(seed) {}

  void step() {
    const auto name = std::string(1, static_cast<char>('a' + random() % 6));
    switch (random() % 8) {
    case 0:
      if (!is_there(name)) {
        order.push_back(name);
        due[name] = now;
      } else if (!is_to_run(name)) {
        due[name] = now; // adding what waits ends its waiting
      }
      on.add(name);
      break;
    case 1:
      order.erase(std::remove(order.begin(), order.end(), name), order.end());
      quick.erase(name); // one that is added anew has a budget of its own
      on.send(on.subject, remove_child{name});
      break;
    case 2:
    case 3:
    case 4:
      if (is_to_run(name))
        crash(name);
      break;
    default:
      for (auto left = random() % 60; left > 0; --left) {
        on.advance(1ms);
        now += 1ms;
        check();
      }
    }
    check();
  }

  void crash(const std::string& name) {
    const auto told = on.crash(name, random() % 2 == 0 ? quit_now : throw_now);
    due[name] = now + told.retry_in;
    if (told.alarm)
      CHECK(told.retry_in == on.policy.slow_retry);
    else
      quick[name].push_back(now);
  }

  bool is_there(const std::string& name) const {
    return std::find(order.begin(), order.end(), name) != order.end();
  }

  bool is_to_run(const std::string& name) {
    if (!is_there(name))
      return false;
    if (on.policy.strategy == restart_strategy::one_for_one)
      return due[name] <= now;
    for (const auto& one : order) { // rest_for_one: nobody runs behind one that is down
      if (due[one] > now)
        return false;
      if (one == name)
        break;
    }
    return true;
  }

  void check() {
    for (char c = 'a'; c <= 'f'; ++c) {
      const std::string name(1, c);
      CAPTURE(name);
      REQUIRE(on.running(name) == (is_to_run(name) ? 1U : 0U));
    }
    // Those that were started together came in the order of adding.
    const auto place = [this](const std::string& name) {
      return std::find(order.begin(), order.end(), name) - order.begin();
    };
    if (on.policy.strategy == restart_strategy::rest_for_one)
      for (std::size_t i = 1; i < on.starts.size(); ++i)
        REQUIRE(place(on.starts[i - 1]) < place(on.starts[i]));
    on.starts.clear();
  }

  nursery on;
  std::mt19937 random;
  std::chrono::milliseconds now{0};
  names order; ///< of adding
  std::map<std::string, std::chrono::milliseconds> due;
  std::map<std::string, std::vector<std::chrono::milliseconds>> quick; ///< ends without an alarm
};

} // namespace

TEST_CASE("whatever happens, every child that is to run runs, once, in order, within its budget") {
  for (const auto strategy : {restart_strategy::one_for_one, restart_strategy::rest_for_one})
    for (std::uint32_t seed = 0; seed < 25; ++seed) {
      CAPTURE(seed);
      CAPTURE(static_cast<int>(strategy));
      auto policy = rest_for_one(3);
      policy.strategy = strategy;
      play one{policy, seed};
      for (int i = 0; i < 150; ++i)
        one.step();
      for (const auto& [name, times] : one.quick)
        for (std::size_t i = 0; i + policy.budget < times.size(); ++i)
          CHECK(times[i + policy.budget] - times[i] > policy.window);
    }
}

TEST_CASE("rest_for_one: those added later are ended, and started again behind the failed one") {
  nursery one{rest_for_one()};
  for (const auto* name : {"d", "c", "b", "a"}) // the order of adding is what counts
    one.add(name);
  const obituary d{one.lives["d"].back()}, b{one.lives["b"].back()}, a{one.lives["a"].back()};
  one.starts.clear();
  const auto told = one.crash("c"); // the only one that the parent hears of
  CHECK_FALSE(d.ended());
  CHECK(b.ended());
  CHECK(a.ended());
  one.advance(told.retry_in - 1ms, 1ms);
  CHECK(one.starts.empty());
  one.advance(1ms);
  CHECK(one.starts == names{"c", "b", "a"});
  CHECK(state_of<supervisor_state>(one.subject).children.at("a").restart_count == 0);
}

TEST_CASE("rest_for_one: nobody is started before the last of those that have to end has ended") {
  nursery one{rest_for_one()};
  one.add("a");
  bool may_end = false;
  child_spec slow;
  slow.name = "slow";
  caf::actor slow_one;
  slow.start = [&] {
    slow_one = one.spawn([&may_end](caf::event_based_actor* self) -> caf::behavior {
      self->set_exit_handler([self, &may_end](const caf::exit_msg& exit) {
        if (may_end)
          self->quit(exit.reason);
      });
      return {[](caf::unit_t) {}};
    });
    one.starts.push_back("slow");
    return slow_one;
  };
  one.send(one.subject, add_child{slow});
  one.starts.clear();
  const auto told = one.crash("a");
  one.advance(told.retry_in + 1s, 10ms);
  CHECK(one.starts.empty());
  may_end = true;
  one.end(slow_one, caf::exit_reason::user_shutdown);
  CHECK(one.starts == names{"a", "slow"});
}

TEST_CASE("a used up budget ends a supervisor that escalates, and its parent starts it anew") {
  restart_policy inner{10ms, 10ms, 2, 60s, 60s};
  inner.limit = restart_limit::escalate;
  nursery one;
  caf::actor escalating;
  std::vector<caf::actor> leaves;
  child_spec spec;
  spec.name = "inner";
  spec.start = [&] {
    escalating = one.spawn(supervisor, inner, caf::actor_addr{}, std::uint64_t{1});
    child_spec leaf{"leaf", [&] {
                      leaves.push_back(one.spawn(fragile_child));
                      return leaves.back();
                    }};
    child_spec other{"other", [&] { return one.spawn(fragile_child); }};
    caf::anon_send(escalating, add_child{leaf});
    caf::anon_send(escalating, add_child{other});
    return escalating;
  };
  one.send(one.subject, add_child{spec});
  for (int life = 0; life < 2; ++life) {
    const obituary end{escalating};
    const auto before = one.system.registry().running();
    for (int i = 0; i < 2; ++i) {
      one.send(leaves.back(), quit_now);
      CHECK_FALSE(end.ended());
      one.advance(10ms);
    }
    one.send(leaves.back(), throw_now);
    REQUIRE(end.ended());
    CHECK(describe(end.reason()) == "leaf ended more than 2 times within 60000 ms, at last: "
                                    "exception: the child's handler threw");
    CHECK(one.system.registry().running() == before - 3); // it and its children
    const auto told = one.parent.take<child_ended>();
    REQUIRE(told.size() == 1);
    CHECK(told[0].name == "inner");
    one.advance(told[0].retry_in);
    CHECK(one.system.registry().running() == before);
  }
}
