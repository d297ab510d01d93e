#pragma once

#include "actors/messages/supervisor.hpp"
#include "adapters/metrics/family.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <deque>
#include <map>
#include <random>
#include <string>

namespace tickboard {

/// Who is started again when a child ends.
enum class restart_strategy : std::uint8_t {
  one_for_one,  ///< that child alone
  rest_for_one, ///< that child and those that were added after it, which rely on it
};

/// What a child that keeps failing leads to, once its budget is used up.
enum class restart_limit : std::uint8_t {
  retry_slowly, ///< it is tried every `slow_retry`, for ever, in alarm
  escalate,     ///< the supervisor ends, with ec::gave_up, so that its own parent decides
};

/// Who is started again, how often, and how soon.
struct restart_policy {
  std::chrono::milliseconds backoff_min{250};
  std::chrono::milliseconds backoff_max{30'000};
  std::uint32_t budget = 10; ///< restarts of one child within `window`; then see `limit`
  std::chrono::milliseconds window{60'000};
  std::chrono::milliseconds slow_retry{60'000};
  restart_strategy strategy = restart_strategy::one_for_one;
  restart_limit limit = restart_limit::retry_slowly;
};

/// The wait before restart number `failures` in a row (from 0): full jitter over an exponentially
/// growing ceiling, but at least half of backoff_min.
/// https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
std::chrono::milliseconds backoff(const restart_policy& policy, std::uint32_t failures,
                                  std::mt19937_64& random);

struct supervisor_state {
  static constexpr const char* name = "supervisor";

  struct child {
    child_spec spec;
    std::uint64_t place = 0; ///< in the order of adding
    caf::actor handle;       ///< null while it does not run
    bool ending = false;     ///< was told to end, because of one before it, and has not yet
    bool due = true;         ///< its own backoff is over
    caf::actor_clock::time_point started;
    std::deque<caf::actor_clock::time_point> restarts; ///< those within the window
    std::uint32_t failures = 0;                        ///< in a row
    std::uint32_t restart_count = 0;
    std::uint64_t generation = 0; ///< tells a due restart from one of an earlier life
    bool alarm = false;           ///< until a life outlasts the window
    std::string last_error;
    caf::actor_clock::time_point ended; ///< of the last life that did

    bool used_up(const restart_policy& policy, caf::actor_clock::time_point now);
    bool has_recovered(const restart_policy& policy, caf::actor_clock::time_point now) const;
    /// As it is shown: `alarm` itself is looked at when a life ends.
    bool is_alarming(const restart_policy& policy, caf::actor_clock::time_point now) const;
  };

  explicit supervisor_state(caf::event_based_actor* owner) : self(owner) {}
  ~supervisor_state();

  void start(child& one);
  void start_those_due();
  void end_those_after(const child& failed);
  void ended(const caf::actor_addr& who, const caf::error& reason);
  std::string json() const;
  metrics::families figures() const;

  caf::event_based_actor* self;
  restart_policy policy;
  caf::actor_addr parent;
  std::map<std::string, child> children;
  std::uint64_t places = 0;
  std::uint64_t generations = 0; ///< over all children: a name that is added anew has new ones
  std::mt19937_64 random;
};

/// Keeps its children alive: one that ends, for whatever reason but removal, is started again after
/// a backoff of its own. With one_for_one, the others do not notice. With rest_for_one, those added
/// after it are ended, and waited for; then it and they are started in the order of adding, none
/// before its own backoff is over, and none while one before it is down. The parent hears
/// child_started for each start, and child_ended for each child that failed. Ends with its parent,
/// or where `limit` says so; its children end with it.
///
/// Takes: add_child, remove_child; supervision_asked, answered with JSON text; figures_asked.
caf::behavior supervisor(caf::stateful_actor<supervisor_state>* self, restart_policy policy,
                         caf::actor_addr parent, std::uint64_t seed);

} // namespace tickboard
