#pragma once

#include <chrono>

namespace tickboard::commands {

/// SIGINT and SIGTERM, taken by asking. Made before any thread starts, so that all of them leave
/// the signals to the one that asks.
class stop_signals {
public:
  stop_signals();

  /// Waits for a signal, at most `longest`: true if one came.
  bool wait(std::chrono::milliseconds longest) const;
};

} // namespace tickboard::commands
