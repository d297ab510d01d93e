#pragma once

#include "actors/address.hpp"
#include "actors/adoption.hpp"
#include "actors/derivation.hpp"
#include "actors/history_store.hpp"
#include "actors/lane.hpp"
#include "actors/market_report.hpp"
#include "actors/market_sources.hpp"
#include "actors/messages/followed.hpp"
#include "actors/messages/query.hpp"
#include "actors/messages/writer.hpp"
#include "actors/others_watch.hpp"
#include "actors/unix_ms.hpp"
#include "actors/writer_figures.hpp"
#include "market/clock_lag.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/response_promise.hpp>
#include <caf/stateful_actor.hpp>

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace tickboard {

struct lane_flushed {
  std::size_t lane = 0;
  lane_result result;
};

/// Whether plain commands may be sent: they can, while Redis watches the owners of all partitions
/// for this connection, and had found this writer's token there. A transaction ends the watch.
enum class fence {
  none,
  asked, ///< under way
  held,
  refused ///< Redis does not do that here, e.g. in a cluster; until the next connect
};

struct lanes_flushed {
  std::vector<lane_flushed> lanes;
  std::optional<fence> found{};  ///< what became of the one that was asked for
  std::uint64_t incarnation = 0; ///< under whose token all of it was
};

struct writer_config {
  std::size_t index = 0; ///< in the pool
  std::string daemon_id; ///< part of the token; the same for the whole pool
  board_ptr board;
  store_opener open;
  address_ptr keeper;
  address_ptr rates;
  address_ptr assets = make_address();
  wall_clock now_ms = system_clock();
  std::shared_ptr<writer_figures> figures = std::make_shared<writer_figures>();
  std::optional<candle_counts> candles{}; ///< how many are kept; nothing: none
  std::size_t writers = 1; ///< in the pool: of all markets, hash % writers == index are this one's
};

struct writer_state {
  static constexpr const char* name = "writer";
  /// Between two batches, or frames, of which the time is measured.
  static constexpr auto measure_interval = std::chrono::milliseconds{100};

  explicit writer_state(caf::event_based_actor* owner) : self(owner) {}
  ~writer_state();

  void connect();
  void make_lanes(); ///< of the board in `config`; `connect` does. `apply` needs no more than these
  void apply(const write_patches& batch);
  void mark(slot& market, std::int64_t now_ms);
  void queue(slot& market);
  void sweep();
  void tell_rates();
  void tell_assets();
  void read_histories();
  void write_histories();
  void write_candles();
  void note_way(std::chrono::steady_clock::time_point received);
  static void note_candle(slot& market, const ticker_patch& patch, clock_lag& clock);
  candles_held candles_of(const std::string& id) const;
  void pump();
  redis::partition_indexes every_index() const;
  void keep_up(const redis::partition_indexes& asked);
  caf::response_promise asked_for(const redis::partition_indexes& asked);
  bool are_indexes_kept() const;
  void answer_about_indexes();
  caf::response_promise drain();
  void answer_who_waits();
  bool note_board_batch(caf::actor_clock::time_point now);
  void flushed(const lane_flushed& message, std::uint64_t of);
  void resolve(lane& of, const lane_result::conflict& conflict);
  void follow(const markets_followed& told);
  void adopt_stored();
  void adopted(const rows_read& found);
  void look_at_others();
  void seen(const others_seen& now);
  void forget_by_what_was_told();
  void forget_others(const markets_followed& told);
  void find_slots(const std::vector<ticker_patch>& patches);
  slot& make_slot(const market_ptr& subject);
  void set_liveness(const source_liveness& change);
  void start_rebuild(std::uint64_t incarnation);
  void tell_if_rebuilt();

  caf::event_based_actor* self;
  writer_config config;
  std::shared_ptr<redis::client> store;
  std::string token;
  std::uint64_t incarnation = 0;      ///< 0: none was ordered over this connection: nothing is sent
  std::uint64_t last_incarnation = 0; ///< over the connection before
  bool connected = false;
  bool rebuilding = false;
  /// Of a rebuild, the markets that Redis has yet to have; others are struck off once at the end.
  std::vector<const slot*> to_bring;
  std::string refusal; ///< of the last batch that Redis refused, as logged; empty: it takes them
  std::vector<lane> lanes; ///< one for each partition of the layout
  fence watched = fence::none;
  std::vector<bool> paused; ///< lanes that wait for their retry or for Redis to get its breath
  std::vector<caf::actor_clock::time_point> sent_at;
  /// Of the board's batch in flight, if its way is measured: since when its ticks wait.
  std::vector<std::chrono::steady_clock::time_point> measured;
  bool measures = false;
  caf::actor_clock::time_point measured_at; ///< when a batch last was
  caf::actor_clock::time_point heard_at;    ///< when the way of a frame to here last was
  using slot_map = std::unordered_map<std::string_view, std::unique_ptr<slot>>;
  slot_map slots;           ///< by id, held by the slot
  std::vector<slot*> found; ///< of the patches that are being applied, one each
  /// How many of these each feed has: most listings bring no farewell, and need no look at all.
  std::unordered_map<std::string, std::size_t, string_hash, std::equal_to<>> held_of;
  market_sources sources;                      ///< of these
  std::unordered_set<std::string> heard_feeds; ///< that told what they follow
  std::unique_ptr<adoption> adopts;
  std::map<std::string, markets_followed> to_forget_by; ///< by feed, once all is adopted
  slot_map leaving; ///< not followed any more, until Redis has forgotten them
  std::unordered_map<std::uint32_t, bool> live;        ///< by source
  std::unordered_map<std::uint32_t, clock_lag> clocks; ///< by source id / sources_per_feed
  derivation derived;
  std::uint32_t sweeps = 0;
  caf::actor_clock::time_point asked_at; ///< when indexes were last asked for
  /// Who asked last for indexes that Redis has yet to get.
  caf::response_promise waits_for_indexes;
  std::vector<caf::response_promise> drains; ///< who asked for everything to be in Redis
  std::unique_ptr<others_watch> others;
  /// Ids that were written over what another daemon had marked, by the looks at which they were.
  std::deque<std::vector<std::string>> revived;
  market_report report;
  std::unique_ptr<history_store> histories;
  /// Batches of candles that may still go without turns: the daemon is about to stop.
  std::size_t last_candles = 0;
};

/// Owns the markets that map to it: merges their patches and keeps Redis up to date. Ack-clocked:
/// each partition has one batch in flight, and what changes meanwhile is merged in memory, so a
/// slow Redis costs freshness of superseded values, never memory. When Redis was away, everything
/// is written anew from memory (`rebuild`).
///
/// Indexes that no view reads may lag behind their rows, while Redis is there by lane::lag +
/// lane::grace, and longer only if a thousand markets fall quiet at once
/// (docs/decisions/indexes.md).
///
/// When a feed first tells what it follows, rows that Redis has of these are taken over (adoption).
/// Markets that their feed does not follow any more leave Redis, and what other actors know of
/// them; who comes back is a new market, or, while Redis has yet to answer, the one it was.
///
/// Beside another daemon it writes anew what that one has marked stale though this one hears of it,
/// and once it has marked markets stale, it leaves them to that one (docs/decisions/order.md).
///
/// Takes: write_patches, markets_followed, source_liveness, rebuild, indexes_asked, drain_asked,
/// rates_published, rate_sources_asked, held_candles_asked; store_ready, store_lost, lanes_flushed,
/// rows_read, others_seen, histories_read, histories_written, candles_written (io thread). Sends to
/// the keeper: writer_connected, state_lost, rebuilt; to the rates actor: rate_news; to the assets
/// actor: market_news. Answers markets_held.
caf::behavior writer(caf::stateful_actor<writer_state>* self, writer_config config);

} // namespace tickboard
