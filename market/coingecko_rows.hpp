#pragma once

#include "market/asset_row.hpp"
#include "market/coingecko_query.hpp"

#include <span>
#include <string>
#include <utility>
#include <vector>

/// Answers in the shapes of CoinGecko's public API v3 (market/coingecko_query.hpp says where they
/// are told). Its members are all there; those of which nothing is known here are null:
/// image, market_cap_change_*, total_supply, ath*, atl*, roi, and changes over more than 24 hours.
namespace tickboard::coingecko {

/// A bare array of coins, in the order of `rows`.
std::string markets_body(std::span<const asset_row> rows, const markets_query& query,
                         const currency& to, const asset_directory& directory);

/// `{"bitcoin":{"usd":93000,"usd_market_cap":...}}`: the coins of `named` (what the question called
/// it, symbol) that have a row, in the currencies `to`.
std::string price_body(std::span<const asset_row> rows,
                       std::span<const std::pair<std::string, std::string>> named,
                       const price_query& query, std::span<const currency* const> to);

/// Every coin, by id.
std::string list_body(const list_query& query, const asset_directory& directory);

/// The codes of the currencies, in small letters.
std::string currencies_body(const asset_directory& directory);

std::string ping_body();

/// `{"error":"..."}`
std::string error_body(std::string_view text);

} // namespace tickboard::coingecko
