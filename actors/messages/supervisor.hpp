#pragma once

#include "actors/messages/ids.hpp"

#include <caf/actor.hpp>
#include <caf/error.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

/// To a supervisor.
namespace tickboard {

/// A child to keep alive. `start` spawns it; it runs in the supervisor.
struct child_spec {
  std::string name;
  std::function<caf::actor()> start;
};

/// If there is one of this name already, that goes on, and its next life starts in this way.
struct add_child {
  child_spec child;
};
struct remove_child {
  std::string name;
};
/// Answered with how each child does: JSON text.
struct supervision_asked {};
struct start_child {
  std::string name;
  std::uint64_t generation = 0;
};

/// Told to the supervisor's parent.
struct child_started {
  std::string name;
  caf::actor handle;
};
struct child_ended {
  std::string name;
  caf::error reason;
  std::uint32_t restarts = 0; ///< so far
  std::chrono::milliseconds retry_in{0};
  bool alarm = false; ///< the restart budget is used up: retried slowly from here on
};

} // namespace tickboard
