#pragma once

#include "actors/address.hpp"
#include "actors/messages.hpp"

#include <caf/event_based_actor.hpp>

#include <vector>

namespace tickboard {

/// Decodes frames into patches and passes each to the writer that owns its market. A connection
/// always uses the same normalizer, so the order of its frames is kept.
///
/// Takes: decode_frames (answers the sender with decode_report). Sends: write_patches.
caf::behavior normalizer(caf::event_based_actor* self, std::vector<address_ptr> writers);

} // namespace tickboard
