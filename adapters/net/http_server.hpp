#pragma once

#include "market/result.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace boost::asio::ssl {
class context;
}

namespace tickboard::net {

struct http_server_options {
  std::string listen;                      ///< "host:port", "[::1]:8080"; port 0 takes a free one
  std::size_t max_connections = 10'000;    ///< further ones get 503 and are closed
  std::size_t max_header_bytes = 8 * 1024; ///< more gets 431
  std::size_t max_body_bytes = 64 * 1024;  ///< more gets 413
  std::chrono::milliseconds header_timeout{10'000}; ///< from a request's first byte to its end
  std::chrono::milliseconds idle_timeout{60'000};   ///< keep-alive between requests; then close.
                                                    ///< A WebSocket is asked then, and cut as late
  std::chrono::milliseconds answer_timeout{30'000}; ///< for the listener; then 503 and close
  std::chrono::milliseconds write_timeout{30'000};  ///< for one response, or a piece of one
  std::size_t max_message_bytes = 16 * 1024;        ///< of a WebSocket; more ends it
  /// Of tls.hpp; null: HTTP without TLS. A handshake has header_timeout; who fails it, or comes
  /// when max_connections are served, is cut without a word.
  std::shared_ptr<boost::asio::ssl::context> tls{};
  /// Hears of each answer that is given here instead of by the listener; of who is cut because
  /// max_connections are served, as of a 503. On the io thread.
  std::function<void(unsigned status)> on_refused{};
};

enum class http_method : std::uint8_t { get, head, other };

/// Header fields that few requests have.
struct http_rare_fields {
  std::string last_event_id;
  std::string origin;
  std::string host;
  bool wants_websocket = false; ///< GET in HTTP/1.1, Upgrade: websocket, and Connection says so
  std::string websocket_key, websocket_version;
};

struct http_request {
  http_method method = http_method::get;
  std::string method_text;
  std::string target; ///< as sent: path?query; of a whole URL what is behind its host
  std::string body;
  bool keep_alive = true;
  bool accepts_gzip = false; ///< Accept-Encoding allows gzip
  std::string accept;        ///< media types, as sent
  std::string if_none_match;
  std::string authorization;                      ///< as sent
  std::string api_key;                            ///< X-API-Key, as sent
  std::shared_ptr<const http_rare_fields> rare{}; ///< null: it has none of them
};

using shared_bytes = std::shared_ptr<const std::string>;

struct http_response {
  unsigned status = 200;
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers; ///< besides type, length, date
  shared_bytes body; ///< null is empty; shared with other responses, never changed
};

/// A piece of an answer that goes on: what of it others get as well is shared.
struct live_piece {
  std::string before;
  shared_bytes shared; ///< null is empty
  std::string after;
};

/// Why a WebSocket is ended: a close frame's code (RFC 6455 section 7.4), and at most 123 bytes.
struct websocket_end {
  std::uint16_t code = 1000;
  std::string why;
};

/// One client connection, which handles one request at a time: the next (pipelined) one is read
/// once the response is written. Methods may be called from any thread; they only post.
class http_connection {
public:
  virtual ~http_connection() = default;
  /// Answers the request given last. HEAD, keep-alive and Content-Length are seen to here. A
  /// second answer to one request, or one after the close, is dropped.
  virtual void respond(http_response response) = 0;

  /// Answers the request given last with a head, and a body that goes on until end_stream or the
  /// close; no further request is read. To a HEAD the head is the whole answer.
  virtual void begin_stream(http_response head) = 0;
  /// Answers the request given last, which wants_websocket, by becoming one (RFC 6455, without
  /// extensions). Text messages are handed over one at a time: each after `read_message`.
  virtual void accept_websocket() = 0;
  /// A part of the stream's body, or a text message. One at a time: only after on_sent.
  virtual void send(live_piece piece) = 0;
  virtual void read_message() = 0;

  /// Ends the stream's body behind what was sent, as a whole one, and then the connection.
  virtual void end_stream() = 0;
  /// Ends a WebSocket behind what was sent: by a close frame, which the client has a second to
  /// answer.
  virtual void end_websocket(websocket_end as) = 0;
  virtual void close() = 0;
  /// Whom limits for each client count as one: the IPv4 address, or the IPv6 network, of which a
  /// client has at least a /64 to itself.
  virtual std::string client_network() const = 0;
};

/// Hears of one connection on the io thread; must not block.
class http_listener {
public:
  virtual ~http_listener() = default;
  virtual void on_request(http_request request) = 0;
  /// A stream or a WebSocket has begun, or what was sent is with the operating system, which takes
  /// little for a client that does not read: the next may be sent.
  virtual void on_sent() {}
  virtual void on_message(std::string /*text*/) {}
  virtual void on_closed() = 0; ///< last call
};

using http_listener_factory =
    std::function<std::unique_ptr<http_listener>(std::shared_ptr<http_connection>)>;

/// Accepts connections. Malformed requests, limits and timeouts are answered here with
/// problem+json; everything else goes to the listener. It serves until `stop`, or until its
/// io_context is destroyed, independent of this handle. Timeouts are seen to in one sweep a second
/// (more often where one is shorter than 4 s).
class http_server {
public:
  virtual ~http_server() = default;
  virtual std::uint16_t port() const noexcept = 0;
  virtual std::size_t connections() const noexcept = 0;
  /// Who connects from now on meets this certificate. Only where there was one; any thread.
  virtual void renew_tls(std::shared_ptr<boost::asio::ssl::context> tls) = 0;
  virtual void stop() = 0; ///< stops accepting and closes idle connections; any thread
};

/// The error names the address and why it cannot be listened on. A host name is resolved here,
/// which may block: call it at start.
result<std::shared_ptr<http_server>> listen_http(boost::asio::io_context& io,
                                                 const http_server_options& options,
                                                 http_listener_factory factory);

/// An RFC 9457 body. `extra` are further members as (name, text).
http_response problem(unsigned status, std::string_view title, std::string_view detail,
                      const std::vector<std::pair<std::string, std::string>>& extra = {});

} // namespace tickboard::net
