#pragma once

#include "adapters/simulator/recording.hpp"
#include "adapters/simulator/venue.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <memory>
#include <optional>

namespace boost::asio::ssl {
class context;
}

namespace tickboard::simulator {

/// What a session needs of the server around it. All on the io thread.
class session_host {
public:
  virtual ~session_host() = default;
  virtual std::shared_ptr<session_host> keep() = 0;
  virtual venue& exchange() noexcept = 0;
  virtual tape& updates() noexcept = 0;
  virtual const recording* playing() const noexcept = 0; ///< null: random-walk markets
  virtual rest_reply answer(const rest_request& request) = 0;
  /// Counts an upgrade that is asked for. The reply to it instead of the WebSocket, while one is to
  /// be refused.
  virtual std::optional<rest_reply> refusal() = 0;
  virtual disturbance disturbance_of(std::uint64_t session) = 0;
  virtual void subscribed() = 0;               ///< a session has its first subscription
  virtual void played(std::size_t frames) = 0; ///< of the recording, by some session
  virtual void ended(std::uint64_t session) = 0;
};

/// One TCP connection: plain HTTP requests, or a WebSocket after an upgrade. The session keeps
/// itself alive until its connection ends. Reads one message or request at a time; what is not
/// yet written is bounded (`most_queued`, beyond which the connection is cut).
class session {
public:
  virtual ~session() = default;
  virtual void start() = 0;
  virtual void pump() = 0; ///< writes as much data as there is and the socket takes
  virtual void every_second() = 0;
  virtual void cut() = 0; ///< resets the TCP connection
  virtual void close(std::uint16_t code, std::string_view reason) = 0;
  virtual void announce_shutdown() = 0;
  virtual void set_disturbance(const disturbance& to) = 0;

  virtual bool is_websocket() const noexcept = 0;
  virtual bool drained() const noexcept = 0; ///< everything there is has gone to the socket
  virtual std::size_t subscription_count() const noexcept = 0;
  /// Its place on the tape; nothing if it follows no market.
  virtual std::optional<std::uint64_t> tape_index() const noexcept = 0;
};

/// `tls` is null for plain TCP. The session keeps `host` alive; the host must not keep the session.
std::shared_ptr<session> make_session(boost::asio::ip::tcp::socket socket,
                                      boost::asio::ssl::context* tls, session_host& host,
                                      std::uint64_t id);

} // namespace tickboard::simulator
