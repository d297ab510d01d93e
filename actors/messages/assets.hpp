#pragma once

#include "actors/messages/ids.hpp"
#include "market/asset_board.hpp"
#include "market/asset_directory.hpp"
#include "market/ticker.hpp"

#include <cstddef>
#include <string>
#include <vector>

/// To the assets actor.
namespace tickboard {

/// Of a writer, at most every 500 ms, and only when the last one was answered: each market that
/// changed since, as it is now. Answered with `markets_learnt`.
struct market_news {
  std::size_t writer = 0;
  std::vector<market_value> markets;
  bool begins = false; ///< these are all markets that the writer knows of, perhaps in a new life
  std::vector<market_ptr> gone = {}; ///< not followed any more
};
struct markets_learnt {};

struct assets_due {};

/// What Redis made of what was sent together. From the io thread.
struct assets_written {
  bool emptied = false;
  std::string failure; ///< empty: none
};

/// The bodies of GET /v1/categories and /v1/global, as of the last look. Answered with `answer`,
/// or ec::rebuilding.
struct categories_asked {};
struct totals_asked {};

/// What is to be known to show assets as other services do. Answered with `directory_told`, or
/// ec::rebuilding.
struct directory_asked {};
struct directory_told {
  asset_directory_ptr directory;
};

} // namespace tickboard
