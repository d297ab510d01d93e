#pragma once

#include "actors/messages/ids.hpp"

#include <string>

/// Of a connection to Redis, or of the metadata actor's to PostgreSQL.
namespace tickboard {

/// Is Redis there, or for the metadata actor PostgreSQL? From the io thread.
struct store_ready {
  std::string server{}; ///< the life of a Redis (redis::client_events)
};
struct store_lost {
  std::string reason;
};

} // namespace tickboard
