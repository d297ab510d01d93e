#pragma once

#include "adapters/exchange/exchange.hpp"

namespace tickboard::exchange {

/// Kraken spot, WebSocket v2.
///
/// Channels: "ticker" (sent with every trade) and "ticker.bbo" (sent when the best bid or ask
/// changes). They are one channel of Kraken's with another trigger and carry the same fields: a
/// feed chooses one.
///
/// Listed are pairs whose ticker goes on: "online", "limit_only" and "reduce_only", which restrict
/// orders and go on trading, and "post_only", which has a book that moves though nothing trades.
/// Not "cancel_only", whose book only empties, nor what has another status. A pair that would go
/// and come back with its restrictions would lose its row each time.
///
/// https://docs.kraken.com/api/docs/websocket-v2/ticker
/// https://docs.kraken.com/exchange/api-reference/spot-websocket-v2/status
/// https://docs.kraken.com/api/docs/rest-api/get-tradable-asset-pairs
const protocol& kraken();

} // namespace tickboard::exchange
