#pragma once

#include "actors/slot.hpp"

#include <cstdint>
#include <unordered_map>
#include <unordered_set>

namespace tickboard {

/// Which markets each source told of last, so that those of a connection that ends are found
/// without a look at all others: a large board has hundreds of connections, whose ends come
/// together. Sets slot::source_id. Used by its writer alone.
class market_sources {
public:
  /// What the market shows is of this source from now on.
  void set(slot& market, std::uint32_t source_id) {
    if (market.source_id != source_id)
      move(market, source_id);
  }
  /// Of none. To be called before the slot ends.
  void forget(slot& market) { set(market, 0); }

  /// In no order; valid until the next change.
  const std::unordered_set<slot*>& of(std::uint32_t source_id) const;

private:
  void move(slot& market, std::uint32_t source_id);

  std::unordered_map<std::uint32_t, std::unordered_set<slot*>> markets_; ///< no set is empty
};

} // namespace tickboard
