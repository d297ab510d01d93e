#pragma once

#include "market/asset_board.hpp"
#include "market/fields.hpp"
#include "market/result.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tickboard {

/// The parts of "exchange:BASE-QUOTE".
struct market_name {
  std::string_view exchange, base, quote;
};

/// Nothing for text that is no market's id. The parts are views into `id`.
std::optional<market_name> split_market_id(std::string_view id) noexcept;

/// Where a row belongs in the indexes, read back from what `append_row` wrote. Stricter than
/// `decode_row`: every member that is ranked by must be there.
struct stored_row {
  std::array<double, index_count> scores{}; ///< of `id` 0; null is -inf
  std::int64_t ts_ms = 0;                   ///< 0: the exchange did not say
  std::int64_t received_ms = 0;
};

/// The error says what is wrong with the row, or that it is another market's than `id`.
result<stored_row> read_stored_row(std::string_view id, std::string_view row);

/// The same of an asset, from what `append_asset_row` wrote.
struct stored_asset {
  std::array<double, asset_sort_field_count> scores{}; ///< 0 where the row does not tell: texts
  std::string tags;                                    ///< as in Redis: "|layer-1|meme|"
};

result<stored_asset> read_stored_asset(std::string_view symbol, std::string_view row);

} // namespace tickboard
