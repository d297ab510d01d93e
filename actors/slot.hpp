#pragma once

#include "adapters/redis/command.hpp"
#include "market/candle_series.hpp"
#include "market/fields.hpp"
#include "market/price_history.hpp"
#include "market/ticker.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace tickboard {

/// Scores as they go to the indexes, in the order of these, without `id`.
using scores = std::array<double, index_count - 1>;

/// Of one index, but that of `id`; null is -inf.
double score_of(const ticker& state, bool stale, std::size_t index);

/// Source ids: room for this many connections of each feed.
inline constexpr std::uint32_t sources_per_feed = 100'000;

/// How far a market that is not followed any more has left a partition.
enum class departure : std::uint8_t { none, queued, sent, over };

/// How far what somebody waits for is on its way to a partition.
enum class want : std::uint8_t {
  none,
  queued, ///< the next batch with this market carries it; one in flight is older
  sent    ///< the batch in flight carries it
};

/// What one partition knows of a market.
struct lane_entry {
  bool in_layout = false;   ///< the market belongs to a partition here
  bool dirty = false;       ///< Redis has not what we have; queued in the lane
  bool brought = false;     ///< Redis has had it since the token began, whoever wrote later
  bool lags = true;         ///< Redis may have scores that are not what its row says
  bool owed = false;        ///< ... though they are asked for
  bool awaited = false;     ///< queued among the lane's laggards
  bool all_due = false;     ///< the next batch carries every score
  bool carried = false;     ///< the batch in flight does
  want wanted = want::none; ///< by who stops the daemon, or a feed
  std::chrono::steady_clock::time_point all_sent; ///< when one last did
  std::uint64_t merged = 0; ///< the lane's reign in which Redis and we agreed on its history
  departure leaving = departure::none;
  scores sent{}; ///< valid if merged
};

/// A market as its writer holds it: the merged state, and how far Redis has it.
struct slot {
  // What every update touches is together, up to the scores that were sent: `prefetch`.
  market_ptr subject;
  std::unique_ptr<candle_series> candles; ///< null: none are kept, or nothing was heard yet
  std::size_t own_lane = 0;               ///< index in the layout; 0 if only the board has it
  // Of the board: since when the first of the ticks that it has not got waits; those that are under
  // way to it; {}: none.
  std::chrono::steady_clock::time_point waits_since, sent_since;
  std::int64_t derived_ms = 0; ///< when state.derived was last set, Unix ms
  std::int64_t changes_ms = 0; ///< when an update last set changes over windows; 0: the next does
  std::uint32_t source_id = 0; ///< who told last; 0: nobody. Set by market_sources
  bool stale = false;
  bool changes_postponed = false;
  bool derived_due = false; ///< the state has changed since
  bool is_rate_source = false;
  bool has_rate_news = false;  ///< the rates actor has yet to hear of the latest change
  bool is_reported = false;    ///< the assets actor was told of it, or is about to be
  bool has_asset_news = false; ///< the assets actor has yet to hear of the latest change
  ticker state;
  std::array<lane_entry, 2> entries; ///< of the board and of the quote's own partition
  price_history prices;

  lane_entry& entry(std::size_t lane) noexcept { return entries[lane == 0 ? 0 : 1]; }
  /// What was under way to the board did not get there.
  void not_stored() noexcept {
    if (sent_since != std::chrono::steady_clock::time_point{})
      waits_since = sent_since;
  }
  bool is_leaving() const noexcept { return entries[0].leaving != departure::none; }
  bool has_left() const noexcept; ///< every partition that it was in

  /// An update will come soon: what it touches begins to be loaded.
  void prefetch() const noexcept;

  // The state as it goes to Redis, each part made when it is first asked for. `changed`, which
  // marking a lane does, must follow every change of state or staleness.
  const std::string& row();
  const std::string& version();
  double score(std::size_t index); ///< of an index, but that of `id`
  void changed() noexcept { rendered_.reset(); }

private:
  struct rendering {
    std::string row, version; ///< empty: not made
    scores values{};
    index_set known; ///< which of the values are made
  };
  rendering& rendered();

  std::unique_ptr<rendering> rendered_; ///< null: nothing is made since the last change
};

/// Adds the score as Redis reads it: the exchange's digits where there are some.
void add_score(redis::command& to, slot& market, std::size_t index);

} // namespace tickboard
