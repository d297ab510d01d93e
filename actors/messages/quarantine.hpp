#pragma once

#include "actors/messages/ids.hpp"
#include "actors/messages/source.hpp"
#include "market/result.hpp"

#include <cstdint>
#include <memory>
#include <string>

/// To the quarantine.
namespace tickboard {

/// A frame that its decoder cannot take. Answered with frame_kept.
struct keep_frame {
  source_ptr from;
  std::int64_t received_ms = 0;
  std::shared_ptr<const std::string> bytes;
};
struct frame_kept {
  result<std::string> file; ///< the recording that has it now, or why none has
};

} // namespace tickboard
