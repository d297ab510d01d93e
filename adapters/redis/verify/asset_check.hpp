#pragma once

#include "adapters/redis/layout.hpp"
#include "adapters/redis/verify/conversation.hpp"
#include "adapters/redis/verify/partition_check.hpp"

namespace tickboard::redis {

/// Looks whether the assets' indexes and tags are as their rows say. An asset is written whole, so
/// nothing of it is late; beside a daemon that lives what disagrees is looked at once more, for
/// assets may come meanwhile.
void check_assets(conversation& on, const asset_keys& keys, const daemons& writing,
                  const waiting& wait, discovery& into);

} // namespace tickboard::redis
