#include "adapters/metrics/histogram.hpp"

#include <algorithm>

namespace tickboard::metrics {

void histogram::observe(duration took) noexcept {
  took = std::max(took, duration{0});
  const auto bucket = std::ranges::lower_bound(bounds, took) - bounds.begin();
  counts_[static_cast<std::size_t>(bucket)].fetch_add(1, std::memory_order_relaxed);
  sum_.fetch_add(took.count(), std::memory_order_relaxed);
}

histogram::reading histogram::read() const noexcept {
  reading out;
  for (std::size_t i = 0; i < counts_.size(); ++i)
    out.counts[i] = counts_[i].load(std::memory_order_relaxed);
  out.sum = duration{sum_.load(std::memory_order_relaxed)};
  return out;
}

} // namespace tickboard::metrics
