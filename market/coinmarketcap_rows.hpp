#pragma once

#include "market/asset_row.hpp"
#include "market/coinmarketcap_query.hpp"

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

/// Answers in the shape of CoinMarketCap's API: `{"status":{...},"data":[...]}`. Its members are
/// all there; those of which nothing is known here are null: id, date_added, platform,
/// total_supply, self_reported_*, tvl*, volume_change_24h, volumes and changes over more than 24
/// hours.
namespace tickboard::coinmarketcap {

/// When an answer is made, and how long that took.
struct answer_time {
  std::int64_t now_ms = 0; ///< Unix
  std::chrono::milliseconds elapsed{0};
};

/// `to` are the currencies of `query.convert`, in that order; `total` is how many rows there are in
/// all. The status says in `notice` if the rows could not be sorted as asked.
std::string listings_body(std::span<const asset_row> rows, const listings_query& query,
                          std::span<const currency* const> to, const asset_directory& directory,
                          std::uint64_t total, const answer_time& at);

/// `{"status":{"error_code":400,"error_message":"...",...}}`
std::string error_body(unsigned code, std::string_view text, const answer_time& at);

} // namespace tickboard::coinmarketcap
