#include "actors/vital_signs.hpp"
#include "adapters/net/io_thread.hpp"

#include <boost/asio/post.hpp>
#include <caf/all.hpp>
#include <doctest/doctest.h>

#include <future>
#include <thread>

using namespace tickboard;
using namespace std::chrono_literals;

namespace {

struct two_workers : caf::actor_system_config {
  two_workers() {
    set("scheduler.policy", caf::atom("sharing"));
    set("scheduler.max-threads", std::size_t{2});
  }
};

/// Does what it is told to, however long that takes.
caf::behavior obedient(caf::event_based_actor*, const std::shared_ptr<std::function<void()>>& act) {
  return {[act](int) { (*act)(); }};
}

/// The answers to what was asked come in their own time.
void wait_until_answered(const vital_signs& signs) {
  while (signs.open() != 0)
    std::this_thread::sleep_for(1ms);
}

struct watched {
  watched() {
    signs.watch(io.context());
    signs.watch(other_io.context());
    actor->set(system.spawn(obedient, act));
    signs.watch(system, actor);
  }
  ~watched() { caf::anon_send_exit(actor->get(), caf::exit_reason::user_shutdown); }

  net::io_thread io{0}, other_io{1};
  two_workers config;
  caf::actor_system system{config};
  std::shared_ptr<std::function<void()>> act = std::make_shared<std::function<void()>>();
  address_ptr actor = make_address();
  vital_signs signs;
};

} // namespace

TEST_CASE("threads and actors that get round to their work show life, each time they are asked") {
  watched on;
  CHECK_FALSE(on.signs.check()); // nobody was asked before
  for (int i = 0; i < 3; ++i) {
    wait_until_answered(on.signs);
    CHECK(on.signs.check());
  }
  wait_until_answered(on.signs);
}

TEST_CASE("a thread or an actor that is stuck shows no life until it goes on") {
  watched on;
  std::promise<void> began, go;
  const auto hang = [&] {
    began.set_value();
    go.get_future().wait();
  };
  SUBCASE("an io thread") {
    boost::asio::post(on.other_io.context(), hang);
  }
  SUBCASE("an actor") {
    *on.act = hang;
    caf::anon_send(on.actor->get(), 1);
  }
  began.get_future().wait();
  CHECK_FALSE(on.signs.check());
  while (on.signs.open() > 1) // all others have answered
    std::this_thread::sleep_for(1ms);
  CHECK_FALSE(on.signs.check());
  CHECK_FALSE(on.signs.check());
  go.set_value();
  wait_until_answered(on.signs);
  CHECK(on.signs.check());
  wait_until_answered(on.signs);
}

TEST_CASE("an actor that is being restarted is its supervisor's business") {
  watched on;
  const auto former = on.actor->get();
  on.actor->set(nullptr);
  CHECK_FALSE(on.signs.check());
  wait_until_answered(on.signs);
  CHECK(on.signs.check());
  wait_until_answered(on.signs);
  on.actor->set(former);
  caf::anon_send_exit(former, caf::exit_reason::kill); // nor is one that has just ended
  CHECK(on.signs.check());
  wait_until_answered(on.signs);
  CHECK(on.signs.check());
  wait_until_answered(on.signs);
}
