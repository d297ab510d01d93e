#pragma once

#include "adapters/simulator/tape.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>

#include <cstdint>

namespace tickboard::simulator {

/// Tells a latency probe when updates left: one UDP datagram for every n-th update of a paced
/// tape, the text "NATIVE BASE QUOTE TS_MS NS" with the update's exchange time and the steady
/// clock's (CLOCK_MONOTONIC) nanoseconds at which its slot began. Exchange times count
/// milliseconds, too coarse to measure with. On the io thread; a datagram that cannot be sent is
/// lost, never waited for.
class markers {
public:
  /// Precondition: every > 0.
  markers(boost::asio::io_context& io, boost::asio::ip::udp::endpoint to, std::uint64_t every);

  /// Marks the updates from `from` to the tape's head, which left at `began`.
  void tell(tape_cursor from, const tape& updates, tape::clock::time_point began);

private:
  boost::asio::ip::udp::socket socket_;
  boost::asio::ip::udp::endpoint to_;
  std::uint64_t every_;
};

} // namespace tickboard::simulator
