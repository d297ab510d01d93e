#pragma once

#include "adapters/net/http_server.hpp"
#include "adapters/net/http_socket.hpp"

#include <memory>
#include <string>

namespace tickboard::net {

/// Who a live channel belongs to.
class live_owner {
public:
  virtual void channel_ready() = 0; ///< it has begun, or what was sent is written
  virtual void channel_message(std::string text) = 0;
  virtual void channel_heard() = 0;  ///< a ping, or the answer to one
  virtual void channel_ending() = 0; ///< its end is being agreed on: there is no more to hear
  virtual void channel_ended() = 0;  ///< last call
protected:
  ~live_owner() = default;
};

/// What the connection of an answer that goes on has become. io thread only; its operations keep
/// the owner alive.
class live_channel {
public:
  virtual ~live_channel() = default;
  virtual void send(live_piece piece) = 0; ///< not before the last one is written
  virtual void read_message() = 0;
  virtual void ping() = 0; ///< while nothing is being written; of what cannot answer: nothing
  /// Says goodbye behind what is being written; then channel_ended(). `as`: of a WebSocket.
  virtual void finish(websocket_end as) = 0;
};

/// Writes `head`, and then pieces: as chunks, or as they are for HTTP/1.0.
std::unique_ptr<live_channel> open_event_stream(http_socket& socket,
                                                std::weak_ptr<live_owner> owner, std::string head,
                                                bool chunked);

/// `socket` has read nothing behind the request.
std::unique_ptr<live_channel> open_websocket(http_socket& socket, std::weak_ptr<live_owner> owner,
                                             const http_rare_fields& offer,
                                             std::size_t max_message_bytes);

} // namespace tickboard::net
