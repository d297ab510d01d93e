#pragma once

#include <caf/actor_system_config.hpp>
#include <caf/atom.hpp>

namespace tickboard::test {

/// Of an actor system whose workers share one queue, as the daemon's do.
struct shared_workers : caf::actor_system_config {
  shared_workers() { set("scheduler.policy", caf::atom("sharing")); }
};

} // namespace tickboard::test
