#pragma once

#include "actors/messages/ids.hpp"
#include "actors/messages/source.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

/// To the status actor.
namespace tickboard {

/// A connection's own account, about once a second and at each change of state. Its feed passes on
/// that of the life that serves the connection.
struct connection_status {
  std::string feed;
  std::uint32_t connection = 0;
  std::string life;        ///< which of the connection's lives says so
  std::string state;       ///< waiting, connecting, subscribing, live
  std::string waits_for{}; ///< while it is waiting: why it may not connect
  std::size_t markets = 0;
  std::size_t rejected = 0;
  std::int64_t last_frame_ms = 0; ///< our clock; 0: none yet
  double frames_per_second = 0;
  std::uint64_t frames = 0, patches = 0, malformed = 0, quarantined = 0;
  std::size_t mute = 0;                          ///< markets that trade and of which nothing comes
  std::vector<std::string> mute_markets{};       ///< ids of the first of them
  std::shared_ptr<const source_counts> counts{}; ///< null: not told
};

/// What its supervisor says of it.
struct connection_ended {
  std::string feed;
  std::uint32_t connection = 0;
  std::string reason;
  std::chrono::milliseconds retry_in{0};
  bool alarm = false;
};

struct feed_status {
  std::string feed;
  std::string exchange;
  std::string state; ///< discovering, following, failed
  std::string problem;
  std::size_t markets = 0;
  std::size_t unmatched = 0;                    ///< patterns of the config that match nothing
  std::vector<std::string> unmatched_symbols{}; ///< the first of them, see market_choice
};

/// There is no such connection, or no such feed any more.
struct connection_gone {
  std::string feed;
  std::uint32_t connection = 0;
};
struct feed_gone {
  std::string feed;
};

struct status_asked {};

} // namespace tickboard
