#include "adapters/redis/asio_hiredis.hpp"

#include "adapters/net/turn_queue.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <hiredis/async.h>

#include <memory>
#include <sys/socket.h>

namespace tickboard::redis {

namespace {

namespace net = boost::asio;

constexpr std::size_t read_size = 128 * 1024;

/// hiredis reads 16 KB at a time, and asks epoll before each: a page would take several rounds. So
/// what there is is fed to it first, and finding nothing more it goes on to handle that. May free
/// the context.
void read_replies(redisAsyncContext* context) {
  constexpr std::size_t most = 1024 * 1024; ///< at once, so that others on this thread get a turn
  static thread_local const auto buffer = std::make_unique_for_overwrite<char[]>(read_size);
  auto& c = context->c;
  for (std::size_t total = 0; total < most;) {
    const auto bytes = ::recv(c.fd, buffer.get(), read_size, MSG_DONTWAIT);
    if (bytes <= 0 || // whatever is wrong, hiredis will see for itself
        redisReaderFeed(c.reader, buffer.get(), static_cast<std::size_t>(bytes)) != REDIS_OK)
      break;
    total += static_cast<std::size_t>(bytes);
    if (static_cast<std::size_t>(bytes) < read_size)
      break;
  }
  redisAsyncHandleRead(context);
}

/// Lives as long as hiredis or a pending wait needs it. hiredis owns the file descriptor, so it is
/// released, never closed, here.
struct asio_attachment final : attachment, std::enable_shared_from_this<asio_attachment> {
  asio_attachment(net::io_context& io, redisAsyncContext& ctx)
      : socket(io), context(&ctx), turns(tickboard::net::turn_queue::of(io)) {}

  void wait(net::posix::stream_descriptor::wait_type type, bool asio_attachment::*wanted,
            bool asio_attachment::*waiting, void (*handle)(redisAsyncContext*)) {
    if (!(this->*wanted) || this->*waiting || context == nullptr)
      return;
    if (patient && type == net::posix::stream_descriptor::wait_read)
      return;
    if (!socket.is_open())
      socket.assign(context->c.fd);
    this->*waiting = true;
    socket.async_wait(type, [self = shared_from_this(), type, wanted, waiting,
                             handle](boost::system::error_code error) {
      (*self).*waiting = false;
      if (self->context == nullptr || (error && error != net::error::operation_aborted))
        return;
      if (!error && (*self).*wanted)
        handle(self->context); // may free the context
      if (type == net::posix::stream_descriptor::wait_write)
        self->forget_writability();
      self->wait(type, wanted, waiting, handle);
    });
  }

  /// Asio goes on asking epoll whether a descriptor can be written to once it has waited for that,
  /// and then each wait for a reply ends at once, for nothing.
  void forget_writability() {
    if (!writing && socket.is_open())
      socket.release(); // aborts a wait for reading, which then starts anew
  }

  void wait_read() {
    wait(net::posix::stream_descriptor::wait_read, &asio_attachment::reading,
         &asio_attachment::waiting_to_read, read_replies);
  }

  void wait_write() {
    wait(net::posix::stream_descriptor::wait_write, &asio_attachment::writing,
         &asio_attachment::waiting_to_write, redisAsyncHandleWrite);
  }

  /// Writes what hiredis has gathered as soon as the running handler is done: a socket is nearly
  /// always writable, and asking the reactor first costs a round through epoll. Only what did not
  /// fit waits for it.
  void write_soon() {
    if (write_posted || in_write)
      return;
    write_posted = true;
    turns.push([self = shared_from_this()] {
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

  void look() override {
    if (context != nullptr && reading && connected())
      read_replies(context); // may free the context
  }

  bool connected() const { return (context->c.flags & REDIS_CONNECTED) != 0; }

  net::posix::stream_descriptor socket;
  redisAsyncContext* context;
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
