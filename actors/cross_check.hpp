#pragma once

#include "actors/connect_pass.hpp"
#include "actors/messages/cross_check.hpp"
#include "adapters/net/http_client.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/response_promise.hpp>
#include <caf/stateful_actor.hpp>

#include <deque>
#include <functional>
#include <string>
#include <vector>

namespace tickboard {

using http_getter =
    std::function<void(const net::http_get_options&, std::function<void(result<net::http_reply>)>)>;

struct cross_check_config {
  std::string feed;
  const exchange::protocol* protocol = nullptr;
  std::string rest_url;
  std::string ca_file;
  http_getter get;
  address_ptr gate;                        ///< asked before each check; null: nobody is
  std::chrono::milliseconds pause{10'000}; ///< between checks; at least a second
};

struct cross_check_state {
  static constexpr const char* name = "cross_check";
  static constexpr std::size_t most_waiting = 100;
  static constexpr std::chrono::seconds least_pause{1};
  static constexpr std::chrono::minutes longest_pause{10};

  explicit cross_check_state(caf::event_based_actor* owner) : self(owner), pass(owner) {}

  struct check {
    std::vector<market_ptr> markets;
    caf::response_promise asker;
  };

  caf::response_promise take(const cross_check_asked& asked);
  void start_next();
  void ask_next();
  void read(const result<net::http_reply>& reply);
  void end_check();

  caf::event_based_actor* self;
  cross_check_config config;
  connect_pass pass;
  std::deque<check> waiting; ///< the first is under way if `busy`; at most one a connection
  bool busy = false;         ///< under way, or in the pause after it
  std::deque<exchange::trade_question> questions; ///< of that one; the first is asked
  cross_checked found;
  std::string problem; ///< of that one
  std::uint32_t failures = 0;
  std::chrono::milliseconds wanted_pause{0}; ///< by Retry-After
};

/// Asks an exchange's REST API for the last trades of markets: one check at a time, one request at
/// a time, with a pause between checks, each when the connect gate allows it. A request that fails
/// ends its check, which is answered with what is known by then; the pause doubles with every
/// failure in a row, up to ten minutes, or is what Retry-After says.
///
/// Takes: cross_check_asked (answered with cross_checked), cross_check_replied (io thread),
/// cross_check_due, connect_allowed, connect_delayed, look_for_gate. Sends connect_asked and
/// host_refused to the gate.
caf::behavior cross_check(caf::stateful_actor<cross_check_state>* self, cross_check_config config);

} // namespace tickboard
