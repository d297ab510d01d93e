#include "adapters/net/io_thread.hpp"

#include <boost/asio/post.hpp>

#include <pthread.h>
#include <string>

namespace tickboard::net {

io_thread::io_thread(unsigned index)
    : work_(context_.get_executor()), thread_([this] { context_.run(); }) {
  // Linux allows 15 characters.
  const auto name = ("tb-io-" + std::to_string(index)).substr(0, 15);
  pthread_setname_np(thread_.native_handle(), name.c_str());
}

io_thread::~io_thread() {
  stop();
}

void io_thread::stop() {
  // Twice: stopping what wraps a connection posts the stop of the connection.
  boost::asio::post(context_, [this] { boost::asio::post(context_, [this] { context_.stop(); }); });
  if (thread_.joinable())
    thread_.join();
}

} // namespace tickboard::net
