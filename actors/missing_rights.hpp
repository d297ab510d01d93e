#pragma once

#include "adapters/redis/denial.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace tickboard {

/// What Redis does not let the daemon do, over all its connections: for the log, which is told of
/// each right once a minute, and for GET /readyz. Any thread; nothing here waits.
class missing_rights {
public:
  using time_point = std::chrono::steady_clock::time_point;

  /// So long a refusal counts that nobody has tried to get over since.
  static constexpr std::chrono::seconds memory{60};
  static constexpr std::size_t most = 256; ///< refusals at a time

  explicit missing_rights(std::string prefix) : prefix_(std::move(prefix)) {}

  /// A number of its own for each connection.
  std::uint64_t new_connection();
  void denied(std::uint64_t connection, const std::string& part, const redis::denial& what,
              time_point now);
  void allowed(std::uint64_t connection, const redis::denial& what);

  /// "Redis refuses what tickboard needs: its user lacks +set, ~tb:*"; empty: nothing is known to
  /// be missing. Names no server.
  std::string report(time_point now) const;

private:
  struct refusal {
    std::string right;
    time_point last;
  };
  using place = std::pair<std::uint64_t, std::pair<std::string, std::string>>;

  void forget_old(time_point now);

  const std::string prefix_;
  mutable std::mutex guard_;
  std::uint64_t connections_ = 0;
  std::map<place, refusal> open_;            ///< by connection, command and key
  std::map<std::string, time_point> logged_; ///< by right
};

} // namespace tickboard
