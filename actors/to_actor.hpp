#pragma once

#include <caf/actor.hpp>
#include <caf/actor_addr.hpp>
#include <caf/actor_cast.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>

#include <utility>

namespace tickboard {

/// A function that sends a `Message` to `self`, from whatever thread calls it, as long as the actor
/// lives: what runs on the io thread must not keep it alive.
template <class Message>
auto to_actor(caf::event_based_actor* self) {
  return [me = caf::actor_cast<caf::actor_addr>(self)](Message message) {
    if (auto to = caf::actor_cast<caf::actor>(me))
      caf::anon_send(to, std::move(message));
  };
}

} // namespace tickboard
