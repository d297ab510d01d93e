#pragma once

#include "market/member_notes.hpp"

#include <vector>

// The members of answers in the words of CoinGecko and CoinMarketCap (market/coingecko_rows.hpp,
// market/coinmarketcap_rows.hpp), in their order; tests compare them with answers.

namespace tickboard::coingecko {

/// A coin of /api/v3/coins/markets, but for what a question adds.
std::vector<member_note> coin_notes();
/// A coin of /api/v3/coins/list, but for platforms.
std::vector<member_note> listed_coin_notes();

} // namespace tickboard::coingecko

namespace tickboard::coinmarketcap {

std::vector<member_note> status_notes(); ///< but for total_count, which errors lack
/// A row of /v1/cryptocurrency/listings/latest, without quotes and what `aux` adds.
std::vector<member_note> listing_notes();
std::vector<member_note> listing_aux_notes();
std::vector<member_note> quote_notes();
std::vector<member_note> quote_aux_notes();

} // namespace tickboard::coinmarketcap
