#pragma once

#include "actors/connection.hpp"
#include "actors/cross_check.hpp"
#include "actors/messages/feed.hpp"
#include "actors/messages/status.hpp"
#include "actors/messages/supervisor.hpp"
#include "actors/messages/writer.hpp"
#include "actors/refused_markets.hpp"
#include "actors/share_plan.hpp"
#include "actors/supervisor.hpp"
#include "adapters/config/settings.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/message.hpp>
#include <caf/response_promise.hpp>
#include <caf/stateful_actor.hpp>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace tickboard {

struct feed_config {
  config::feed_settings settings;
  const exchange::protocol* protocol = nullptr;
  std::uint32_t first_source_id = 0; ///< its connections count up from here
  restart_policy restarts;
  http_getter get;
  address_ptr gate; ///< asked before the exchange is; null: nobody is
  net::stream_opener open;
  std::vector<address_ptr> normalizers;
  std::vector<address_ptr> writers;
  address_ptr status;
  address_ptr keeper;
  address_ptr search;
};

struct feed_state {
  static constexpr const char* name = "feed";

  /// One connection's share of the markets, through all of its lives.
  struct share {
    source_ptr from;
    std::string child;       ///< the supervisor's name for the life that serves it
    std::string replacement; ///< the life that is to take over; empty: none
    bool outdated = false;   ///< `child` follows other markets than it should by now
    std::uint64_t outages = 0;
    bool down = false;
    bool stale = false;      ///< down for so long that writers were told
    source_ptr served;       ///< what `child` is to follow
    refused_markets refused; ///< of these
    bool unserved_planned = false;
    /// Ids that `replacement` may not follow, which is live but waits: `child` serves one of them.
    std::optional<std::set<std::string>> standby;
    mute_renewals mute;
    /// Of `replacement`, which is too young to be renewed: it is once it has taken over.
    std::optional<renewal_wanted> early_wish;
  };

  explicit feed_state(caf::event_based_actor* owner) : self(owner), pass(owner) {}
  ~feed_state();

  void discover_markets();
  void wait(const std::string& why);
  void ask_for_listing();
  void take(const result<std::string>& body);
  void choose(const symbols_chosen& wanted);
  std::string follow(const result<std::string>& body);
  void warn_of_unmatched(const std::vector<market_ptr>& listed);
  void apply(const share_plan& plan);
  void announce();
  std::vector<caf::actor_id> current_writers() const;
  void tell_new_writers();
  void start_due(std::uint32_t connection);
  void start(share& one, const std::string& child);
  std::string next_life(std::uint32_t connection);
  void started(const child_started& event);
  void await_end(const caf::actor_addr& connection);
  void end_child(const std::string& child);
  void end_children(share& one);
  void connection_down(const caf::actor_addr& which);
  caf::response_promise retire();
  void ended(const child_ended& event);
  void live(const connection_live& event);
  void serves(share& one, const std::set<std::string>& refused);
  void take_over(share& one, std::set<std::string> refused);
  void plan_unserved(share& one);
  void look_for_unserved(share& one);
  void set_stale(share& one);
  void pass_on(const connection_status& told);
  void renew(const renewal_wanted& wish);
  void tell(const std::string& state, const std::string& problem = {});
  void tell_again();
  void tell_search();
  void tell_writers(const source_liveness& change);
  share* find_child(const std::string& child);

  caf::event_based_actor* self;
  feed_config config;
  connect_pass pass;      ///< of the listing
  caf::actor connections; ///< the supervisor
  caf::actor cross_check;
  std::map<std::uint32_t, share> shares;
  std::map<std::string, caf::actor_addr> running; ///< lives, by the supervisor's names
  std::set<caf::actor_addr> ending;               ///< lives that were told to, and have not yet
  bool announcement_due = false;                  ///< writers have yet to hear what is followed
  std::vector<caf::actor_id> told_writers;        ///< those that heard it last, by their place
  bool retiring = false;
  bool choice_due = false; ///< the config has other symbols than those that are followed
  std::uint64_t looks = 0; ///< at the listing, that were planned
  std::vector<caf::response_promise> retirements;
  std::size_t markets = 0;
  std::vector<std::string> unmatched; ///< of the config, as of the last listing
  feed_status told;                   ///< last, to status
  caf::message followed;   ///< markets_followed: all of them, shared by all who hear of them
  std::uint64_t lives = 0; ///< makes child names unique
};

/// Follows one configured exchange: asks its REST listing for the symbols, picks those that are
/// configured, spreads them over as many connections as the exchange's limits need, and keeps
/// those alive through a supervisor of its own. Connections are renewed make-before-break: the
/// successor must be live with all its subscriptions before the old one goes; what it goes through
/// until then shows in the log alone, and if it asks to be renewed itself by then, it is once it
/// has taken over. One that is refused a market which the old one serves waits, and goes on asking
/// for it: until it may follow it, or the old one ends. Rows of a connection that stays down are
/// marked stale after `stale_after`, as are those of markets that the connection which serves is
/// refused for so long, and all of them at once when the feed ends. Ends with an `ec` if the first
/// listing cannot be had; its supervisor tries again. Its connections share one cross-check, for
/// markets that may be mute.
///
/// The listing is asked when the connect gate allows it, which no listing waits for in vain.
/// Looks at it again every `listing_interval`. A connection that is to follow other
/// markets, by the listing or because the config has other symbols, is renewed; once the old one
/// has ended, writers are told, behind its last frames, what is followed, and forget the rest. A
/// listing that lacks more than half of what is followed changes nothing.
///
/// Takes: retire_asked, symbols_chosen, discover, connect_allowed, connect_delayed, look_for_gate,
/// listing_received, connection_live, renewal_wanted,
/// connection_status, stale_due, unserved_due, markets_due, child_started, child_ended. Sends:
/// source_liveness to the writers, markets_expected to the keeper, markets_followed to search and
/// the normalizers, feed_status, connection_status and connection_ended to the status actor.
caf::behavior feed(caf::stateful_actor<feed_state>* self, feed_config config);

} // namespace tickboard
