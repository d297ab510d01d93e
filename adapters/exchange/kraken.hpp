#pragma once

#include "adapters/exchange/exchange.hpp"

namespace tickboard::exchange {

/// Kraken spot, WebSocket v2.
///
/// Channels: "ticker" (sent with every trade) and "ticker.bbo" (sent when the best bid or ask
/// changes). They are one channel of Kraken's with another trigger and carry the same fields: a
/// feed chooses one.
///
/// https://docs.kraken.com/api/docs/websocket-v2/ticker
const protocol& kraken();

} // namespace tickboard::exchange
