#pragma once

#include "adapters/redis/layout.hpp"
#include "adapters/redis/verify/conversation.hpp"

#include <cstdint>
#include <vector>

namespace tickboard::redis {

/// Who writes to this Redis, and who did until it was killed: a daemon that stops in order leaves
/// nothing behind its rows, and no sign of itself.
struct daemons {
  bool any_lives = false;
  std::vector<std::int64_t> ended_ms; ///< when the killed ones were last heard of, Unix ms

  /// True if what is derived from a row received at `received_ms` may be behind it, because the
  /// daemon that wrote it was killed (docs/decisions/verify.md). What depends on other markets too
  /// changes without a new row of the exchange: `derived`.
  bool may_lag(std::int64_t received_ms, bool derived) const noexcept;
};

/// Looks twice, a second apart, unless nobody has left a sign.
daemons find_daemons(conversation& on, const layout& keys);

} // namespace tickboard::redis
