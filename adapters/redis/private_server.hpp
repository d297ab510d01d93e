#pragma once

#include "market/result.hpp"

#include <memory>
#include <string>
#include <vector>

namespace tickboard::redis {

/// A redis-server of our own: a child process in a temporary directory, reachable through a Unix
/// socket there and by nobody else, without persistence. Gone, with its directory, when this object
/// is destroyed or this process dies. For the demo and for tests. Used from one thread; blocks
/// while the server starts and stops (milliseconds), so not for io threads or actors.
class private_server {
public:
  virtual ~private_server() = default;
  virtual std::string url() const = 0; ///< unix:///tmp/.../redis.sock
  virtual const std::string& directory() const = 0;
  virtual int pid() const = 0; ///< 0 while it does not run
  /// Reaps the child if it ended: false then.
  virtual bool running() = 0;
  virtual void kill(int signal) = 0;
  /// Starts it again, empty, after it ended.
  virtual result<void> start() = 0;
};

/// `options` go to redis-server behind ours, as {"--loadmodule", FILE}. The error says what failed:
/// no redis-server on the PATH, or its own last words.
result<std::unique_ptr<private_server>>
start_private_server(const std::vector<std::string>& options = {});

} // namespace tickboard::redis
