#pragma once

#include <chrono>
#include <cstdint>

namespace tickboard {

/// Milliseconds since 1970 in UTC.
inline std::int64_t unix_ms(std::chrono::system_clock::time_point of) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(of.time_since_epoch()).count();
}

inline std::int64_t unix_ms() {
  return unix_ms(std::chrono::system_clock::now());
}

} // namespace tickboard
