#pragma once

#include "adapters/net/io_thread.hpp"
#include "adapters/redis/client.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace tickboard::redis {

/// Redis is away, or refused a command: what was begun cannot be finished.
struct unanswered : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A connection to Redis for a program that does one thing after the other: each call blocks until
/// its answer has come, and throws `unanswered` if there is none. Used from one thread; not for io
/// threads or actors.
class conversation {
public:
  /// Blocks until connected.
  conversation(endpoint to, std::vector<std::shared_ptr<const script>> scripts,
               std::chrono::milliseconds timeout);
  ~conversation();

  /// `read` sees the answer, on the io thread, while this thread waits.
  void ask(call one, const reply_handler& read = {});
  void ask(std::initializer_list<std::string_view> arguments, const reply_handler& read = {});

  /// Runs HSCAN, or ZSCAN, through the whole of `key`, a bounded number of entries a call. Each may
  /// be seen more than once; what is there all the time is seen. `visit` gets those of one call:
  /// fields, or members, each followed by its value, or score.
  void scan(std::string_view how, const std::string& key,
            const std::function<void(const std::vector<std::string>&)>& visit);

  /// Runs SCAN through all keys of the database for those that `pattern` matches; else as `scan`.
  void scan_keys(const std::string& pattern,
                 const std::function<void(const std::vector<std::string>&)>& visit);

private:
  void scan(std::vector<std::string_view> command, std::size_t cursor_at,
            const std::function<void(const std::vector<std::string>&)>& visit);

  net::io_thread io_;
  std::shared_ptr<client> client_;
};

} // namespace tickboard::redis
