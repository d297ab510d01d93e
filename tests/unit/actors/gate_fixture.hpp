#pragma once

#include "actors/address.hpp"
#include "actors/connect_gate.hpp"
#include "tests/support/actor_fixture.hpp"

#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace tickboard::test {

/// A connect gate in an actor system of its own clock; the wall clock goes with it, unless the test
/// sets it. Its disk is a worker that does what the test says.
struct gate_under_test {
  explicit gate_under_test(actor_fixture& in) : in_(in) {
    config.now = [this] { return now_ms(); };
    config.spawn_worker = [this] { return in_.spawn(disk()); };
  }

  void start() {
    at->set(in_.spawn(connect_gate, config));
    in_.run();
  }

  std::int64_t now_ms() const {
    return 1'790'000'000'000 + jump_ms +
           std::chrono::duration_cast<std::chrono::milliseconds>(
               in_.scheduler().clock().now().time_since_epoch())
               .count();
  }

  void refuse(const std::string& host, unsigned status, std::chrono::seconds retry_after) {
    in_.send(at->get(), host_refused{host, {status, retry_after}});
  }

  connect_gate_config config;
  address_ptr at = make_address();
  std::int64_t jump_ms = 0;
  result<std::string> file = std::string{}; ///< what reading yields
  bool disk_hangs = false;
  std::string disk_problem;
  std::vector<std::string> saved; ///< texts, whether that failed or not

private:
  std::function<caf::behavior(caf::event_based_actor*)> disk() {
    return [this](caf::event_based_actor* self) -> caf::behavior {
      return {[this, self](const read_connects&) {
                auto promise = self->make_response_promise();
                if (disk_hangs)
                  held_.push_back(promise);
                else
                  promise.deliver(connects_read{file});
                return promise;
              },
              [this, self](const save_connects& job) {
                saved.push_back(job.text);
                auto promise = self->make_response_promise();
                if (disk_hangs)
                  held_.push_back(promise);
                else
                  promise.deliver(connects_saved{disk_problem});
                return promise;
              },
              [this](int) { // the disk wakes up
                for (auto& one : std::exchange(held_, {}))
                  one.deliver(connects_saved{disk_problem});
              }};
    };
  }

  actor_fixture& in_;
  std::vector<caf::response_promise> held_;
};

} // namespace tickboard::test
