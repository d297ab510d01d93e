#pragma once

#include "actors/board.hpp"
#include "market/asset_board.hpp"

#include <array>
#include <span>
#include <string>
#include <vector>

namespace tickboard {

/// An asset as the assets actor holds it: what it shows, and how far Redis has it.
struct held_asset {
  using scores = std::array<double, asset_sort_field_count>; ///< null is -inf; of `symbol` 0

  std::string symbol;
  asset_values values;
  bool renamed = false; ///< what is known of it changed, perhaps none of its values
  bool queued = false;  ///< Redis has not what we have
  bool written = false; ///< `sent` and `tags` are what Redis has
  scores sent{};
  std::string tags; ///< the categories, as lua/assets_filtered.lua reads them
};

/// The call that brings these assets to Redis, if the partition still has this owner. Answers as
/// lua/write.lua does. Takes for granted that it will succeed: if not, `written` must be reset.
/// Changed scores alone are sent.
redis::call write_assets(const board& on, std::string_view owner,
                         std::span<held_asset* const> assets, const asset_catalogue& catalogue);

/// The call that makes this the partition's owner. What another one has written is gone then.
/// Answers with 1.
redis::call claim_assets(const board& on, std::string_view owner);

/// The call that takes these out of Redis, if the partition still has this owner. Answers as
/// lua/drop.lua does.
redis::call drop_assets(const board& on, std::string_view owner,
                        std::span<const std::string> symbols);

} // namespace tickboard
