#pragma once

#include "actors/address.hpp"
#include "actors/board.hpp"
#include "actors/messages/keeper.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/response_promise.hpp>
#include <caf/stateful_actor.hpp>

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

namespace tickboard {

/// What a keeper that is started anew has to know of the lives before it in this daemon.
struct keeper_past {
  bool contacted = false; ///< peers were looked for, and the rest of an earlier life was removed
  bool was_whole = false; ///< the markets that a start waits for have been waited for
  std::uint64_t incarnation = 0; ///< ordered last; none is used twice, as writers' tokens hold it
  std::set<std::size_t> connected_writers; ///< those that have ever been
};

struct keeper_config {
  std::string daemon_id;
  board_ptr board;
  store_opener open;
  std::vector<address_ptr> writers;
  std::size_t feeds = 0; ///< configured
  /// What Redis refuses any part of the daemon for want of a right; empty: nothing.
  std::function<std::string()> lacks = [] { return std::string{}; };
  std::chrono::milliseconds warmup{10'000};
  std::shared_ptr<keeper_past> past = std::make_shared<keeper_past>(); ///< of one keeper at a time
};

struct keeper_state {
  static constexpr const char* name = "keeper";

  explicit keeper_state(caf::event_based_actor* owner) : self(owner) {}
  ~keeper_state();

  void connect();
  void check_eviction();
  void first_contact();
  redis::command ask_for_turn() const;
  void meet(const daemons_seen& seen);
  void begin(const std::string& reason);
  void begin_wipe();
  void wipe(const std::string& cursor, const std::vector<std::string>& keys);
  void go_on_wiping(const leftovers_found& found);
  void look_for_dead();
  void bury(const daemons_seen& seen);
  void order_rebuild(const std::string& reason);
  void begin_again(const writer_connected& one);
  void tick();
  caf::response_promise leave();
  redis::command heartbeat() const;
  void refresh_epochs();
  void write_epochs_if_whole();
  std::size_t markets_heard_of() const;
  bool warm() const;
  readiness report() const;

  caf::event_based_actor* self;
  keeper_config config;
  std::shared_ptr<redis::client> store;
  caf::actor_clock::time_point started;
  bool connected = false;
  bool contacting = false; ///< an answer about others, or what they left, is under way
  bool has_turn = false;   ///< no other daemon starts meanwhile
  std::optional<caf::actor_clock::time_point> waits_since; ///< for the turn
  struct sight {
    std::map<std::string, std::string> beats; ///< of others; as daemons_seen
    int looks = 0;                            ///< since then, that were answered
  };
  std::optional<sight> first_sight;  ///< until those that are dead are struck off
  std::set<std::string> wiped_first; ///< keys that a step of the wipe leaves alone
  bool whole = false;                ///< the epochs are ours and were there when last looked at
  bool writing = false;              ///< epochs are on their way
  std::string server;                ///< its life: what the epochs say
  std::string refusal;  ///< why the epochs could not be refreshed when last tried; empty: they were
  std::string lost_why; ///< as last logged
  bool has_left = false;                 ///< the daemon is about to stop: nothing more is kept up
  caf::response_promise leaves;          ///< who waits for that
  std::set<std::size_t> rebuilt_writers; ///< of the last incarnation
  std::map<std::string, std::size_t> expected; ///< markets, by feed
  std::map<std::size_t, std::size_t> held;     ///< markets, by writer
  std::string reason = "starting";
};

/// Watches over the state in Redis being whole. The epoch keys say that it is; pages are refused
/// without them. They expire unless refreshed, so a dead daemon's state is not taken for live; and
/// they name the life of the server that they were set in, so that a restarted server's older state
/// is not taken for whole (redis::connect_checked).
///
/// When Redis was away or is empty, orders the writers to rebuild from memory and sets the epochs
/// once all of them did. At a start it also waits until every market was heard of, at most
/// `warmup`, but as long as it takes until one was; and if no other daemon is at work, it removes
/// what an earlier life left behind. Whose heartbeat does not move for five seconds in which Redis
/// answers is not at work; nobody waits for that whom no heartbeat was left. Daemons start one
/// after the other: who has not got his turn after half a minute starts beside the others. A
/// keeper that is started anew in a daemon that goes on does neither: it has the rows written once
/// more.
///
/// No token goes over two connections of a writer: a Redis that was frozen may yet run what the
/// older one sent, and would take it for new.
///
/// Takes: writer_connected, rebuilt, state_lost, markets_expected, readiness_asked (answers with
/// readiness); drain_asked, the last: the daemon is at work no more. Sends to writers: rebuild;
/// asks them markets_held.
caf::behavior keeper(caf::stateful_actor<keeper_state>* self, keeper_config config);

} // namespace tickboard
