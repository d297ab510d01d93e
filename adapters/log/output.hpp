#pragma once

#include "adapters/log/encoding.hpp"
#include "adapters/metrics/registry.hpp"

#include <string>

namespace tickboard::log {

struct output_options {
  std::string level = "info";    ///< debug, info, warn or error
  std::string format = "logfmt"; ///< logfmt or json
};

/// Lines go to stderr through a queue of 8,192 and a thread of their own from now on. If stderr is
/// the journal (JOURNAL_STREAM, systemd.exec(5)) they are as that wants them.
void set_up(const output_options& options);

/// From now on; of a program that has set up its log.
void set_level(const std::string& level);

/// Writes what is in the queue, and what was left out; the last call of a program that has set up
/// its log.
void shut_down();

/// Lines by level, those left out as repeats, and those lost.
void show_in(metrics::registry& to);

} // namespace tickboard::log
