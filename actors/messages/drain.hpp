#pragma once

#include "actors/messages/ids.hpp"

/// What is under way is to be passed on, before the daemon or a feed ends.
namespace tickboard {

/// The daemon is about to stop. Answered with `drained` when what was sent before has been passed
/// on; by a writer, when Redis has it, scores of all indexes included, or is away;
/// by the keeper, when the daemon's heartbeat is gone.
struct drain_asked {};
struct drained {
  bool all = true; ///< false: some of it could not be passed on
};

} // namespace tickboard
