#pragma once

#include "adapters/redis/layout.hpp"
#include "adapters/redis/verify/conversation.hpp"
#include "adapters/redis/verify/partition_check.hpp"

#include <chrono>

namespace tickboard::redis {

/// Looks whether the assets' indexes and tags are as their rows say. An asset is written whole, so
/// nothing of it is late; what disagrees is looked at once more after `pause`, for assets may come
/// meanwhile.
void check_assets(conversation& on, const asset_keys& keys, std::chrono::milliseconds pause,
                  discovery& into);

} // namespace tickboard::redis
