#pragma once

// For .cpp files of this folder only: it includes Asio's TLS.

#include "adapters/net/asio_types.hpp"

#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include <memory>
#include <utility>
#include <variant>

namespace tickboard::net {

/// What a session of the HTTP server reads and writes: TCP, or TLS on it. Its operations are those
/// of Asio, with their handlers. io thread only.
class http_socket {
public:
  /// `tls`, unless null, is a server's context. It need not outlive the socket: OpenSSL keeps what
  /// a connection needs of it.
  http_socket(tcp_socket socket, asio::ssl::context* tls) : stream_(std::move(socket)) {
    if (tls != nullptr)
      stream_ = std::make_unique<tls_socket>(std::get<tcp_socket>(std::move(stream_)), *tls);
  }

  bool encrypted() const noexcept { return stream_.index() == 1; }
  io_executor get_executor() { return lowest().get_executor(); }

  /// Of what is encrypted.
  template <class Handler>
  void async_handshake(Handler handler) {
    std::get<tls_ptr>(stream_)->async_handshake(asio::ssl::stream_base::server, std::move(handler));
  }

  template <class Buffers, class Handler>
  void async_read_some(const Buffers& buffers, Handler handler) {
    if (encrypted())
      std::get<tls_ptr>(stream_)->async_read_some(buffers, std::move(handler));
    else
      std::get<tcp_socket>(stream_).async_read_some(buffers, std::move(handler));
  }

  /// All of them.
  template <class Buffers, class Handler>
  void async_write(const Buffers& buffers, Handler handler) {
    if (encrypted())
      asio::async_write(*std::get<tls_ptr>(stream_), buffers, std::move(handler));
    else
      asio::async_write(std::get<tcp_socket>(stream_), buffers, std::move(handler));
  }

  /// Calls `use` with the Asio stream that this is: a TCP socket, or TLS on one.
  template <class Use>
  auto visit(Use use) {
    return encrypted() ? use(*std::get<tls_ptr>(stream_)) : use(std::get<tcp_socket>(stream_));
  }

  /// How much the operating system takes that the peer has not taken.
  void limit_send_buffer(std::size_t bytes) {
    error_code ignored;
    lowest().set_option(asio::socket_base::send_buffer_size(static_cast<int>(bytes)), ignored);
  }

  void cancel() {
    error_code ignored;
    lowest().cancel(ignored);
  }
  /// The peer reads an end. TLS says no goodbye: a body's length is in its header.
  void shutdown_send() {
    error_code ignored;
    lowest().shutdown(tcp_socket::shutdown_send, ignored);
  }
  void close() {
    error_code ignored;
    lowest().close(ignored);
  }

private:
  using tls_socket = asio::ssl::stream<tcp_socket>;
  using tls_ptr = std::unique_ptr<tls_socket>;

  tcp_socket& lowest() {
    return encrypted() ? std::get<tls_ptr>(stream_)->next_layer() : std::get<tcp_socket>(stream_);
  }

  std::variant<tcp_socket, tls_ptr> stream_;
};

} // namespace tickboard::net
