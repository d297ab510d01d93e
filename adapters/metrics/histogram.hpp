#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>

namespace tickboard::metrics {

/// How long things took, by upper bounds that are the same for all histograms. Any thread, relaxed:
/// who reads meanwhile may see a duration in the sum and not yet in its bucket.
class histogram {
public:
  using duration = std::chrono::nanoseconds;

  static constexpr std::array<std::chrono::microseconds, 16> bounds{
      std::chrono::microseconds{100},       std::chrono::microseconds{250},
      std::chrono::microseconds{500},       std::chrono::microseconds{1'000},
      std::chrono::microseconds{2'500},     std::chrono::microseconds{5'000},
      std::chrono::microseconds{10'000},    std::chrono::microseconds{25'000},
      std::chrono::microseconds{50'000},    std::chrono::microseconds{100'000},
      std::chrono::microseconds{250'000},   std::chrono::microseconds{500'000},
      std::chrono::microseconds{1'000'000}, std::chrono::microseconds{2'500'000},
      std::chrono::microseconds{5'000'000}, std::chrono::microseconds{10'000'000}};

  /// What is negative, of clocks that were set meanwhile, counts as nothing.
  void observe(duration took) noexcept;

  struct reading {
    std::array<std::uint64_t, bounds.size() + 1> counts{}; ///< of each bucket; the last: longer
    duration sum{0};
  };
  reading read() const noexcept;

private:
  std::array<std::atomic<std::uint64_t>, bounds.size() + 1> counts_{};
  std::atomic<duration::rep> sum_{0};
};

} // namespace tickboard::metrics
