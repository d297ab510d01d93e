#pragma once

#include "adapters/simulator/random_walk.hpp"
#include "market/result.hpp"

#include <string_view>
#include <vector>

namespace tickboard::simulator {

/// What a simulated exchange lists.
struct catalogue {
  std::vector<instrument> trading; ///< majors first
  std::vector<instrument> halted;  ///< listed, but not to be followed: no data ever comes
};

inline constexpr std::uint32_t max_markets = 20'000;

/// `markets` pairs with the exchange's quotes, digits and spelling. The first hundred assets are
/// real codes, those after them are made up. Error for an unknown exchange or count.
result<catalogue> make_catalogue(std::string_view exchange, std::uint32_t markets);

/// An instrument out of an exchange's own symbol, with unknown digits (for recordings). Binance
/// symbols have no separator: the quote is the longest known one that the symbol ends with.
result<instrument> parse_native(std::string_view exchange, std::string_view native);

} // namespace tickboard::simulator
