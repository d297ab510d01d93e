#pragma once

#include "adapters/metrics/registry.hpp"

#include <cstddef>
#include <memory>

namespace tickboard {

/// What one writer counts, over all of its lives. Any thread.
struct writer_figures {
  /// Read by nobody.
  writer_figures() : writer_figures(std::make_shared<metrics::registry>(), 0) {}
  writer_figures(metrics::registry_ptr in, std::size_t writer);

  const metrics::registry_ptr registry;
  // Each patch is one of: unchanged, conflated, or the first that a market waits with.
  metrics::counter &patches, &unchanged, &conflated;
  metrics::counter &rows, &batches, &refused, &conflicts, &rebuilds;
  metrics::gauge &markets, &waiting;
  /// Of the board's batches that are measured: at most one each `measure_interval`, and Redis'
  /// answer to that is noticed at once (redis::call::patient).
  metrics::histogram& flush;
  /// From reading a frame until a writer has it, of one each `measure_interval`.
  metrics::histogram& tick_to_writer;
  /// From reading a frame until its market is sent, and until Redis has answered: of each market in
  /// the measured batches that a tick changed.
  metrics::histogram &tick_to_redis, &tick_to_queryable;
};

} // namespace tickboard
