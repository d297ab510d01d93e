#pragma once

#include "actors/address.hpp"
#include "actors/asset_store.hpp"
#include "actors/board.hpp"
#include "actors/messages/assets.hpp"
#include "actors/messages/metadata.hpp"
#include "actors/messages/query.hpp"
#include "actors/unix_ms.hpp"
#include "market/asset_markets.hpp"
#include "market/market_caps.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace tickboard {

struct assets_config {
  board_ptr board;
  store_opener open;
  address_ptr keeper, metadata, search;
  std::vector<address_ptr> writers;
  wall_clock now_ms = system_clock();
};

struct assets_state {
  static constexpr const char* name = "assets";

  explicit assets_state(caf::event_based_actor* owner) : self(owner) {}
  ~assets_state();

  void connect();
  void ask_for_catalogue();
  void learn(const market_news& news);
  void take(const catalogue_changed& fresh);
  void tick();
  void look();
  void follow_quotes();
  void queue(held_asset& one);
  void bury(std::string_view symbol);
  void warm_up();
  void pump();
  void written(const assets_written& result);
  void tell_search();
  void tell_writers();
  void place_by(std::uint32_t asset_values::*place, std::string (*key)(const asset_view& one));
  caf::result<answer> totals(bool of_categories);
  caf::result<directory_told> directory_of_now();
  std::optional<currency> currency_of(const std::string& code, bool rates_count) const;

  caf::event_based_actor* self;
  assets_config config;
  std::shared_ptr<redis::client> store;
  asset_catalogue_ptr catalogue = std::make_shared<const asset_catalogue>();
  asset_markets markets;
  asset_set quotes;
  quote_changes in_usd; ///< of `quotes`, as of the last look; so is `steady`
  asset_set steady;
  std::size_t followers_due = 0; ///< assets that have yet to be looked at, since a quote moved
  std::string last_follower;     ///< looked at for that; the next by symbol follows
  rate_table_ptr rates = std::make_shared<const rate_table>();
  std::set<std::string_view> changed; ///< symbols, held by `markets`
  using held_map = std::map<std::string_view, held_asset>;
  held_map held;
  std::vector<asset_view> ranking; ///< all of `held`; `known` is of `catalogue`
  std::set<std::size_t> begun;     ///< writers that told everything
  int ready_ticks = 0;             ///< of the board, seen in a row
  bool warm = false;               ///< everything that there is at a start was told
  bool connected = false;
  bool claimed = false; ///< the partition is ours, and lacks only what is queued
  bool whole = false;   ///< everything was written since the claim
  std::string server;   ///< the life of Redis: what the epoch says
  std::string owner;    ///< of the partition, since the claim
  std::string refusal;  ///< of the last batch; empty: it was taken
  std::deque<held_asset*> waiting;
  std::vector<held_asset*> in_flight;
  std::vector<std::string> leaving;        ///< without a market; Redis has yet to forget them
  std::size_t dropping = 0;                ///< the first of `leaving`, which are under way
  std::vector<held_map::node_type> buried; ///< not held any more, but perhaps in flight
  bool writing = false;
  std::int64_t weights_told_ms = 0;
  std::int64_t caps_looked_ms = 0;
  market_caps_ptr caps;  ///< as writers have them; null: they have none
  bool newcomer = false; ///< a writer that has no market caps yet
  std::optional<std::vector<std::string>> category_rows; ///< nothing: not made since the last look
  std::optional<std::string> global_row;
  asset_directory_ptr directory; ///< null: the same
  std::int64_t directory_ms = 0; ///< when it was made
};

/// Owns the board of assets. Writers tell it of their markets; twice a second it looks anew at the
/// assets whose markets, or what is known of them, changed, and in turn at those whose quotes may
/// have moved, 256 a look; ranks all, and brings the rows that show something else to a partition
/// of their own in Redis: one batch of writes is under way at a time. Bounded by the markets.
///
/// The partition is whole, and served, once the keeper has found the board whole and everything was
/// written; after each connect, and if Redis was emptied, it is written anew from memory. What was
/// written in another life of the server, as it is there after a restart from a file or in a
/// promoted replica, is removed before that, once, whichever daemon comes first.
///
/// Takes: market_news (answers with markets_learnt), catalogue_changed (asks metadata for it once
/// at its start), rates_published; categories_asked and totals_asked (answers with `answer`) and
/// directory_asked (with directory_told), or with ec::rebuilding; store_ready, store_lost,
/// assets_written (io thread). Asks the keeper readiness_asked. Sends to search: search_weights,
/// every 10 s; to writers: market_caps_published, when a market cap moved by more than 5 bps from
/// what they know, became known or unknown, looked at every 2 s, and every 10 s as a sign of life.
caf::behavior assets(caf::stateful_actor<assets_state>* self, assets_config config);

} // namespace tickboard
