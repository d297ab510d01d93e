#pragma once

#include "actors/messages/ids.hpp"
#include "adapters/exchange/exchange.hpp"
#include "adapters/net/http_client.hpp"
#include "market/result.hpp"

#include <chrono>
#include <string>

/// To the connect gate, its worker, and those who ask it.
namespace tickboard {

/// From the connect gate: go on. It counts as an attempt.
struct connect_allowed {};
/// Not yet: why, for operators.
struct connect_delayed {
  std::string why;
};

/// Time to see whether the gate is still the one that was asked.
struct look_for_gate {};

/// May the sender make an attempt at this host ("host:port")? With an empty budget, bans alone
/// count.
struct connect_asked {
  std::string host;
  exchange::connect_budget budget{};
  std::chrono::milliseconds interval{0}; ///< between two connects, after they had to wait
};

/// What the host answered instead of what it was asked for.
struct host_refused {
  std::string host;
  net::host_refusal how;
};

/// Time to look who may go at this host.
struct connects_due {
  std::string host;
};
struct save_due {};

/// To the gate's worker: its file. The text is empty if there is none.
struct read_connects {
  std::string file;
};
struct connects_read {
  result<std::string> text;
};
struct save_connects {
  std::string file;
  std::string text;
};
struct connects_saved {
  std::string problem; ///< empty: done
};

} // namespace tickboard
