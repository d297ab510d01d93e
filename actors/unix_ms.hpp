#pragma once

#include <chrono>
#include <cstdint>
#include <functional>

namespace tickboard {

/// Milliseconds since 1970 in UTC.
inline std::int64_t unix_ms(std::chrono::system_clock::time_point of) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(of.time_since_epoch()).count();
}

inline std::int64_t unix_ms() {
  return unix_ms(std::chrono::system_clock::now());
}

/// Unix ms, from any thread. Actors whose values depend on the time of day are given one, so that
/// tests can say what time it is.
using wall_clock = std::function<std::int64_t()>;

inline wall_clock system_clock() {
  return [] { return unix_ms(); };
}

} // namespace tickboard
