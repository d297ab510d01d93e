#pragma once

#include "actors/evaluation.hpp"
#include "actors/view_plan.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

namespace tickboard {

/// A snapshot that was made, or why not.
struct frozen_view {
  std::optional<snapshot_ref> snapshot;
  std::vector<std::string> missing; ///< of the query's ids: markets that there are not
  evaluation_outcome failure;       ///< without a snapshot: its error or refusal
  std::size_t calls = 0;
  std::uint64_t scanned = 0;
};

/// Copies the ranking of a view, and its rows if the query asks for frozen ones, in as many calls
/// as `bounds` make it. It expires by itself, also if it is never finished. `done` runs once, on
/// the io thread.
void freeze_view(const board_ptr& board, const std::shared_ptr<redis::client>& store,
                 const view_query& query, const asset_filter& assets,
                 const evaluation_bounds& bounds, std::int64_t now_ms,
                 std::function<void(frozen_view)> done);

} // namespace tickboard
