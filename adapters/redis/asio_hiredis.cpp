#include "adapters/redis/asio_hiredis.hpp"

#include "adapters/net/turn_queue.hpp"

#include <boost/asio/generic/stream_protocol.hpp>
#include <hiredis/async.h>

#include <algorithm>
#include <memory>
#include <span>
#include <sys/socket.h>

namespace tickboard::redis {

namespace {

namespace net = boost::asio;

using reading_socket = net::generic::stream_protocol::socket;

constexpr std::size_t read_size = 128 * 1024;

/// hiredis reads 16 KB at a time: a page would take several rounds through epoll. So what there is
/// is fed to it, and finding nothing more it goes on to handle that. May free the context.
void feed(redisAsyncContext* context, std::span<const char> replies) {
  // Whatever is wrong, hiredis will see for itself.
  if (!replies.empty())
    redisReaderFeed(context->c.reader, replies.data(), replies.size());
  redisAsyncHandleRead(context);
}

/// Lives as long as hiredis or a pending wait needs it. hiredis owns the file descriptor, so it is
/// released, never closed, here.
struct asio_attachment final : attachment, std::enable_shared_from_this<asio_attachment> {
  asio_attachment(net::io_context& io, redisAsyncContext& ctx)
      : socket(io), context(&ctx), turns(tickboard::net::turn_queue::of(io)) {}

  /// Asio's own reads, and not its waits, since it asks epoll anew for each wait, and for a read
  /// after one that took all there was it does not.
  void wait_read() {
    if (!reading || waiting_to_read || context == nullptr || patient)
      return;
    waiting_to_read = true;
    open();
    socket.async_read_some(
        net::buffer(buffer.get(), read_size),
        [self = shared_from_this()](boost::system::error_code error, std::size_t size) {
          self->waiting_to_read = false;
          if (self->context == nullptr)
            return;
          if (error != net::error::operation_aborted && (self->reading || size != 0))
            feed(self->context, {self->buffer.get(), size}); // may free the context
          self->wait_read();
        });
  }

  void wait_write() {
    if (!writing || waiting_to_write || context == nullptr)
      return;
    waiting_to_write = true;
    open();
    socket.async_wait(
        socket.wait_write, [self = shared_from_this()](boost::system::error_code error) {
          self->waiting_to_write = false;
          if (self->context == nullptr || (error && error != net::error::operation_aborted))
            return;
          if (!error && self->writing)
            redisAsyncHandleWrite(self->context); // may free the context
          self->forget_writability();
          self->wait_write();
        });
  }

  void open() {
    if (!socket.is_open())
      socket.assign(net::generic::stream_protocol{AF_UNSPEC, 0}, context->c.fd);
  }

  /// Asio goes on asking epoll whether a descriptor can be written to once it has waited for that,
  /// and then each reply that Redis reads room for wakes us, for nothing.
  void forget_writability() {
    if (!writing && socket.is_open())
      socket.release(); // aborts a read, which then starts anew
  }

  /// Writes what hiredis has gathered as soon as the running handler, or job of an actor, is done:
  /// a socket is nearly always writable, and asking the reactor first costs a round through epoll.
  /// Only what did not fit waits for it. What else waits for its turn here comes later: meanwhile
  /// Redis works on what it was sent.
  void write_soon() {
    if (write_posted || in_write)
      return;
    write_posted = true;
    turns.push_first([self = shared_from_this()] {
      self->write_posted = false;
      if (self->context == nullptr || !self->writing)
        return;
      self->in_write = true;
      redisAsyncHandleWrite(self->context); // may free the context
      self->in_write = false;
      self->wait_write();
    });
  }

  void be_patient(bool wanted) override {
    patient = wanted;
    if (context == nullptr)
      return;
    if (!patient)
      wait_read();
    else if (socket.is_open() && !waiting_to_write)
      socket.release(); // epoll would wake us all the same
  }

  /// While a read is pending it may have taken what comes first, so what it finds is waited for.
  void look() override {
    if (context == nullptr || !reading || waiting_to_read || !connected())
      return;
    const auto bytes = ::recv(context->c.fd, buffer.get(), read_size, MSG_DONTWAIT);
    feed(context, {buffer.get(), static_cast<std::size_t>(std::max<ssize_t>(bytes, 0))});
  }

  bool connected() const { return (context->c.flags & REDIS_CONNECTED) != 0; }

  reading_socket socket;
  redisAsyncContext* context;
  /// That a pending read fills.
  std::unique_ptr<char[]> buffer = std::make_unique_for_overwrite<char[]>(read_size);
  tickboard::net::turn_queue& turns;
  bool reading = false, writing = false;
  bool waiting_to_read = false, waiting_to_write = false;
  bool patient = false;
  bool write_posted = false, in_write = false;
};

/// hiredis holds one reference, as its event data.
asio_attachment& from(void* data) {
  return **static_cast<std::shared_ptr<asio_attachment>*>(data);
}

} // namespace

std::shared_ptr<attachment> attach(net::io_context& io, redisAsyncContext& context) {
  const auto out = std::make_shared<asio_attachment>(io, context);
  context.ev.data = new std::shared_ptr<asio_attachment>(out);
  context.ev.addRead = [](void* data) {
    from(data).reading = true;
    from(data).wait_read();
  };
  context.ev.delRead = [](void* data) { from(data).reading = false; };
  context.ev.addWrite = [](void* data) {
    from(data).writing = true;
    if (from(data).connected())
      from(data).write_soon();
    else
      from(data).wait_write(); // which tells of the connect
  };
  context.ev.delWrite = [](void* data) { from(data).writing = false; };
  context.ev.cleanup = [](void* data) {
    from(data).context = nullptr;
    if (from(data).socket.is_open())
      from(data).socket.release(); // cancels the waits
    delete static_cast<std::shared_ptr<asio_attachment>*>(data);
  };
  return out;
}

} // namespace tickboard::redis
