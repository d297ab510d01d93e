#pragma once

#include "actors/board.hpp"
#include "actors/evaluation.hpp"
#include "adapters/net/io_thread.hpp"
#include "adapters/redis/private_server.hpp"
#include "tests/support/copied_reply.hpp"

#include <boost/asio/post.hpp>
#include <doctest/doctest.h>

#include <future>
#include <memory>
#include <string>
#include <vector>

namespace tickboard::test {

/// A real redis-server of the test's own, and our client connected to it.
class store {
public:
  explicit store(std::vector<board::script_ptr> scripts = {},
                 const std::vector<std::string>& options = {}) {
    auto started = redis::start_private_server(options);
    REQUIRE_MESSAGE(started, (started ? "" : started.error()));
    server = std::move(*started);
    client = connect(std::move(scripts));
  }
  ~store() {
    client->stop();
    io.stop();
  }

  /// A further connection; returns once it is ready.
  std::shared_ptr<redis::client> connect(std::vector<board::script_ptr> scripts,
                                         redis::client_events events = {}) {
    redis::client_options options;
    options.to = *redis::parse_endpoint(server->url());
    options.scripts = std::move(scripts);
    options.backoff_max = std::chrono::milliseconds{100};
    auto ready = std::make_shared<std::promise<void>>();
    auto once = std::make_shared<bool>(false);
    events.on_ready = [ready, once, then = events.on_ready] {
      if (!std::exchange(*once, true))
        ready->set_value();
      if (then)
        then();
    };
    auto out = redis::connect(io.context(), options, std::move(events));
    ready->get_future().wait();
    return out;
  }

  copied_reply run(redis::call one) {
    auto promise = std::make_shared<std::promise<copied_reply>>();
    one.done = [promise](const redis::reply& answer) { promise->set_value(copy(answer)); };
    std::vector<redis::call> calls;
    calls.push_back(std::move(one));
    client->submit(std::move(calls));
    return promise->get_future().get();
  }

  copied_reply run(std::initializer_list<std::string_view> arguments) {
    redis::call one;
    one.arguments = redis::command{arguments};
    return run(std::move(one));
  }

  std::unique_ptr<redis::private_server> server;
  net::io_thread io;
  std::shared_ptr<redis::client> client;
};

} // namespace tickboard::test
