#pragma once

#include <chrono>
#include <cstdint>

namespace tickboard::commands {

/// SIGINT, SIGTERM and SIGHUP, taken by asking. Made before any thread starts, so that all of them
/// leave the signals to the one that asks.
class signals {
public:
  enum class told : std::uint8_t { nothing, to_stop, to_reload };

  signals();

  /// Waits for a signal, at most `longest`.
  told wait(std::chrono::milliseconds longest) const;

  /// From here on a signal ends the program, as by default. Of the thread that asks.
  void let_go() const;
};

} // namespace tickboard::commands
