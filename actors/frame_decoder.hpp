#pragma once

#include "actors/messages/source.hpp"
#include "adapters/net/frame_batch.hpp"

#include <string>
#include <vector>

namespace tickboard {

/// A frame that made its decoder throw twice.
struct poison_frame {
  std::shared_ptr<const std::string> bytes; ///< as received
  std::string what;                         ///< the text of the second exception
};

/// Decodes batches so that a frame whose decoder throws costs nobody but itself: what it had
/// yielded by then is dropped, it is tried once more into an empty result, and if that throws too
/// it is put aside. Other frames' values come as if it had not been there. Of one actor.
class frame_decoder {
public:
  /// Decodes a batch, in place. Both results are valid until the next call; they may be moved from.
  void decode(const source& from, net::frame_batch& frames);

  exchange::decoded out;
  std::vector<poison_frame> poisoned; ///< in order

private:
  void try_again(const source& from, std::int64_t received_ms);

  std::string pristine_; ///< the frame before decoding, which changes it; keeps its capacity
};

} // namespace tickboard
