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
  std::shared_ptr<live_figures> figures = std::make_shared<live_figures>();
};

struct live_hub_state {
  static constexpr const char* name = "live";
  using time_point = std::chrono::steady_clock::time_point;

  struct subscriber {
    std::string has;
    bool in_trouble;
    time_point since;
    caf::response_promise promise;
  };

  /// A view at an interval.
  struct followed {
    page_question_ptr question;
    std::chrono::milliseconds interval;
    std::string client; ///< on whose account it is asked for: the first who wanted it
    live_view view;
    std::vector<subscriber> waiting;
    bool asking = false;               ///< the query actor
    std::uint64_t timer = 0;           ///< which live_due counts; 0: none is on its way
    std::optional<time_point> asked{}; ///< when the query actor was last
    time_point abandoned{};            ///< when nobody waited any more
    std::int64_t as_of_ms = 0;         ///< of the last answer, Unix ms
  };

  explicit live_hub_state(caf::event_based_actor* owner) : self(owner) {}

  caf::response_promise take(const live_asked& asked);
  void arm(const std::string& key, followed& one);
  void set_timer(const std::string& key, followed& one, time_point::duration in);
  void evaluate(const std::string& key, followed& one);
  void due(const live_due& what);
  void answered(const std::string& key, const answer& told);
  void failed(const std::string& key, const live_news& why, bool for_good);
  void tell(followed& one);
  void deliver(subscriber& who, live_news told);
  void show() const;
  void trim();
  void sweep();

  caf::event_based_actor* self;
  live_hub_config config;
  std::string life; ///< in ids: states of an earlier life are not ours
  std::uint64_t views_made = 0, timers_set = 0;
  std::unordered_map<std::string, followed> views;
  std::size_t waiting = 0, bytes = 0;
};

/// Follows views for who wants to hear of every change: each view is asked for once an interval
/// for all its subscribers, as a client of the query actor like any other, and only while somebody
/// waits. Who is told something has to ask again for more: a slow subscriber misses states between
/// the one it has and the newest, and there is never more than one answer on its way to it.
///
/// All views of an interval are asked for at multiples of it, so that subscribers who came at
/// different times share. Bounds: config; beyond them ec::overloaded. A subscriber that is gone is
/// found out at its next news, after config.heartbeat, or its longer interval, at the latest.
///
/// Takes: live_asked, live_due, live_sweep_due.
caf::behavior live_hub(caf::stateful_actor<live_hub_state>* self, live_hub_config config);

} // namespace tickboard
