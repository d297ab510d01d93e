#pragma once

// For .cpp files of this folder only: it includes Beast.

#include "adapters/net/asio_types.hpp"
#include "adapters/net/turn_queue.hpp"

#include <boost/beast/core/async_base.hpp>
#include <boost/beast/websocket/teardown.hpp>

#include <functional>
#include <memory>

namespace tickboard::net {

/// A TCP socket below Beast (and below TLS) for feeds. It reads what there is in one go, serves the
/// pieces that are asked for from its buffer, and says when it ran dry: then all that came is with
/// the reader, and a batch of frames need not wait for more. Its executor takes turns
/// (turn_queue.hpp). io thread only.
class dry_socket {
public:
  using executor_type = turn_executor;
  using lowest_layer_type = tcp_socket::lowest_layer_type; ///< as asio::ssl::stream wants it

  explicit dry_socket(io_executor executor)
      : socket_(executor), turns_(turn_queue::of(executor.context())) {}

  executor_type get_executor() noexcept { return turn_executor(turns_); }
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
  static constexpr std::size_t capacity = 16 * 1024; ///< of the buffer: some forty ticker frames

  template <class Buffers, class Handler>
  class read_op : public boost::beast::async_base<Handler, turn_executor> {
  public:
    template <class Completion>
    read_op(dry_socket& from, const Buffers& to, Completion&& completion)
        : boost::beast::async_base<Handler, turn_executor>(std::forward<Completion>(completion),
                                                           from.get_executor()),
          from_(from), to_(to) {}

    void start() {
      if (asio::buffer_size(to_) == 0) // asio::ssl's way to be called back later
        this->complete(false, error_code{}, std::size_t{0});
      else if (from_.begin_ == from_.end_ && from_.drained_)
        wait();
      else
        read(false);
    }

    void operator()(error_code ec, std::size_t size) {
      from_.turns_.lead([&] {
        if (ec)
          return this->complete_now(ec, std::size_t{0});
        from_.begin_ = 0;
        from_.end_ = size;
        from_.drained_ = size < capacity;
        read(true);
      });
    }

  private:
    void read(bool continued) {
      error_code ec;
      if (from_.begin_ == from_.end_)
        from_.fill(ec);
      if (ec == asio::error::would_block)
        return wait();
      const auto size = asio::buffer_copy(
          to_, asio::buffer(from_.buffer_.get() + from_.begin_, from_.end_ - from_.begin_));
      from_.begin_ += size;
      this->complete(continued, ec, size);
    }

    /// Asio reads when the reactor says so; at once if it does not know that the socket is empty.
    /// It knows after a read of its own that left room in the buffer: then this costs no system
    /// call, where waiting for readiness would have epoll armed anew.
    void wait() {
      from_.drained_ = false;
      if (from_.on_dry)
        from_.on_dry();
      from_.allocate();
      from_.socket_.async_read_some(asio::buffer(from_.buffer_.get(), capacity), std::move(*this));
    }

    dry_socket& from_;
    Buffers to_;
  };

  void allocate() {
    if (!buffer_)
      buffer_ = std::make_unique<char[]>(capacity);
  }

  void fill(error_code& ec) {
    if (!socket_.non_blocking())
      socket_.non_blocking(true, ec);
    allocate();
    begin_ = 0;
    end_ = ec ? 0 : socket_.read_some(asio::buffer(buffer_.get(), capacity), ec);
    drained_ = !ec && end_ < capacity;
  }

  tcp_socket socket_;
  turn_queue& turns_;
  std::unique_ptr<char[]> buffer_;
  std::size_t begin_ = 0, end_ = 0; ///< what is left in the buffer
  bool drained_ = false;            ///< the last read took all there was
};

/// Found by Beast when a closing handshake has ended.
template <class Handler>
void async_teardown(boost::beast::role_type role, dry_socket& stream, Handler&& handler) {
  using boost::beast::websocket::async_teardown;
  async_teardown(role, stream.socket(), std::forward<Handler>(handler));
}

inline void beast_close_socket(dry_socket& stream) {
  error_code ignored;
  stream.socket().close(ignored);
}

} // namespace tickboard::net
