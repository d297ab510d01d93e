#pragma once

#include "actors/messages/source.hpp"
#include "actors/messages/status.hpp"
#include "adapters/metrics/family.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <map>
#include <string>

namespace tickboard {

struct status_state {
  static constexpr const char* name = "status";

  struct connection {
    connection_status now;
    std::int64_t up_since_ms = 0; ///< our clock; 0 while not live
    std::uint32_t restarts = 0;
    std::string last_error;
    std::int64_t last_error_ms = 0;
    bool alarm = false;
    std::shared_ptr<const source_counts> counts{};
  };
  struct feed {
    feed_status now;
    std::map<std::uint32_t, connection> connections;
  };

  void take(const connection_status& told);
  void take(const connection_ended& told);
  void take(const feed_status& told);
  void take(const connection_gone& told);
  std::string json(std::int64_t now_ms) const;
  metrics::families figures(std::int64_t now_ms) const;

  std::map<std::string, feed> feeds; ///< bounded by the configured feeds and their connections
};

/// Knows how every feed and connection does; what GET /v1/exchanges shows.
///
/// Takes: connection_status, connection_ended, feed_status, connection_gone, feed_gone;
/// status_asked, answered with the JSON text; figures_asked.
caf::behavior status(caf::stateful_actor<status_state>* self);

} // namespace tickboard
