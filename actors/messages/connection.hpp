#pragma once

#include "actors/messages/ids.hpp"
#include "adapters/exchange/exchange.hpp"
#include "adapters/net/frame_batch.hpp"
#include "adapters/net/stream.hpp"

#include <cstdint>
#include <string>
#include <vector>

/// To a connection of a feed.
namespace tickboard {

struct stream_opened {};
struct stream_frames {
  net::frame_batch_ptr frames;
};
struct stream_alive {};
struct stream_closed {
  net::stream_end end;
};

/// From the normalizer, for each batch.
struct decode_report {
  std::uint64_t frames = 0, patches = 0, ignored = 0, malformed = 0;
  std::uint64_t quarantined = 0; ///< frames whose decoder threw twice
  std::string first_problem{};
  std::vector<exchange::event> events{};
  /// Whose last trade the frames told, as places in the source's symbols, in order.
  std::vector<std::uint32_t> heard{};
};

struct send_next_request {};
struct pause_over {}; ///< the one after too many messages
struct check_health {};

} // namespace tickboard
