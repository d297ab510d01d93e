#pragma once

#include "adapters/redis/client.hpp"
#include "adapters/redis/layout.hpp"

#include <boost/asio/io_context.hpp>

#include <memory>

namespace tickboard {

/// What writers, keeper and query share of the board in Redis: its keys, its scripts, and how to
/// connect. Immutable; any thread.
struct board {
  using script_ptr = std::shared_ptr<const redis::script>;

  board(std::string_view prefix, const std::vector<std::string>& quotes);

  /// The keys that say that partitions are whole.
  std::vector<std::string> epochs() const;

  redis::layout layout;
  script_ptr walk, gather, freeze, rows; // for the query actor
  script_ptr write, merge, forget;       // for the writers
  redis::asset_keys assets;
  script_ptr assets_page, assets_filtered, assets_named, movers; // for the query actor
  script_ptr keep, drop, claim;                                  // for the assets actor
};

using board_ptr = std::shared_ptr<const board>;

/// How an actor gets its own connection to Redis.
using store_opener = std::function<std::shared_ptr<redis::client>(
    std::vector<board::script_ptr> scripts, redis::client_events events)>;

} // namespace tickboard
