#pragma once

#include "adapters/metrics/registry.hpp"

#include <array>

namespace tickboard {

/// What the live hub counts, over all of its lives. Any thread.
struct live_figures {
  /// Read by nobody.
  live_figures() : live_figures(std::make_shared<metrics::registry>()) {}
  explicit live_figures(metrics::registry_ptr in);

  const metrics::registry_ptr registry;
  metrics::gauge &views, &waiting, &bytes;
  std::array<metrics::counter*, 4> news; ///< by live_news::kind
  metrics::counter& refused;
};

} // namespace tickboard
