#pragma once

#include "adapters/redis/client.hpp"

#include <cstddef>
#include <future>
#include <iterator>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace tickboard::test {

/// A connection for actors that a test_coordinator runs: that one is no place for a second thread
/// to put messages. So calls are held until the test exchanges them for answers, which come while
/// it waits, and what the connection has to tell is told then too.
class held_client final : public redis::client {
public:
  /// Passes on what `events` are to hear, but only in `exchange`.
  redis::client_events held(redis::client_events events) {
    events_ = std::move(events);
    return {[told = told_] {
              told->add({true, {}});
            },
            [told = told_](std::string reason) {
              told->add({false, std::move(reason)});
            },
            events_.on_server}; // before on_ready is held
  }
  void hold(std::shared_ptr<redis::client> real) { real_ = std::move(real); }

  void submit(std::vector<redis::call> calls) override {
    std::move(calls.begin(), calls.end(), std::back_inserter(calls_));
  }
  void look() override {}
  void reconnect() override { real_->reconnect(); }
  void stop() override {
    real_->submit(std::exchange(calls_, {}));
    real_->stop();
  }

  void exchange() {
    const auto answered = std::make_shared<std::promise<void>>();
    redis::call ping;
    ping.arguments = redis::command{"PING"};
    ping.done = [answered](const redis::reply&) { answered->set_value(); };
    calls_.push_back(std::move(ping)); // answered after all that was sent before
    real_->submit(std::exchange(calls_, {}));
    answered->get_future().wait();
    for (const auto& one : told_->take())
      if (one.ready && events_.on_ready) {
        ++readies_;
        events_.on_ready();
      } else if (!one.ready && events_.on_lost)
        events_.on_lost(one.reason);
  }

  /// How often who uses it has heard that it is connected.
  std::size_t readies() const noexcept { return readies_; }

private:
  struct event {
    bool ready;
    std::string reason;
  };
  struct events {
    void add(event one) {
      const std::lock_guard lock{mutex};
      list.push_back(std::move(one));
    }
    std::vector<event> take() {
      const std::lock_guard lock{mutex};
      return std::exchange(list, {});
    }
    std::mutex mutex;
    std::vector<event> list;
  };

  std::shared_ptr<redis::client> real_;
  std::vector<redis::call> calls_;
  redis::client_events events_;
  std::size_t readies_ = 0;
  std::shared_ptr<events> told_ = std::make_shared<events>();
};

} // namespace tickboard::test
