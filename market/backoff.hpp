#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>

namespace tickboard {

/// `shortest`, doubled so many times, but at most `longest`.
inline std::chrono::milliseconds doubled(std::chrono::milliseconds shortest, std::uint32_t times,
                                         std::chrono::milliseconds longest) {
  return std::min<std::chrono::milliseconds>(shortest * (std::int64_t{1} << std::min(times, 20u)),
                                             longest);
}

/// The wait before attempt number `failures` in a row (from 0): full jitter over a ceiling that
/// doubles from `shortest` to `longest`, but at least half of `shortest`.
/// https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
template <class Random>
std::chrono::milliseconds backoff(std::chrono::milliseconds shortest,
                                  std::chrono::milliseconds longest, std::uint32_t failures,
                                  Random& random) {
  const std::int64_t least = shortest.count();
  const std::int64_t ceiling = std::max(least, doubled(shortest, failures, longest).count());
  return std::chrono::milliseconds{
      std::uniform_int_distribution<std::int64_t>{least / 2, ceiling}(random)};
}

} // namespace tickboard
