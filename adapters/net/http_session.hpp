#pragma once

#include "adapters/net/asio_types.hpp"
#include "adapters/net/http_request_reader.hpp"
#include "adapters/net/http_response.hpp"
#include "adapters/net/http_server.hpp"
#include "adapters/net/http_socket.hpp"
#include "adapters/net/live_channel.hpp"

#include <boost/beast/core/flat_buffer.hpp>

#include <chrono>
#include <memory>
#include <optional>

namespace tickboard::net {

class http_session;

/// What a session needs of its server; outlives every session that is not closed.
class http_session_host {
public:
  virtual const http_server_options& options() const noexcept = 0;
  virtual const std::string& date() const noexcept = 0;
  virtual bool stopping() const noexcept = 0;
  virtual void session_closed(http_session& session) = 0; ///< may destroy nothing at once
protected:
  ~http_session_host() = default;
};

/// One client connection: read a request, have it answered, write, again. Lives on the io thread,
/// owned by its server until it is closed and by its pending operation. It has no timer: the
/// server calls `check_deadline` in its sweep.
class http_session final : public live_owner, public std::enable_shared_from_this<http_session> {
public:
  using clock = std::chrono::steady_clock;

  http_session(http_session_host& host, tcp_socket socket);

  /// The factory is the host's.
  void serve(const http_listener_factory& factory, const asio::ip::address& client);
  /// Answers without reading a request and closes.
  void refuse(const http_refusal& refusal);
  void check_deadline(clock::time_point now);
  /// Closes now if no request is under way, else after its answer. One that goes on ends.
  void stop();
  /// `streamed`: to a HEAD, the head of what goes on.
  void respond(http_response response, bool streamed = false);
  void begin_stream(http_response head);
  void accept_websocket();
  void send(live_piece piece);
  void read_message();
  /// Ends what goes on as a whole; a WebSocket as is said.
  void end_live(websocket_end as = {});
  void close();

  /// Whether it takes one of the places of max_connections.
  bool counted() const noexcept { return counted_; }
  io_executor executor() { return socket_.get_executor(); }

private:
  enum class phase : std::uint8_t {
    handshaking,
    idle,
    reading,
    answering,
    writing,
    live, ///< the answer goes on: a stream, or a WebSocket
    draining,
    closed
  };

  void begin(const http_listener_factory& factory, const asio::ip::address& client);
  void read();
  void process();
  void send_continue();
  void write(const http_response& response, bool streamed = false);
  void on_written();
  void drain();
  void enter(phase next, std::chrono::milliseconds limit);
  bool go_live();
  void watch_silence(clock::time_point now);

  void channel_ready() override;
  void channel_message(std::string text) override;
  void channel_heard() override;
  void channel_ending() override;
  void channel_ended() override { close(); }

  http_session_host& host_;
  http_socket socket_;
  std::unique_ptr<http_listener> listener_;
  boost::beast::flat_buffer buffer_; ///< bounded: the reader leaves at most max_header_bytes in it
  std::optional<http_request_reader> reader_;
  phase phase_ = phase::idle;
  clock::time_point deadline_;
  std::string head_;
  shared_bytes body_;                            ///< of the response that is being written
  std::shared_ptr<const http_rare_fields> rare_; ///< of the request that is being answered
  std::unique_ptr<live_channel> live_;
  bool ready_ = false;            ///< for the next piece
  bool ending_ = false;           ///< what is live
  clock::time_point quiet_since_; ///< of a WebSocket that is read: since when nothing was heard
  bool listening_ = false;        ///< it is
  bool pinged_ = false;           ///< since then
  bool head_only_ = false;
  bool http_1_0_ = false;
  bool keep_alive_ = true;
  bool refused_ = false; ///< the client may still be sending: drain before closing
  bool continued_ = false;
  bool counted_ = false; ///< served, as opposed to refused at the door
};

} // namespace tickboard::net
