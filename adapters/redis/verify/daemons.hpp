#pragma once

#include "adapters/redis/layout.hpp"
#include "adapters/redis/verify/conversation.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <vector>

namespace tickboard::redis {

/// Scores that no view reads are behind their row for less than this: for lane::lag and lane::grace
/// (actors/lane.hpp), and a little more if a thousand markets fall quiet at once.
inline constexpr std::chrono::milliseconds longest_lag{12'000};
/// Beside a daemon that lives: between two looks at what disagrees. Longer than a step of a writer
/// takes; and so many of them are longer than anything lags.
inline constexpr std::chrono::milliseconds between_looks{3'000};
inline constexpr int looks_beyond_lag = longest_lag / between_looks;

/// Lets time pass.
using waiting = std::function<void(std::chrono::milliseconds)>;

/// Who writes to this Redis, and who did until it was killed: a daemon that stops in order leaves
/// nothing behind its rows, and no sign of itself.
struct daemons {
  bool any_lives = false;
  bool are_many = false;              ///< each may have told one of a market's two rows
  std::vector<std::int64_t> ended_ms; ///< when the killed ones were last heard of, Unix ms

  /// True if what is derived from a row received at `received_ms` may be behind it, because the
  /// daemon that wrote it was killed (docs/decisions/verify.md). What depends on other markets too
  /// changes without a new row of the exchange: `derived`.
  bool may_lag(std::int64_t received_ms, bool derived) const noexcept;
};

/// Looks again and again, a second apart, until every heartbeat has moved, at most for 5 s: one
/// that has not is of a daemon that was killed.
daemons find_daemons(conversation& on, const layout& keys, const waiting& wait);

} // namespace tickboard::redis
