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

  /// From here on a signal ends the program, as by default. Of the thread that asks.
  void let_go() const;
};

} // namespace tickboard::commands
