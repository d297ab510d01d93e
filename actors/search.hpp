#pragma once

#include "actors/address.hpp"
#include "actors/messages/followed.hpp"
#include "actors/messages/metadata.hpp"
#include "actors/messages/search.hpp"
#include "market/search.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/response_promise.hpp>
#include <caf/stateful_actor.hpp>

#include <map>
#include <string>
#include <vector>

namespace tickboard {

struct search_state {
  static constexpr const char* name = "search";

  explicit search_state(caf::event_based_actor* owner) : self(owner) {}

  void take(const markets_followed& told);
  void take(const search_weights& told);
  void take(const catalogue_changed& fresh);
  void build_soon();
  void ask_for_assets();
  void build();
  caf::response_promise ask(const search_asked& asked);

  caf::event_based_actor* self;
  address_ptr query, metadata;
  asset_catalogue_ptr catalogue;                           ///< null until metadata told it
  std::map<std::string, std::vector<market_ptr>> followed; ///< by feed
  search_index index;
  std::vector<double> told; ///< weights that somebody sent, by document; not a number: none
  bool build_due = false;
};

/// Finds assets, those of the catalogue and what the followed markets trade, and markets by name,
/// in memory, and has the query actor answer with their live rows. A document whose weight nobody
/// sent weighs as much as there are markets of its base.
///
/// A change of what is followed, or of what is known of assets, makes a new index a little later,
/// so that feeds which start together cost one. That takes a while (tests/bench/README.md), so the
/// actor is to be spawned detached: no other actor waits for it.
///
/// Takes: markets_followed, catalogue_changed (asks metadata for it once at its start),
/// search_weights (entries that are not known are dropped), index_due;
/// search_asked, answered with `answer` or an error: ec::rebuilding while no feed has told its
/// markets, and those of the query actor.
caf::behavior search(caf::stateful_actor<search_state>* self, address_ptr query,
                     address_ptr metadata);

} // namespace tickboard
