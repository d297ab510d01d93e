#pragma once

#include "adapters/redis/client.hpp"
#include "adapters/redis/denial.hpp"

namespace tickboard::redis {

/// Hears what Redis refuses a connection for want of a right, on its io thread; must not block.
struct denial_events {
  std::function<void(const denial& what)> on_denied; ///< each time
  /// Once the same command has run on the same key.
  std::function<void(const denial& what)> on_allowed;
};

/// How to make a connection, redis::connect for one, that tells its events.
using connector = std::function<std::shared_ptr<client>(client_events events)>;

/// Makes that connection, which also tells what Redis refuses it, in the steps of connecting too.
/// At most 64 refusals at a time are remembered to be told as allowed. In all else as what `make`
/// makes.
std::shared_ptr<client> connect_telling(const connector& make, client_events events,
                                        denial_events denials);

} // namespace tickboard::redis
