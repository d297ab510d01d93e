#pragma once

#include "actors/messages/ids.hpp"
#include "market/market.hpp"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

/// To the search actor.
namespace tickboard {

/// What makes a hit more important than another that matches as well: market cap, volume. Larger
/// is better; what is not named keeps its weight.
struct search_weights {
  std::vector<std::pair<std::string, double>> assets; ///< by symbol
  std::vector<std::pair<market_ptr, double>> markets;
};

struct index_due {};

struct search_asked {
  std::string text;
  std::size_t limit = 10;
};

} // namespace tickboard
