#pragma once

#include "actors/daemon.hpp"

#include <chrono>

namespace tickboard::commands {

/// Tells the service manager, if it waits for that, that a daemon lives: as long as all its threads
/// and actors show signs of life. Used by the main thread, which has nothing else to do.
class watchdog {
public:
  explicit watchdog(daemon& watched);

  /// How often `look` is to be called: four times within the time that the manager waits for, so
  /// that an answer which takes half of it is still in time.
  std::chrono::milliseconds step() const noexcept { return step_; }

  /// Does not block.
  void look();

private:
  daemon& watched_;
  bool is_waited_for_ = false;
  std::chrono::milliseconds step_{std::chrono::hours{1}};
  int silent_ = 0; ///< looks in a row
};

} // namespace tickboard::commands
