#pragma once

#include "market/asset_board.hpp"

#include <cstddef>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tickboard {

/// The markets of each base asset, each once, found by id: an asset may have thousands, and every
/// update of any of them comes here. Belongs to the thread that uses it.
class asset_markets {
public:
  /// The base whose markets are not what they were; empty: all were known like this. It stays valid
  /// until that base is forgotten. `writer` tells of it.
  std::string_view put(const market_value& one, std::size_t writer = 0);
  /// What `writer` told of and does not tell `now` is stale: a new life of it knows nothing of
  /// these yet. The bases, as of `put`, perhaps more than once.
  std::vector<std::string_view> doubt(std::size_t writer, std::span<const market_value> now);
  /// The base that has lost `gone`, as `put`; empty: it had no market of this id.
  std::string_view remove(const market& gone);
  /// Does nothing where the base is not known.
  void forget(std::string_view base);

  const std::vector<market_value>& of(std::string_view base) const;
  std::size_t size() const noexcept { return places.size(); }
  const markets_by_base& by_base() const noexcept { return bases; }

private:
  struct market_hash {
    std::size_t operator()(const market* one) const noexcept { return one->hash; }
  };
  struct same_market {
    bool operator()(const market* a, const market* b) const noexcept {
      return a->id == b->id; // which has the base in it
    }
  };

  struct whereabouts {
    std::size_t place = 0; ///< among those of its base
    std::size_t writer = 0;
  };

  markets_by_base bases;
  /// Those of the bases own the markets of the keys.
  std::unordered_map<const market*, whereabouts, market_hash, same_market> places;
};

} // namespace tickboard
