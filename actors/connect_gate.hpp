#pragma once

#include "actors/messages/connect_gate.hpp"
#include "actors/unix_ms.hpp"
#include "adapters/exchange/connect_ledger.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/response_promise.hpp>
#include <caf/stateful_actor.hpp>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace tickboard {

/// What the lives of one gate share, one after the other.
struct connect_past {
  exchange::connect_ledger ledger;
  bool file_was_read = false;
};

struct connect_gate_config {
  std::string file;                         ///< empty: nothing outlasts the daemon
  std::function<caf::actor()> spawn_worker; ///< a connect_file; needed with a file
  std::shared_ptr<connect_past> past = std::make_shared<connect_past>();
  wall_clock now = system_clock();
  std::uint64_t seed = 0; ///< of the jitter
};

struct connect_gate_state {
  static constexpr const char* name = "connect_gate";
  using duration = caf::actor_clock::time_point::duration;
  static constexpr std::chrono::seconds save_interval{1};  ///< least time between two writes
  static constexpr std::chrono::seconds save_retry{10};    ///< after one that failed
  static constexpr std::chrono::seconds longest_jitter{5}; ///< after a ban; at most 10% of it
  static constexpr std::chrono::minutes longest_sleep{1};  ///< the clock may be set meanwhile
  static constexpr std::chrono::seconds least_interval{1}; ///< between two that had to wait

  struct waiter {
    caf::actor_addr who;
    connect_asked question;
    std::string told{}; ///< why it waits
    bool is_told = false;
    bool had_to_wait = false; ///< for a budget, a ban, or others
  };
  struct host {
    std::deque<waiter> waiting;          ///< in the order of asking; each is an actor that lives
    caf::actor_clock::time_point pace{}; ///< before, none goes that had to wait
    caf::actor_clock::time_point due{};  ///< of the last connects_due that is under way
    std::int64_t jitter_of_ms = 0;       ///< the ban that `jitter` is for
    std::chrono::milliseconds jitter{0};
    std::int64_t logged_ban_ms = 0; ///< the end of the ban that was logged last
    bool budget_was_logged = false;
  };

  explicit connect_gate_state(caf::event_based_actor* owner) : self(owner) {}

  void start();
  void read(const result<std::string>& text);
  void ask(const connect_asked& question, const caf::actor_addr& who);
  void forget(const caf::actor_addr& who);
  void tell(waiter& one, std::string why);
  void refuse(const host_refused& told);
  void serve(const std::string& name);
  bool admit(const std::string& name, host& at, waiter& one);
  void put_off(const std::string& name, host& at);
  void sleep(const std::string& name, host& at, duration wait);
  void log(const std::string& name, host& at, const exchange::connect_verdict& verdict,
           const std::string& why);
  void changed();
  void save();
  void saved(const std::string& problem);
  caf::response_promise drain();

  caf::event_based_actor* self;
  connect_gate_config config;
  caf::actor worker;
  std::mt19937_64 random;
  std::map<std::string, host> hosts; ///< with somebody who waits, or lately had to
  bool ready = false;                ///< the file was read, or cannot be
  bool unsaved = false, save_under_way = false, save_is_due = false;
  std::string file_problem;
  caf::actor_clock::time_point last_save{};
  std::vector<caf::response_promise> draining;
};

/// Lets those who follow exchanges connect no more often than an exchange allows, and not while it
/// has banned us; what it knows is kept in a file, so that this holds across restarts. Those who
/// have to wait go in the order of asking, each its `interval` (or a second) after the other, so
/// that the first finds out for all whether a ban is over.
///
/// Takes: connect_asked (the sender hears connect_allowed, at once or later, which counts as an
/// attempt; before, connect_delayed with the reason, again when that changes or is asked again),
/// host_refused, drain_asked (answered with drained once the file has everything). The file is
/// written about a second after the last time at the earliest; what a full disk does not take is
/// tried again.
caf::behavior connect_gate(caf::stateful_actor<connect_gate_state>* self,
                           connect_gate_config config);

} // namespace tickboard
