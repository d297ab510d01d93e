#pragma once

#include "tests/unit/net/certificates.hpp"
#include "tests/unit/net/sockets.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace tickboard::net::test {

/// The server's side of one WebSocket connection, blocking, by Beast. Every call throws
/// boost::system::system_error when the connection ends.
class ws_peer {
public:
  ~ws_peer();
  ws_peer(ws_peer&&) noexcept;

  /// Accepts one connection and its upgrade.
  static ws_peer accept(raw_listener& listener);
  static ws_peer accept_tls(raw_listener& listener, const identity& as);

  void send(std::string_view frame, bool binary = false);
  std::string read();
  void ping();
  void close(std::uint16_t code, const std::string& reason);
  /// Reads until the other side closes; its close code.
  std::uint16_t read_to_close();
  /// Bytes below the WebSocket, plain connections only.
  void send_raw(std::string_view bytes);
  void reset();
  bool writable() const;           ///< whether the TCP connection takes more at this moment
  const std::string& host() const; ///< Host of the upgrade request

  struct state;

private:
  explicit ws_peer(std::unique_ptr<state> made);
  std::unique_ptr<state> state_;
};

} // namespace tickboard::net::test
