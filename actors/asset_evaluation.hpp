#pragma once

#include "actors/evaluation.hpp"
#include "market/asset_query.hpp"

#include <cstdint>
#include <memory>
#include <string>

/// Questions about assets, asked of Redis. `now_ms` is
/// the answer's own time, Unix milliseconds. Each `done` runs once, on the io thread.
namespace tickboard {

/// A page of any size. One of named assets looks at these; another filtered one is a walk through
/// all assets, at most `scan_limit` and 500 a call; one without filters takes 500 rows a call.
/// Assets that move between two calls may be met twice or not at all, as from one page to the next.
void evaluate_asset_page(const board_ptr& board, const std::shared_ptr<redis::client>& store,
                         const asset_query& query, std::uint32_t scan_limit, const view_moment& at,
                         evaluation_callback done);

/// The assets that moved most, looking at that many a call.
void evaluate_movers(const board_ptr& board, const std::shared_ptr<redis::client>& store,
                     const movers_query& query, std::uint32_t scan_limit, std::int64_t now_ms,
                     evaluation_callback done);

/// The asset's markets by turnover: the first 250, which is more than any asset has.
view_query markets_of_asset(const std::string& symbol);

/// One asset's row, and those of its markets. No body if there is no such asset.
void evaluate_asset(const board_ptr& board, const std::shared_ptr<redis::client>& store,
                    const std::string& symbol, const evaluation_bounds& bounds, std::int64_t now_ms,
                    evaluation_callback done);

} // namespace tickboard
