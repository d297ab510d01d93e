#pragma once

#include "adapters/net/frame_batch.hpp"
#include "market/result.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace tickboard::net {

struct tls_options {
  std::string ca_file; ///< PEM; empty: the system's store
};

struct stream_options {
  std::string url; ///< ws:// or wss://host[:port]/path?query
  tls_options tls; ///< certificate chain and host name are always verified; SNI is always sent
  std::chrono::milliseconds connect_timeout{10'000}; ///< resolve + TCP + TLS + upgrade together
  std::chrono::milliseconds write_timeout{10'000};
  std::chrono::milliseconds ping_interval{20'000}; ///< protocol pings of ours when nothing comes
  std::size_t max_frame_bytes = 4 * 1024 * 1024;   ///< larger closes the connection
  std::size_t credit_bytes = 4 * 1024 * 1024;      ///< unprocessed frames at which reading pauses
  std::size_t max_batch_frames = 256;              ///< frames that travel in one frame_batch
  std::size_t max_pending_writes = 64; ///< queued messages at which the connection fails
};

/// An HTTP answer that is not what was asked for.
struct host_refusal {
  unsigned status = 0;                 ///< 0: it was no such answer
  std::chrono::seconds retry_after{0}; ///< of a 418, 429 or 503, at most three days; 0: not said
};

/// How a connection ended.
struct stream_end {
  std::string reason;     ///< a sentence for the operator, with the host and without secrets
  host_refusal refused{}; ///< if the upgrade was
};

/// Hears of one connection, on the io thread; must not block. After `on_closed` nothing comes.
class stream_listener {
public:
  virtual ~stream_listener() = default;
  virtual void on_open() = 0;
  virtual void on_frames(frame_batch_ptr frames) = 0;
  virtual void on_alive() = 0; ///< a ping or pong arrived: socket liveness, not data
  /// Once, whatever happened: refused, TLS or upgrade failure, close frame, reset, own `close`.
  virtual void on_closed(stream_end end) = 0;
};

/// One client WebSocket. Methods may be called from any thread; they only post to the io thread.
class stream {
public:
  virtual ~stream() = default;
  virtual void send(std::string text) = 0;
  /// Sends a close frame, waits for the peer at most a second, then cuts. Idempotent.
  virtual void close() = 0;
};

using stream_ptr = std::shared_ptr<stream>;

/// How actors get streams. The daemon passes `open_stream`; tests of actor logic pass a script.
using stream_opener =
    std::function<stream_ptr(const stream_options&, std::shared_ptr<stream_listener>)>;

/// Starts connecting. The connection lives until it is closed, independent of the handle.
stream_ptr open_stream(boost::asio::io_context& io, const stream_options& options,
                       std::shared_ptr<stream_listener> listener);

} // namespace tickboard::net
