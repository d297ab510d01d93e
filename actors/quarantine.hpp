#pragma once

#include <caf/event_based_actor.hpp>

namespace tickboard {

struct quarantine_config {
  std::string directory;       ///< empty: nothing is kept
  std::uint64_t max_bytes = 0; ///< of all files there
};

/// Writes frames that their decoder fails at into recordings, one a feed, as `tickboard normalize`
/// reads them: DIRECTORY/FEED.jsonl. What was kept first stays: a full directory takes no more. To
/// be spawned detached: it waits for the disk.
///
/// Takes: keep_frame (answers with frame_kept; failures are an answer too).
caf::behavior quarantine(caf::event_based_actor* self, quarantine_config config);

} // namespace tickboard
