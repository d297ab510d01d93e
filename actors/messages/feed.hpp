#pragma once

#include "actors/messages/ids.hpp"
#include "adapters/net/http_client.hpp"
#include "market/market.hpp"
#include "market/result.hpp"

#include <cstdint>
#include <string>
#include <vector>

/// To a feed.
namespace tickboard {

/// Time to look at the listing; obsolete unless `look` is the last that was planned.
struct discover {
  std::uint64_t look = 0;
};

/// The config has other `symbols` and `exclude` by now: those are to be followed.
struct symbols_chosen {
  std::vector<std::string> symbols, exclude;
};
struct listing_received {
  result<std::string> body;
  net::host_refusal refused{};
};

/// Time for this connection to be made, or made anew because it is to follow other markets.
struct start_share {
  std::uint32_t connection = 0;
};

/// The feed is to end, and its connections before. Answered with `drained` when their last frames
/// are with the normalizers.
struct retire_asked {};

/// A connection follows its markets: data flows. Told again when it is `whole`, if it is not yet,
/// and when the exchange refuses others than it did.
struct connection_live {
  std::uint32_t connection = 0;
  std::string life;
  bool whole = false; ///< every subscription was answered: no market waits for its own
  std::vector<market_ptr> refused{}; ///< by the exchange, as of now
};

/// The exchange asked for a reconnect, the connection is about to get too old, or a market is mute.
struct renewal_wanted {
  std::uint32_t connection = 0;
  std::string life;
  std::string reason;
  bool mute = false;
};

/// Time to tell search again what is followed, and status how that goes.
struct markets_due {};

struct stale_due {
  std::uint32_t connection = 0;
  std::uint64_t outage = 0;
};

/// Time to look for markets that were refused for so long that their rows are stale.
struct unserved_due {
  std::uint32_t connection = 0;
};

} // namespace tickboard
