#pragma once

#include "adapters/net/io_thread.hpp"
#include "adapters/postgres/client.hpp"

#include <boost/asio/post.hpp>

#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <utility>

namespace CLI {
class App;
}

namespace tickboard::commands {

/// Which database a command works on.
struct database_options {
  std::string config; ///< file with [metadata] dsn
  std::string dsn;    ///< instead
};

/// Adds --config and --dsn, one of which must be given. `given` must outlive `command`.
void add_database_options(CLI::App& command, database_options& given);

result<postgres::dsn> find_database(const database_options& given);

/// Connects to `to`, has `work(client, done)` started on the io thread, and waits until it calls
/// `done` with a result<T>, or the connection is lost: commands do not try again.
template <class T, class Work>
result<T> ask_database(const postgres::dsn& to, Work work) {
  net::io_thread io;
  std::promise<result<T>> promise;
  // From here to the answer everything is used on the io thread alone.
  std::shared_ptr<postgres::client> client;
  bool started = false;
  const auto done = [&promise, told = std::make_shared<bool>(false)](result<T> outcome) {
    if (!std::exchange(*told, true))
      promise.set_value(std::move(outcome));
  };
  postgres::client_options options;
  options.to = to;
  options.reply_timeout = std::chrono::minutes{10}; // locks that others hold, large imports
  options.probe_interval = std::chrono::minutes{10};
  postgres::client_events events;
  events.on_ready = [&] {
    if (!std::exchange(started, true))
      work(client, done);
  };
  events.on_lost = [&](std::string reason) { done(unexpected(std::move(reason))); };
  boost::asio::post(io.context(), [&] {
    client = postgres::connect(io.context(), std::move(options), std::move(events));
  });
  auto out = promise.get_future().get();
  client->stop();
  io.stop();
  return out;
}

} // namespace tickboard::commands
