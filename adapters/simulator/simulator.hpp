#pragma once

#include "market/result.hpp"

#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace tickboard::simulator {

struct options {
  std::string exchange = "binance";   ///< binance, coinbaseexchange, kraken
  std::string listen = "127.0.0.1:0"; ///< port 0 takes a free one
  std::uint32_t markets = 500;
  double rate = 1000; ///< updates a second over all markets; 0: as fast as the clients read
  std::uint64_t seed = 1;
  std::uint64_t count = 0;         ///< updates to send in all, then hold still; 0: without end
  bool hold = false;               ///< besides the first subscriber, wait for POST /sim/go
  std::string replay = {};         ///< a recording to play instead of random-walk markets
  bool tls = false;                ///< serve wss/https with a certificate of a CA made at start
  std::string ca_out = {};         ///< with tls: where to write that CA's certificate (PEM)
  std::string markers = {};        ///< address:port of a latency probe (markers.hpp); empty: none
  std::uint32_t marker_every = 80; ///< updates from one marker to the next
};

/// One simulated exchange on loopback: WebSocket + REST listing as the real one speaks them, and
/// a control endpoint below /sim/ (see README in this folder). Runs on `io`'s single thread.
class simulator {
public:
  virtual ~simulator() = default;
  virtual std::uint16_t port() const noexcept = 0;
  /// Stops listening and cuts all connections; any thread. Let go of it before `io` ends.
  virtual void stop() = 0;
};

/// Starts listening. Call it before `io` runs or on its thread. The error names the option.
result<std::shared_ptr<simulator>> start(boost::asio::io_context& io, const options& options);

} // namespace tickboard::simulator
