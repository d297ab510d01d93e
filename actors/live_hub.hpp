#pragma once

#include "actors/address.hpp"
#include "actors/live_figures.hpp"
#include "actors/live_view.hpp"
#include "actors/messages/live.hpp"
#include "actors/messages/query.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/response_promise.hpp>
#include <caf/stateful_actor.hpp>

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace tickboard {

struct live_hub_config {
  address_ptr query;
  std::chrono::milliseconds heartbeat{10'000}; ///< a subscriber hears something this often
  std::chrono::milliseconds timeout{2'000};    ///< for the query actor's answer
  std::size_t max_views = 1'000;               ///< each with an interval of its own
  std::size_t max_subscribers = 10'000;        ///< that wait for news
  std::size_t max_bytes = 64 * 1024 * 1024;    ///< of what is kept of all views
  std::uint32_t client_share = 50;             ///< percent of each of the three that a client has
  std::shared_ptr<live_figures> figures = std::make_shared<live_figures>();
};

struct live_hub_state {
  static constexpr const char* name = "live";
  using time_point = std::chrono::steady_clock::time_point;

  /// Views that nobody waits for, by since when, and their keys in `views`.
  using abandoned_views = std::set<std::pair<time_point, const std::string*>>;

  /// What a client has here.
  struct account {
    std::size_t views = 0, waiting = 0, bytes = 0;
    abandoned_views abandoned{}; ///< of its views
  };
  using account_place = std::map<std::string, account>::iterator; ///< by client

  struct subscriber {
    std::string has;
    bool in_trouble;
    time_point since;
    account_place by;
    caf::response_promise promise;
  };

  /// A view at an interval.
  struct followed {
    page_question_ptr question;
    std::chrono::milliseconds interval;
    account_place by; ///< on whose account it is asked for: the first who waited for it
    live_view view;
    std::vector<subscriber> waiting;
    bool asking = false;                   ///< the query actor
    std::uint64_t timer = 0;               ///< which live_due counts; 0: none is on its way
    std::optional<time_point> asked{};     ///< when the query actor was last
    std::optional<time_point> abandoned{}; ///< when nobody waited any more
    std::int64_t as_of_ms = 0;             ///< of the last answer, Unix ms
    std::size_t counted_bytes = 0;         ///< of `view`
  };
  using followed_views = std::unordered_map<std::string, followed>; ///< by interval and question

  explicit live_hub_state(caf::event_based_actor* owner) : self(owner) {}

  caf::response_promise take(const live_asked& asked);
  const char* no_place(account& by, bool for_view);
  std::size_t share_of(std::size_t limit) const;
  bool drop_oldest(const abandoned_views& of);
  void drop(followed_views::iterator it);
  void follow(const std::string& key, followed& one, account_place by);
  void abandon(const std::string& key, followed& one);
  void forget_if_empty(account_place one);
  void count_bytes(followed& one);
  void arm(const std::string& key, followed& one);
  void set_timer(const std::string& key, followed& one, time_point::duration in);
  void evaluate(const std::string& key, followed& one);
  void due(const live_due& what);
  void answered(const std::string& key, const answer& told);
  void failed(const std::string& key, const live_news& why, bool for_good);
  void tell(const std::string& key, followed& one);
  void deliver(subscriber& who, live_news told);
  void let_go(const subscriber& who);
  void show() const;
  void trim();
  void sweep();

  caf::event_based_actor* self;
  live_hub_config config;
  std::string life; ///< in ids: states of an earlier life are not ours
  std::uint64_t views_made = 0, timers_set = 0;
  followed_views views;
  std::map<std::string, account> accounts; ///< of clients that have something here
  abandoned_views abandoned;
  std::size_t waiting = 0, bytes = 0;
};

/// Follows views for who wants to hear of every change: each view is asked for once an interval
/// for all its subscribers, as a client of the query actor like any other, and only while somebody
/// waits. Who is told something has to ask again for more: a slow subscriber misses states between
/// the one it has and the newest, and there is never more than one answer on its way to it.
///
/// All views of an interval are asked for at multiples of it, so that subscribers who came at
/// different times share. A subscriber that is gone is found out at its next news, after
/// config.heartbeat, or its longer interval, at the latest.
///
/// Bounds: config; beyond them ec::overloaded. Views that nobody follows any more make place first,
/// the one that was left longest ago before all others.
///
/// Takes: live_asked, live_due, live_sweep_due.
caf::behavior live_hub(caf::stateful_actor<live_hub_state>* self, live_hub_config config);

} // namespace tickboard
