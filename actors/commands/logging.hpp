#pragma once

#include <string>

namespace tickboard::commands {

/// Log lines go to stderr through a bounded queue and a thread of their own, so that a stuck
/// terminal or pipe never holds up an actor; when the queue is full the oldest lines are lost.
/// `level`: debug, info, warn or error.
void set_up_logging(const std::string& level);

/// From now on; of a program that has set up logging.
void set_log_level(const std::string& level);

} // namespace tickboard::commands
