#pragma once

#include <caf/actor.hpp>

#include <memory>
#include <mutex>

namespace tickboard {

/// Where a service can be reached at the moment. The supervisor that restarts the service keeps it
/// current; senders ask it each time, so nobody holds on to a dead actor. Any thread.
class address {
public:
  /// Null while the service is down: what is sent then is lost, as with any crashed actor.
  caf::actor get() const {
    const std::lock_guard lock{mutex_};
    return current_;
  }

  void set(caf::actor to) {
    const std::lock_guard lock{mutex_};
    current_.swap(to);
  }

private:
  mutable std::mutex mutex_;
  caf::actor current_;
};

using address_ptr = std::shared_ptr<address>;

inline address_ptr make_address() {
  return std::make_shared<address>();
}

} // namespace tickboard
