#pragma once

#include "actors/messages/ids.hpp"
#include "adapters/metrics/family.hpp"
#include "adapters/net/http_server.hpp"

#include <cstddef>

/// Of what is counted.
namespace tickboard {

/// To the status actor and the root supervisor: what they know, as metrics.
struct figures_asked {};
struct figures_told {
  metrics::families figures;
};

/// To every service: how much waits in its mailbox? (actors/mailbox.hpp)
struct mailbox_asked {};
struct mailbox_told {
  std::size_t messages = 0;
};

/// To the metrics actor: everything, as text for Prometheus.
struct metrics_asked {};
struct metrics_told {
  net::shared_bytes text;
};

} // namespace tickboard
