#pragma once

#include "tests/support/free_port.hpp"

#include <chrono>
#include <string>
#include <thread>
#include <vector>

namespace tickboard::test {

/// Of a redis-server that is a cluster of its own. It serves once it has all slots.
inline std::vector<std::string> cluster_options() {
  return {"--cluster-enabled",         "yes",    "--cluster-port",
          std::to_string(free_port()), "--bind", "127.0.0.1"};
}

/// `ask` runs a command there, and returns its answer as text.
template <class Ask>
void take_all_slots(Ask&& ask) {
  ask({"CLUSTER", "ADDSLOTSRANGE", "0", "16383"});
  while (ask({"CLUSTER", "INFO"}).find("cluster_state:ok") == std::string::npos)
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
}

} // namespace tickboard::test
