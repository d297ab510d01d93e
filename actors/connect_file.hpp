#pragma once

#include <caf/event_based_actor.hpp>

namespace tickboard {

/// Reads and writes the connect gate's file. To be spawned detached: it waits for the disk.
///
/// Takes: read_connects (answered with connects_read), save_connects (answered with
/// connects_saved).
caf::behavior connect_file(caf::event_based_actor* self);

} // namespace tickboard
