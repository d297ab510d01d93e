#pragma once

#include "adapters/redis/endpoint.hpp"
#include "market/result.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace tickboard::redis {

/// Redis Sentinels that know which server is the primary of a set of replicas.
struct sentinel_group {
  std::vector<endpoint> sentinels;          ///< with their own credentials; empty: none are used
  std::string master;                       ///< the set's name
  std::chrono::milliseconds timeout{1'000}; ///< for each sentinel to be reached, and to answer
};

/// Asks sentinels for the primary: one after the other, beginning with the one that knew last time.
class primary_finder {
public:
  /// Where the primary is (host and port alone), or why none of them told.
  using found_handler = std::function<void(result<endpoint>)>;

  virtual ~primary_finder() = default;
  /// `done` runs once, on the io thread, not before this returns; after `timeout` twice a sentinel
  /// at most, and a second of grace. Only on the io thread, and one at a time.
  virtual void find(found_handler done) = 0;
  /// Gives up: `done` does not run any more. On the io thread.
  virtual void stop() = 0;
};

std::shared_ptr<primary_finder> find_primaries(boost::asio::io_context& io, sentinel_group among);

} // namespace tickboard::redis
