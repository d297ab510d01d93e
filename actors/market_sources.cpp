#include "actors/market_sources.hpp"

namespace tickboard {

void market_sources::move(slot& market, std::uint32_t source_id) {
  if (const auto it = markets_.find(market.source_id); it != markets_.end()) {
    it->second.erase(&market);
    if (it->second.empty())
      markets_.erase(it);
  }
  market.source_id = source_id;
  if (source_id != 0)
    markets_[source_id].insert(&market);
}

const std::unordered_set<slot*>& market_sources::of(std::uint32_t source_id) const {
  static const std::unordered_set<slot*> none;
  const auto it = markets_.find(source_id);
  return it == markets_.end() ? none : it->second;
}

} // namespace tickboard
