#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/bind_handler.hpp>
#include <boost/beast/core/role.hpp>

#include <functional>
#include <optional>
#include <string>

namespace tickboard::simulator {

/// The stream below Beast's WebSocket, plain or TLS. Reads go to the socket; writes only join a
/// queue of bytes, so that Beast's control frames and our own bulk frames share one writer and
/// never mix within a frame. For one include, session.cpp, only.
class gate {
public:
  using tcp = boost::asio::ip::tcp;
  using executor_type = tcp::socket::executor_type;
  using error_code = boost::system::error_code;

  gate(tcp::socket socket, boost::asio::ssl::context* tls) : plain_(std::move(socket)) {
    if (tls != nullptr)
      tls_.emplace(plain_, *tls);
  }

  executor_type get_executor() noexcept { return plain_.get_executor(); }
  tcp::socket& socket() noexcept { return plain_; }
  bool secure() const noexcept { return tls_.has_value(); }
  auto& tls() noexcept { return *tls_; }

  template <class Buffers, class Handler>
  auto async_read_some(const Buffers& buffers, Handler&& handler) {
    if (tls_)
      return tls_->async_read_some(buffers, std::forward<Handler>(handler));
    return plain_.async_read_some(buffers, std::forward<Handler>(handler));
  }

  template <class Buffers, class Handler>
  auto async_write_some(const Buffers& buffers, Handler&& handler) {
    return boost::asio::async_initiate<Handler, void(error_code, std::size_t)>(
        [this, &buffers](auto&& completion) {
          std::size_t size = 0;
          for (auto it = boost::asio::buffer_sequence_begin(buffers);
               it != boost::asio::buffer_sequence_end(buffers); ++it) {
            const boost::asio::const_buffer piece(*it);
            queued.append(static_cast<const char*>(piece.data()), piece.size());
            size += piece.size();
          }
          boost::asio::post(get_executor(), boost::beast::bind_handler(
                                                std::forward<decltype(completion)>(completion),
                                                error_code{}, size));
          if (on_queued)
            on_queued();
        },
        handler);
  }

  /// Sends to the socket itself; for the session's writer.
  template <class Handler>
  void async_send(boost::asio::const_buffer bytes, Handler&& handler) {
    if (tls_)
      tls_->async_write_some(bytes, std::forward<Handler>(handler));
    else
      plain_.async_write_some(bytes, std::forward<Handler>(handler));
  }

  std::string queued;                ///< bytes that wait for the writer
  std::function<void()> on_queued;   ///< Beast queued something
  std::function<void()> on_teardown; ///< the WebSocket is over: close once all is written

private:
  tcp::socket plain_;
  std::optional<boost::asio::ssl::stream<tcp::socket&>> tls_;
};

/// Found by Beast when a closing handshake has ended.
template <class Handler>
void async_teardown(boost::beast::role_type, gate& stream, Handler&& handler) {
  if (stream.on_teardown)
    stream.on_teardown();
  boost::asio::post(
      stream.get_executor(),
      boost::beast::bind_handler(std::forward<Handler>(handler), boost::system::error_code{}));
}

inline void beast_close_socket(gate& stream) {
  boost::system::error_code ignored;
  stream.socket().close(ignored);
}

} // namespace tickboard::simulator
