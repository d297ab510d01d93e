#pragma once

#include "actors/messages/writer.hpp"
#include "actors/slot.hpp"
#include "adapters/redis/client.hpp"
#include "adapters/redis/layout.hpp"
#include "market/candle_query.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

/// The calls by which a writer's candles come from and go to Redis: one for each quote, ring and
/// period that these markets have, with all of their chunks.
namespace tickboard {

/// Reads what is stored of the last two periods of each ring into `found`. `note` hears of every
/// answer, on the io thread. Null markets are left out.
std::vector<redis::call> read_candle_calls(const redis::layout& layout,
                                           std::span<slot* const> markets, std::int64_t now_ms,
                                           const std::shared_ptr<histories_read>& found,
                                           const std::function<void(const redis::reply&)>& note);

/// Writes every chunk that these markets have, to expire when none of its candles is to be shown
/// any more. `done` runs once, on the io thread; empty: there is nothing to write, and it does not
/// run.
std::vector<redis::call> write_candle_calls(const redis::layout& layout,
                                            std::span<slot* const> markets,
                                            const candle_counts& kept, std::int64_t now_ms,
                                            std::function<void(candles_written)> done);

} // namespace tickboard
