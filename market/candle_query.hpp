#pragma once

#include "market/candle.hpp"
#include "market/parameter_table.hpp"

#include <array>
#include <cstdint>
#include <string>

namespace tickboard {

/// How many candles of each of candle_rings are kept.
using candle_counts = std::array<std::int64_t, candle_rings.size()>;

/// GET /v1/markets/{id}/candles: the last `limit` of the candles that begin in a span of time.
struct candle_query {
  static constexpr std::uint32_t max_limit = 1'500;
  static constexpr std::int64_t max_ms = 253'402'300'800'000; ///< the year 10000

  std::string id;
  std::size_t interval = 0; ///< of candle_intervals
  std::uint32_t limit = 500;
  std::int64_t from_ms = 0;    ///< Unix ms; candles that begin then or later
  std::int64_t to_ms = max_ms; ///< ... and before this

  const candle_interval& length() const noexcept { return candle_intervals[interval]; }

  /// Equal for two queries exactly if they ask the same; the query actor's sharing key.
  std::string canonical() const;
};

/// The parameters, without the id, which is in the path.
std::vector<parameter_note> candle_parameters();

// Unknown or illegal parameters are refused; parse_query_string refuses repeated ones.
tl::expected<candle_query, query_problem> parse_candle_query(const query_parameters& parameters);

/// Begin of the first candle of this interval all of whose parts are kept at this time.
std::int64_t first_kept_ms(const candle_interval& interval, const candle_counts& kept,
                           std::int64_t now_ms) noexcept;

} // namespace tickboard
