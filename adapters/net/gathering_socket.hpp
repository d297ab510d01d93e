#pragma once

// For .cpp files of this folder only: it includes Beast.

#include "adapters/net/asio_types.hpp"
#include "adapters/net/gather.hpp"

#include <boost/beast/core/async_base.hpp>
#include <boost/beast/websocket/teardown.hpp>

#include <functional>

namespace tickboard::net {

/// A TCP socket below Beast (and below TLS) that says when it ran dry and, while data keeps coming,
/// is read at the io_context's beat (gather.hpp). io thread only.
class gathering_socket {
public:
  using executor_type = io_executor;
  using lowest_layer_type = tcp_socket::lowest_layer_type; ///< as asio::ssl::stream wants it

  explicit gathering_socket(io_executor executor)
      : socket_(executor), gather_(gather::of(executor.context())) {}

  executor_type get_executor() noexcept { return socket_.get_executor(); }
  tcp_socket& socket() noexcept { return socket_; }
  lowest_layer_type& lowest_layer() { return socket_.lowest_layer(); }
  const lowest_layer_type& lowest_layer() const { return socket_.lowest_layer(); }

  /// Called when a read found nothing; must not start another read.
  std::function<void()> on_dry;

  template <class Buffers, class Handler>
  auto async_read_some(const Buffers& buffers, Handler&& handler) {
    return asio::async_initiate<Handler, void(error_code, std::size_t)>(
        [this](auto&& completion, const Buffers& to) {
          using operation = read_op<Buffers, std::decay_t<decltype(completion)>>;
          operation(*this, to, std::forward<decltype(completion)>(completion)).start();
        },
        handler, buffers);
  }

  template <class Buffers, class Handler>
  auto async_write_some(const Buffers& buffers, Handler&& handler) {
    return socket_.async_write_some(buffers, std::forward<Handler>(handler));
  }

private:
  template <class Buffers, class Handler>
  class read_op : public boost::beast::async_base<Handler, io_executor> {
  public:
    template <class Completion>
    read_op(gathering_socket& from, const Buffers& to, Completion&& completion)
        : boost::beast::async_base<Handler, io_executor>(std::forward<Completion>(completion),
                                                         from.get_executor()),
          from_(from), to_(to) {}

    void start() { read(false); }

    void operator()(error_code ec) {
      if (ec && !at_beat_)
        return this->complete_now(ec, std::size_t{0});
      read(true);
    }

  private:
    void read(bool continued) {
      error_code ec;
      if (!from_.socket_.non_blocking())
        from_.socket_.non_blocking(true, ec);
      const auto size = ec ? 0 : from_.socket_.read_some(to_, ec);
      if (ec != asio::error::would_block)
        return this->complete(continued, ec, size);
      if (from_.on_dry)
        from_.on_dry();
      auto& from = from_;
      at_beat_ = !at_beat_ && from.rhythm_.busy(from.gather_);
      if (at_beat_)
        from.gather_.wait(std::move(*this));
      else
        from.socket_.async_wait(tcp_socket::wait_read, std::move(*this));
    }

    gathering_socket& from_;
    Buffers to_;
    bool at_beat_ = false; ///< waits for the beat: its error codes mean nothing
  };

  tcp_socket socket_;
  gather& gather_;
  gather::rhythm rhythm_;
};

/// Found by Beast when a closing handshake has ended.
template <class Handler>
void async_teardown(boost::beast::role_type role, gathering_socket& stream, Handler&& handler) {
  using boost::beast::websocket::async_teardown;
  async_teardown(role, stream.socket(), std::forward<Handler>(handler));
}

inline void beast_close_socket(gathering_socket& stream) {
  error_code ignored;
  stream.socket().close(ignored);
}

} // namespace tickboard::net
