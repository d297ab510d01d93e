#include "actors/io_scheduler.hpp"
#include "adapters/net/io_thread.hpp"

#include <boost/asio/post.hpp>
#include <caf/all.hpp>
#include <doctest/doctest.h>

#include <future>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

using namespace tickboard;
using namespace std::chrono_literals;

namespace {

/// An actor system on an io thread, as the daemon has it.
struct io_world {
  struct settings : caf::actor_system_config {
    explicit settings(boost::asio::io_context& on) : io(on) {
      module_factories.push_back([](caf::actor_system& system) -> caf::actor_system::module* {
        return new io_scheduler{system, static_cast<const settings&>(system.config()).io};
      });
    }
    boost::asio::io_context& io;
  };

  ~io_world() {
    for (const auto& one : spawned)
      caf::anon_send_exit(one, caf::exit_reason::user_shutdown);
    spawned.clear();
    system.await_all_actors_done();
    io.stop();
  }

  template <class... Arguments>
  caf::actor spawn(Arguments&&... arguments) {
    spawned.push_back(system.spawn(std::forward<Arguments>(arguments)...));
    return spawned.back();
  }

  net::io_thread io;
  settings configured{io.context()};
  caf::actor_system system{configured};
  std::vector<caf::actor> spawned;
};

template <class T>
T wait_for(std::future<T> told) {
  REQUIRE(told.wait_for(30s) == std::future_status::ready);
  return told.get();
}

} // namespace

TEST_CASE("actors run on the io thread, whoever sends") {
  io_world world;
  std::promise<std::thread::id> io_told;
  boost::asio::post(world.io.context(), [&] { io_told.set_value(std::this_thread::get_id()); });
  const auto io_thread = wait_for(io_told.get_future());

  std::promise<std::thread::id> seen;
  const auto last = world.spawn([&](caf::event_based_actor*) -> caf::behavior {
    return {[&](int) { seen.set_value(std::this_thread::get_id()); }};
  });
  const auto first = world.spawn([&](caf::event_based_actor* self) -> caf::behavior {
    return {[=](int number) { self->send(last, number); }};
  });
  caf::anon_send(first, 1); // from this thread, then from the io thread
  CHECK(wait_for(seen.get_future()) == io_thread);
}

TEST_CASE("what a job leaves for Redis comes before the jobs that wait") {
  io_world world;
  std::vector<std::string> order;
  std::promise<std::vector<std::string>> all;
  const auto note = [&order](std::string what) {
    return [&order, what](caf::event_based_actor*) -> caf::behavior {
      return {[&order, what](int) { order.push_back(what); }};
    };
  };
  const auto earlier = world.spawn(note("earlier")), later = world.spawn(note("later"));
  const auto last = world.spawn([&](caf::event_based_actor*) -> caf::behavior {
    return {[&](int) { all.set_value(order); }};
  });
  const auto leaving = world.spawn([&](caf::event_based_actor*) -> caf::behavior {
    return {[&](int) {
      auto& turns = net::turn_queue::of(world.io.context());
      turns.push([&] { order.push_back("entry"); });
      for (const int number : {1, 2})
        turns.push_first([&order, number] { order.push_back("first " + std::to_string(number)); });
    }};
  });
  boost::asio::post(world.io.context(), [&] {
    for (const auto& one : {earlier, leaving, later})
      caf::anon_send(one, 1);
    net::turn_queue::of(world.io.context()).push([&] { caf::anon_send(last, 1); });
  });
  CHECK(wait_for(all.get_future()) ==
        std::vector<std::string>{"earlier", "first 1", "first 2", "later", "entry"});
}

TEST_CASE("many senders on other threads lose nothing and keep their order") {
  io_world world;
  constexpr int senders = 4, each = 5'000;
  std::vector<int> next(senders, 0);
  bool in_order = true;
  int count = 0;
  std::promise<bool> all;
  const auto sink = world.spawn([&](caf::event_based_actor*) -> caf::behavior {
    return {[&](int sender, int number) {
      in_order = in_order && next[static_cast<std::size_t>(sender)]++ == number;
      if (++count == senders * each)
        all.set_value(in_order);
    }};
  });
  std::vector<std::thread> threads;
  for (int s = 0; s < senders; ++s)
    threads.emplace_back([&sink, s] {
      for (int i = 0; i < each; ++i)
        caf::anon_send(sink, s, i);
    });
  for (auto& one : threads)
    one.join();
  CHECK(wait_for(all.get_future()));
}

TEST_CASE("delayed messages come when they are due, the earliest first") {
  io_world world;
  std::vector<int> order;
  std::promise<std::vector<int>> all;
  world.spawn([&](caf::event_based_actor* self) -> caf::behavior {
    for (const int delay : {60, 20, 40, 0})
      self->delayed_send(self, std::chrono::milliseconds{delay}, delay);
    return {[&](int delay) {
      order.push_back(delay);
      if (order.size() == 4)
        all.set_value(order);
    }};
  });
  CHECK(wait_for(all.get_future()) == std::vector<int>{0, 20, 40, 60});
}

TEST_CASE("a request that nobody answers times out; one that is answered does not") {
  io_world world;
  const auto silent = world.spawn([](caf::event_based_actor* self) -> caf::behavior {
    return {[self](int) { return self->make_response_promise(); }};
  });
  const auto answering = world.spawn([](caf::event_based_actor*) -> caf::behavior {
    return {[](int number) { return number + 1; }};
  });
  std::promise<caf::error> timed_out;
  std::promise<int> answered;
  world.spawn([&](caf::event_based_actor* self) -> caf::behavior {
    self->request(answering, 30s, 1)
        .then([&](int number) { answered.set_value(number); },
              [&](const caf::error&) { answered.set_value(-1); });
    self->request(silent, 10ms, 1)
        .then([&](int) { timed_out.set_value({}); },
              [&](const caf::error& why) { timed_out.set_value(why); });
    return {[](caf::unit_t) {}};
  });
  CHECK(wait_for(answered.get_future()) == 2);
  CHECK(wait_for(timed_out.get_future()) == caf::sec::request_timeout);
}

TEST_CASE("a system ends with messages on their way and others not due yet") {
  for (int i = 0; i < 50; ++i) {
    io_world world;
    const auto echo = world.spawn([](caf::event_based_actor* self) -> caf::behavior {
      self->delayed_send(self, std::chrono::hours{1}, 1);
      return {[self](int number) { self->send(self, number); }};
    });
    caf::anon_send(echo, 1);
    caf::anon_send(echo, 2);
  }
}
