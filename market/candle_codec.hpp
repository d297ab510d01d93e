#pragma once

#include "market/candle.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Chunks of candles as they are stored: bytes of no meaning to others. A candle is written as
/// differences to the one before it, in the smallest step of its prices, with how the exchange
/// writes them; so most take 5 to 9 bytes, and every digit comes back as it was. What cannot be
/// written so (more than 18 digits, or written in several ways) is written as text.
namespace tickboard {

/// Appends a candle that is later than those in the chunk and of the chunk's period: that number of
/// chunk lengths since 1970.
void append_candle(std::string& chunk, const candle_ring& ring, std::int64_t period,
                   const candle& one);

/// Nothing if it is damaged.
std::optional<std::vector<candle>> decode_candles(std::string_view chunk, const candle_ring& ring,
                                                  std::int64_t period);

} // namespace tickboard
