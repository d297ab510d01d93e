#pragma once

#include "actors/evaluation.hpp"
#include "actors/messages/search.hpp"
#include "market/search.hpp"

#include <string>
#include <vector>

namespace tickboard {

struct found_document {
  search_document document;
  match_class match = match_class::exact;
};

/// To the query actor, from search: what was found, best first, to be answered with the live rows
/// of its assets and markets.
struct found_asked {
  std::vector<found_document> found;

  /// Equal for two questions exactly if they have the same answer; the query actor's sharing key.
  std::string canonical() const;
};

/// Asks Redis for the rows of all that was found, in one round trip, and puts them, each with its
/// age, into the body that clients get. A market that has no row yet stands there with its id, an
/// asset with its names: one that no followed market is of, or any while assets are written anew.
/// What is found of assets alone needs no whole board, and is `passing` while assets are written
/// anew; without Redis nothing is answered. `done` runs once: on the io thread, or at
/// once if nothing was found.
void evaluate_found(const board_ptr& board, const std::shared_ptr<redis::client>& store,
                    const found_asked& asked, std::int64_t now_ms, evaluation_callback done);

} // namespace tickboard
