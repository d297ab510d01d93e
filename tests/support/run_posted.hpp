#pragma once

#include "adapters/net/io_thread.hpp"

#include <boost/asio/post.hpp>

#include <future>

namespace tickboard::test {

/// Returns when what was posted to `io` before has run, as stops of connections are: what is still
/// pending when an io_thread stops never runs, and is reported as a leak.
inline void run_posted(net::io_thread& io) {
  std::promise<void> done;
  boost::asio::post(io.context(), [&done] { done.set_value(); });
  done.get_future().wait();
}

} // namespace tickboard::test
