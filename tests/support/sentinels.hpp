#pragma once

#include "tests/support/temporary_directory.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace tickboard::test {

/// A redis-server, or one in the mode of a sentinel, as a child process that listens on loopback.
class redis_process {
public:
  /// Waits until it accepts; its output goes to `log`.
  redis_process(std::vector<std::string> arguments, std::uint16_t port, const std::string& log);
  redis_process(redis_process&&) = delete;
  ~redis_process();

  std::uint16_t port() const noexcept { return port_; }
  void kill(int signal) const;

private:
  int pid_ = 0;
  std::uint16_t port_;
};

/// One answer of the server at this port as text, each element on a line; empty if it did not come.
std::string ask_redis(std::uint16_t port, const std::string& password,
                      const std::vector<std::string>& words);

/// A primary, two replicas and three sentinels, which ask for a password, ready to fail over.
class sentinel_cluster {
public:
  static constexpr auto master = "board";
  static constexpr auto password = "secret-of-sentinels";

  sentinel_cluster();

  /// For redis.sentinels: "host:port", ... in TOML.
  std::string addresses() const;

  std::vector<std::unique_ptr<redis_process>> servers; ///< the first one begins as the primary
  std::vector<std::unique_ptr<redis_process>> sentinels;

  /// Which of the servers the sentinels take for the primary.
  std::size_t primary() const;

private:
  temporary_directory directory_;
};

} // namespace tickboard::test
