#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <thread>

namespace tickboard::net {

/// An io_context and the one thread that runs it, named "tb-io-<index>". Everything that is opened
/// on `context()` runs on that thread, so io code needs neither strands nor mutexes.
///
/// Whoever still holds handles of streams, servers or batches may keep them after the io_thread is
/// gone, but must not call them while it is being destroyed: stop the actors first.
class io_thread {
public:
  explicit io_thread(unsigned index = 0);
  io_thread(const io_thread&) = delete;
  io_thread& operator=(const io_thread&) = delete;
  ~io_thread();

  boost::asio::io_context& context() noexcept { return context_; }

  /// Ends the thread and joins it. What was posted before still runs, as stops of connections are,
  /// and what that posts itself; what waits for anything never does. Idempotent. Not to be called
  /// on the io thread itself.
  void stop();

private:
  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  std::thread thread_;
};

} // namespace tickboard::net
