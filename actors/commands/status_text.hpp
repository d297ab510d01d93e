#pragma once

#include "adapters/terminal/text_table.hpp"
#include "market/result.hpp"

#include <string>

namespace tickboard::commands {

/// What a daemon says of itself: bodies of its resources.
struct daemon_state {
  std::string base;      ///< where it was asked
  std::string exchanges; ///< GET /v1/exchanges
  std::string health;    ///< GET /healthz
  std::string not_ready; ///< why GET /readyz is no 200; empty: it is
};

/// That for people: whether pages are served, totals, what is known of assets; a line for each
/// connection; and, in sentences, what is wrong with feeds, connections and markets. Errors: a body
/// is not what these resources answer.
result<std::string> status_text(const daemon_state& told, const terminal::layout& how);

/// 5300 -> "5.3s", 65000 -> "1m05s"; at most six characters up to 99 days.
std::string brief_time(std::int64_t ms);

} // namespace tickboard::commands
