#pragma once

#include "adapters/exchange/exchange.hpp"

namespace tickboard::exchange {

/// Binance spot market streams, raw or combined; Binance.US speaks the same protocol.
///
/// Channels: "ticker" and "miniTicker" (day statistics of one market, each second), "bookTicker"
/// (best bid and ask of one market, at once), "!miniTicker@arr" (day statistics of every market in
/// one stream).
///
/// https://github.com/binance/binance-spot-api-docs/blob/master/web-socket-streams.md (a5e0bc3)
const protocol& binance();

} // namespace tickboard::exchange
