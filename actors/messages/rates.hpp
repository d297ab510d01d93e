#pragma once

#include "actors/messages/ids.hpp"
#include "market/rates.hpp"

#include <string>
#include <vector>

/// To the rates actor.
namespace tickboard {

/// Of a writer, at most every 250 ms: each source of rates that changed, and quotes not seen
/// before.
struct rate_news {
  std::vector<rate_source> sources;
  std::vector<std::string> quotes;
  bool begins = false;                ///< the writer is new, and has no rates
  std::vector<std::string> gone = {}; ///< ids of sources that are not followed any more

  bool empty() const noexcept {
    return sources.empty() && quotes.empty() && gone.empty() && !begins;
  }
};

struct rates_due {};

} // namespace tickboard
