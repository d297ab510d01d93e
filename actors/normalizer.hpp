#pragma once

#include "actors/address.hpp"
#include "actors/frame_decoder.hpp"
#include "actors/messages/connection.hpp"
#include "actors/messages/normalizer.hpp"
#include "actors/messages/source.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <memory>
#include <optional>
#include <vector>

namespace tickboard {

struct normalizer_state {
  static constexpr const char* name = "normalizer";
  /// Of poison frames on their way to the quarantine; further ones are only counted.
  static constexpr std::size_t max_frames_under_way = 16, max_bytes_under_way = 16 * 1024 * 1024;
  static constexpr std::chrono::seconds report_interval{10}; ///< least time between log lines

  explicit normalizer_state(caf::event_based_actor* owner) : self(owner) {}

  decode_report decode(const decode_frames& batch);
  void put_aside(const decode_frames& batch, const poison_frame& one);
  void report(const source& from, const std::string& what, const result<std::string>& file);

  caf::event_based_actor* self;
  std::vector<address_ptr> writers;
  address_ptr quarantine;
  frame_decoder decoder; ///< reused: keeps its capacity

  /// To one life of the quarantine: what a life took with it is not waited for.
  struct under_way {
    caf::actor_addr to;
    std::size_t frames = 0, bytes = 0;
  };
  std::shared_ptr<under_way> asked = std::make_shared<under_way>();
  std::optional<caf::actor_clock::time_point> reported;
  std::uint64_t unreported = 0; ///< poison frames since
};

/// Decodes frames into patches and passes each to the writer that owns its market. A connection
/// always uses the same normalizer, so the order of its frames is kept. A frame that makes the
/// decoder throw twice goes to the quarantine, and the log says so.
///
/// Takes: decode_frames (answers the sender with decode_report), markets_followed, drain_asked.
/// Sends: write_patches, markets_followed; asks the quarantine keep_frame.
caf::behavior normalizer(caf::stateful_actor<normalizer_state>* self,
                         std::vector<address_ptr> writers, address_ptr quarantine);

} // namespace tickboard
