#pragma once

#include "adapters/metrics/registry.hpp"

#include <array>
#include <cstdint>
#include <memory>

namespace tickboard {

/// What is asked of the query actor.
enum class question_kind : std::uint8_t {
  markets,
  market,
  search,
  assets,
  movers,
  asset,
  candles,
  quotes
};

/// What the query actor counts, over all of its lives. Any thread.
struct query_figures {
  /// Read by nobody.
  query_figures() : query_figures(std::make_shared<metrics::registry>()) {}
  explicit query_figures(metrics::registry_ptr in);

  struct of_kind {
    metrics::counter *asked, *shared, *reused, *refused, *stale, *failed;
    metrics::histogram* evaluation; ///< from its start to Redis' last answer
  };

  const of_kind& operator[](question_kind kind) const {
    return kinds[static_cast<std::size_t>(kind)];
  }

  const metrics::registry_ptr registry;
  std::array<of_kind, 8> kinds;
  metrics::gauge &pending, &costly_waiting;
};

} // namespace tickboard
