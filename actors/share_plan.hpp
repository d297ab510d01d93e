#pragma once

#include "adapters/config/settings.hpp"
#include "market/market.hpp"
#include "market/ticker.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

/// Which markets a feed follows, and on which of its connections. Pure.
namespace tickboard {

struct market_choice {
  std::vector<market_ptr> markets; ///< in the order of their ids
  /// Of `symbols`, then, with a leading !, of `exclude`: those that match nothing that is listed.
  std::vector<std::string> unmatched;
};

/// The listed markets that `settings` asks for.
market_choice choose_markets(const std::vector<market_ptr>& listed,
                             const config::feed_settings& settings);

/// What is listed and near to an unmatched pattern: what is spelt most like it, else what has the
/// same base; empty: nothing.
std::string listed_near(std::string_view unmatched, const std::vector<market_ptr>& listed);

/// The markets of each connection, by its number, from 1. No list is empty.
using share_plan = std::map<std::uint32_t, std::vector<market_ptr>>;

struct share_limits {
  std::size_t markets = 1;     ///< of one connection, at least 1
  std::size_t connections = 0; ///< 0: as many as needed
};

/// Spreads `chosen` over connections. A market that is followed `now` stays on its connection, as
/// the very object unless the exchange calls it otherwise by now; further ones go where there is
/// room, then to new connections, as evenly as possible. What finds no room is left out.
share_plan share_out(const share_plan& now, const std::vector<market_ptr>& chosen,
                     const share_limits& limits);

} // namespace tickboard
