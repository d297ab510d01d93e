#pragma once

#include "adapters/exchange/exchange.hpp"

namespace tickboard::exchange {

/// Coinbase Exchange's public feed (not Advanced Trade, which speaks another protocol).
///
/// Channels: "ticker" (with every match), "ticker_batch" (the same, each 5 s if changed),
/// "heartbeat" (each second for each product, beside one of the others).
///
/// https://docs.cdp.coinbase.com/exchange/websocket-feed/channels
const protocol& coinbaseexchange();

} // namespace tickboard::exchange
