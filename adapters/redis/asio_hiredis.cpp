#include "adapters/redis/asio_hiredis.hpp"

#include "adapters/net/turn_queue.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <hiredis/async.h>

#include <memory>

namespace tickboard::redis {

namespace {

namespace net = boost::asio;

/// Lives as long as hiredis or a pending wait needs it. hiredis owns the file descriptor, so it is
/// released, never closed, here.
struct attachment : std::enable_shared_from_this<attachment> {
  attachment(net::io_context& io, redisAsyncContext& ctx)
      : socket(io, ctx.c.fd), context(&ctx), turns(tickboard::net::turn_queue::of(io)) {}

  void wait(net::posix::stream_descriptor::wait_type type, bool attachment::*wanted,
            bool attachment::*waiting, void (*handle)(redisAsyncContext*)) {
    if (!(this->*wanted) || this->*waiting || context == nullptr)
      return;
    this->*waiting = true;
    socket.async_wait(type, [self = shared_from_this(), type, wanted, waiting,
                             handle](boost::system::error_code error) {
      (*self).*waiting = false;
      if (error || self->context == nullptr)
        return;
      if ((*self).*wanted)
        handle(self->context); // may free the context
      self->wait(type, wanted, waiting, handle);
    });
  }

  void wait_read() {
    wait(net::posix::stream_descriptor::wait_read, &attachment::reading,
         &attachment::waiting_to_read, redisAsyncHandleRead);
  }

  void wait_write() {
    wait(net::posix::stream_descriptor::wait_write, &attachment::writing,
         &attachment::waiting_to_write, redisAsyncHandleWrite);
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

  bool connected() const { return (context->c.flags & REDIS_CONNECTED) != 0; }

  net::posix::stream_descriptor socket;
  redisAsyncContext* context;
  tickboard::net::turn_queue& turns;
  bool reading = false, writing = false;
  bool waiting_to_read = false, waiting_to_write = false;
  bool write_posted = false, in_write = false;
};

/// hiredis holds one reference, as its event data.
attachment& from(void* data) {
  return **static_cast<std::shared_ptr<attachment>*>(data);
}

} // namespace

void attach(net::io_context& io, redisAsyncContext& context) {
  context.ev.data = new std::shared_ptr<attachment>(std::make_shared<attachment>(io, context));
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
    from(data).socket.release(); // cancels the waits
    delete static_cast<std::shared_ptr<attachment>*>(data);
  };
}

} // namespace tickboard::redis
