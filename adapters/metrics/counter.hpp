#pragma once

#include <atomic>
#include <cstdint>

namespace tickboard::metrics {

/// Counts up, from any thread. Relaxed: what it counts is not ordered with anything else.
class counter {
public:
  void add(std::uint64_t more = 1) noexcept { value_.fetch_add(more, std::memory_order_relaxed); }
  std::uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

private:
  std::atomic<std::uint64_t> value_{0};
};

/// How much of something there is at the moment. Any thread, relaxed.
class gauge {
public:
  void set(std::size_t now) noexcept {
    value_.store(static_cast<std::int64_t>(now), std::memory_order_relaxed);
  }
  void add(std::int64_t more) noexcept { value_.fetch_add(more, std::memory_order_relaxed); }
  std::int64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

private:
  std::atomic<std::int64_t> value_{0};
};

} // namespace tickboard::metrics
