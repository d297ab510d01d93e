#include "market/market_caps.hpp"

#include <cmath>

namespace tickboard {

std::optional<double> market_caps::of(std::string_view symbol) const noexcept {
  const auto it = caps_.find(symbol);
  return it == caps_.end() ? std::nullopt : std::optional{it->second};
}

bool market_caps::settle(const market_caps& published, double least_move) {
  bool moved = caps_.size() != published.caps_.size();
  for (auto& [symbol, cap] : caps_) {
    const auto before = published.of(symbol);
    if (before && std::abs(cap - *before) <= least_move * std::abs(*before))
      cap = *before;
    else
      moved = true;
  }
  return moved;
}

} // namespace tickboard
