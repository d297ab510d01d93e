#pragma once

#include "actors/messages/ids.hpp"
#include "adapters/net/frame_batch.hpp"
#include "adapters/redis/layout.hpp"
#include "market/candle_series.hpp"
#include "market/market_caps.hpp"
#include "market/rates.hpp"
#include "market/ticker.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

/// To a writer.
namespace tickboard {

/// Patches in order. `credit` holds the connection's credit until the writer is done with them.
struct write_patches {
  std::uint32_t source_id = 0;
  std::shared_ptr<const std::vector<ticker_patch>> patches;
  net::frame_batch_ptr credit;
};

/// The rows of this source are stale from now on, or live again, but for those of `unserved`, of
/// which the source tells nothing though it lives: they are stale until it does.
struct source_liveness {
  std::uint32_t source_id = 0;
  bool live = false;
  std::set<std::string> unserved{}; ///< ids
};

/// Redis may have lost anything: write every row anew under a new token, then say `rebuilt`.
struct rebuild {
  std::uint64_t incarnation = 0;
};

/// The dollar rates from now on. Also to the assets actor.
struct rates_published {
  rate_table_ptr rates;
};

/// What rows show as the market cap of their base asset from now on.
struct market_caps_published {
  market_caps_ptr caps;
};

/// The rates actor is new: tell it everything.
struct rate_sources_asked {};

/// What Redis has of the price histories that were asked for, in that order; empty: nothing. From
/// the io thread.
struct histories_read {
  bool away = false;   ///< no answer
  std::string failure; ///< empty: none
  std::vector<std::string> older, newer;
  struct chunk {
    std::size_t market; ///< its place among those that were asked for
    candle_chunk stored;
  };
  std::vector<chunk> candles; ///< those of a ring in the order of their periods
};
struct histories_written {};
struct candles_written {
  std::string failure; ///< empty: none
};

/// What Redis has of the board's markets that were asked for, in that order; empty: nothing. From
/// the io thread.
struct rows_read {
  bool away = false;   ///< no answer
  std::string failure; ///< empty: none
  std::vector<std::string> versions, rows;
};

/// What Redis has of all daemons' heartbeats, by daemon id, and the ids of some of the board's
/// markets whose rows are stale. From the io thread.
struct others_seen {
  bool failed = false; ///< it could not be asked
  std::map<std::string, std::string> beats;
  std::vector<std::string> stale;
};

/// Which candles of this market may Redis not have yet? Answered with `candles_held`.
struct held_candles_asked {
  std::string id;
};
struct candles_held {
  std::vector<candle_chunk> chunks; ///< those of a ring in the order of their periods
};

/// Views read these indexes of these partitions: they are to be right with every row from now on.
/// Answered with indexes_kept when Redis has what they lacked, or with an error if Redis is away or
/// refuses it: ec::store_unavailable, ec::rebuilding; what lacks is brought all the same. Not heard
/// of for half a minute, all are.
struct indexes_asked {
  redis::partition_indexes which;
};
struct indexes_kept {};

/// Time to look at markets that have been quiet.
struct sweep_due {};

/// What Redis made of the batches that were sent together. From the io thread.
struct lanes_flushed;
struct lane_retry {
  std::size_t lane = 0;
};

} // namespace tickboard
