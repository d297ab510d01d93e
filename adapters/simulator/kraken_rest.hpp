#pragma once

#include "adapters/simulator/venue.hpp"

namespace tickboard::simulator {

/// /0/public/AssetPairs, Assets, Ticker, Time and SystemStatus, with the REST names of old
/// (XBT for BTC, XXBTZUSD for the pair), which WebSocket v2 does not use.
rest_reply kraken_rest(const venue_world& world, const rest_request& request);

} // namespace tickboard::simulator
