#pragma once

#include "actors/messages/ids.hpp"
#include "adapters/exchange/exchange.hpp"
#include "adapters/net/http_client.hpp"
#include "market/result.hpp"
#include "market/ticker.hpp"

#include <vector>

/// To the cross-check of a feed.
namespace tickboard {

/// Which last trades does REST tell of these markets? Answered with cross_checked.
struct cross_check_asked {
  std::vector<market_ptr> markets;
};
struct cross_checked {
  std::vector<exchange::trade_mark> trades; ///< of those that could be had
};
struct cross_check_replied {
  result<net::http_reply> reply;
};
struct cross_check_due {};

} // namespace tickboard
