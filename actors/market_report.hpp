#pragma once

#include "actors/derivation.hpp"
#include "actors/messages/assets.hpp"
#include "actors/slot.hpp"

#include <caf/actor_addr.hpp>

#include <cstdint>
#include <vector>

namespace tickboard {

/// What the assets actor must know of a writer's markets: each that changed, once, as it is when
/// the report is taken. One report at a time is under way, so a slow assets actor costs freshness,
/// not memory. Used by its writer alone; times are Unix ms by the writer's clock.
class market_report {
public:
  static constexpr std::int64_t interval_ms = 500; ///< between two reports, at least

  /// To be called after each change of a market, which must live until this object ends or forgets
  /// it.
  void changed(slot& market);

  /// Those that are leaving are no markets of the writer's any more.
  void forget_leaving();

  /// Is there news for `to`, and may it be told? Another life of the assets actor is told all.
  bool is_due(const caf::actor& to, std::int64_t now_ms);

  /// The news. Exactly one of `answered` and `failed` must follow.
  market_news take(std::size_t writer, derivation& derived, std::int64_t now_ms);

  void answered();
  /// Nobody knows what arrived: everything is told anew.
  void failed();

private:
  std::vector<slot*> markets_;     ///< all that were ever told of
  std::vector<slot*> news_;        ///< each once
  std::vector<market_ptr> gone_;   ///< to be told
  std::size_t gone_under_way_ = 0; ///< the first of `gone_`, told but not answered
  caf::actor_addr told_;
  std::int64_t taken_ms_ = 0;
  bool under_way_ = false, begins_ = true;
};

/// The market as the assets actor sees it.
market_value value_of(const slot& market, const std::optional<double>& usd_per_quote);

} // namespace tickboard
