#pragma once

#include "actors/messages/ids.hpp"
#include "actors/messages/source.hpp"
#include "adapters/net/frame_batch.hpp"

/// To a normalizer.
namespace tickboard {

struct decode_frames {
  source_ptr from;
  net::frame_batch_ptr frames;
};

} // namespace tickboard
