#pragma once

#include "actors/messages.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <deque>
#include <map>
#include <random>
#include <string>

namespace tickboard {

/// How often and how soon a child that ended is started again.
struct restart_policy {
  std::chrono::milliseconds backoff_min{250};
  std::chrono::milliseconds backoff_max{30'000};
  std::uint32_t budget = 10; ///< restarts of one child within `window`; then `slow_retry` apart
  std::chrono::milliseconds window{60'000};
  std::chrono::milliseconds slow_retry{60'000};
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
    caf::actor handle; ///< null while waiting for the restart
    caf::actor_clock::time_point started;
    std::deque<caf::actor_clock::time_point> restarts; ///< those within the window
    std::uint32_t failures = 0;                        ///< in a row
    std::uint32_t restart_count = 0;
    std::uint64_t generation = 0; ///< tells a due restart from one of an earlier life
    bool alarm = false;           ///< until a life outlasts the window
    std::string last_error;
    caf::actor_clock::time_point ended; ///< of the last life that did
  };

  explicit supervisor_state(caf::event_based_actor* owner) : self(owner) {}
  ~supervisor_state();

  void start(const std::string& name);
  void ended(const caf::actor_addr& who, const caf::error& reason);
  std::string json() const;

  caf::event_based_actor* self;
  restart_policy policy;
  caf::actor_addr parent;
  std::map<std::string, child> children;
  std::uint64_t generations =
      0; ///< over all children, so that a name that is added anew has new ones
  std::mt19937_64 random;
};

/// Keeps its children alive, one_for_one: whichever ends, for whatever reason but removal, is
/// started again after a backoff; the others do not notice. A child that keeps failing uses up its
/// budget and is then retried slowly, for ever, with `alarm` set. The parent hears child_started
/// and child_ended. Ends with its parent; its children end with it.
///
/// Takes: add_child, remove_child; supervision_asked, answered with JSON text.
caf::behavior supervisor(caf::stateful_actor<supervisor_state>* self, restart_policy policy,
                         caf::actor_addr parent, std::uint64_t seed);

} // namespace tickboard
