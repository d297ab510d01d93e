#pragma once

#include "actors/evaluation.hpp"
#include "market/candle_query.hpp"
#include "market/candle_series.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace tickboard {

/// Asks Redis for one market's candles, at `now_ms`, Unix ms, and puts `held` behind them: what its
/// writer has, and Redis perhaps not yet. No body if there is no such market. At most one command
/// for each chunk that is kept. `done` runs once, on the io thread.
void evaluate_candles(const board_ptr& board, const std::shared_ptr<redis::client>& store,
                      const candle_query& query, const std::string& quote,
                      const candle_counts& kept, std::vector<candle_chunk> held,
                      std::int64_t now_ms, evaluation_callback done);

/// The body of the answer with these candles, without its end: what follows are `as_of_ms` and the
/// closing brace.
std::string candles_text(const candle_query& query, const std::vector<candle>& found,
                         std::int64_t first_ms, std::int64_t now_ms);

} // namespace tickboard
