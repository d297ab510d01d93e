#pragma once

#include <caf/event_based_actor.hpp>

namespace tickboard::test {

/// What sessions end with, as in the daemon: it lives until the test ends it.
inline caf::behavior lifeline_actor(caf::event_based_actor*) {
  return {[](caf::unit_t) {}};
}

} // namespace tickboard::test
