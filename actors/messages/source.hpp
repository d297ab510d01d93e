#pragma once

#include "actors/messages/ids.hpp"
#include "adapters/exchange/exchange.hpp"
#include "adapters/metrics/counter.hpp"

#include <cstdint>
#include <memory>
#include <string>

/// A connection as the source of data.
namespace tickboard {

/// What came of a connection, over all of its lives. Any thread.
struct source_counts {
  metrics::counter frames, patches, malformed, quarantined;
  metrics::gauge last_data_ms; ///< when the last frame with data was read, our clock; 0: none was
};

/// A connection of a feed, as the source of data: names it for writers and statistics.
struct source {
  std::uint32_t id = 0; ///< unique in the process, stable across restarts of the connection
  std::string feed;
  std::uint32_t connection = 0; ///< within the feed, from 1
  const exchange::protocol* protocol = nullptr;
  symbol_table_ptr symbols;
  std::shared_ptr<source_counts> counts = std::make_shared<source_counts>();
};

using source_ptr = std::shared_ptr<const source>;

} // namespace tickboard
