#pragma once

#include "adapters/simulator/digits.hpp"
#include "adapters/simulator/venue.hpp"

namespace tickboard::simulator {

/// /api/v3/exchangeInfo, ticker/24hr, ping and time.
rest_reply binance_rest(const venue_world& world, const rest_request& request);

/// The 24hrTicker event of one state.
void binance_ticker(frame_text& out, const instrument& of, const market_state& state);

} // namespace tickboard::simulator
