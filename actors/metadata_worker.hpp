#pragma once

#include <caf/event_based_actor.hpp>

namespace tickboard {

/// Does for the metadata actor what would hold up others: reads and writes files, makes catalogues
/// of up to 200,000 assets. To be spawned detached, with a thread of its own.
///
/// Takes: make_catalogue, read_catalogue (both answered with catalogue_made), save_catalogue
/// (answered with catalogue_saved).
caf::behavior metadata_worker(caf::event_based_actor* self);

} // namespace tickboard
