#pragma once

#include "actors/address.hpp"
#include "actors/messages/connect_gate.hpp"

#include <caf/event_based_actor.hpp>

#include <string>

namespace tickboard {

/// "host:port" of a URL, as the connect gate knows it.
std::string connect_host(const std::string& url);

/// The connect gate as one who asks it sees it: leave to make one attempt. For a member of an
/// actor's state; its actor hears connect_allowed when it may go on, connect_delayed while it may
/// not, and look_for_gate now and then. The gate is asked again from time to time, since one that
/// is started anew has forgotten who waits; after `patience` without a word of it, the actor goes
/// on as if there were no limits.
class connect_pass {
public:
  static constexpr std::chrono::seconds patience{10};

  explicit connect_pass(caf::event_based_actor* self) : self_(self) {}

  /// Asks `gate`; if it is null, for nobody keeps count, allows it itself.
  void ask(address_ptr gate, connect_asked question);
  /// At connect_allowed: whether that was waited for.
  bool take();
  /// At connect_delayed: whether that still matters.
  bool delayed();
  /// At look_for_gate.
  void look();
  /// What the host answered, if that is to keep others from it.
  void refused(const net::host_refusal& how) const;

private:
  void try_gate();
  void wait_on();

  caf::event_based_actor* self_;
  address_ptr gate_;
  connect_asked question_;
  bool waiting_ = false;
  bool looking_ = false;  ///< a look_for_gate is on its way
  caf::actor_addr asked_; ///< has our question, unless it has ended
  caf::actor_clock::time_point asked_at_{}, heard_at_{};
};

} // namespace tickboard
