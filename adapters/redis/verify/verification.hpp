#pragma once

#include "adapters/redis/endpoint.hpp"
#include "market/result.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace tickboard::redis {

struct verify_options {
  endpoint to;
  std::string prefix;
  std::vector<std::string> quotes; ///< that have a partition of their own
  bool repair = false;
  std::chrono::milliseconds timeout{10'000}; ///< of connecting, and of each answer
  /// Lets this much time pass before the next look; null: sleeps.
  std::function<void(std::chrono::milliseconds)> wait;
};

/// One thing that does not agree with another.
struct finding {
  std::string partition; ///< "{USDT}"
  std::string subject;   ///< a market, an asset, or "exchange|quote" of the counts
  std::string what;      ///< where, what is there, what should be
};

struct verify_report {
  static constexpr std::size_t max_findings = 1'000;

  std::vector<finding> findings; ///< the first `max_findings`
  std::size_t total = 0;         ///< all of them
  std::size_t markets = 0;       ///< rows of the board
  std::size_t assets = 0;
  std::size_t late = 0;      ///< what a killed daemon had yet to bring: no damage
  std::size_t unsettled = 0; ///< rows that kept changing: whether these lag cannot be told
  std::size_t mended = 0;    ///< with `repair`: markets, counts, and all assets as one
  std::size_t refused = 0; ///< changed while they were repaired, or were more than one run repairs
};

/// Looks at everything that Redis holds of the board, of each quote's partition and of assets, in
/// bounded steps beside whoever uses it, and says what does not agree with the rows
/// (docs/decisions/verify.md says what must, and what may be late). With `repair`, sets it right by
/// the newest row of each market.
///
/// Blocks. Beside a daemon that lives what disagrees is looked at again: 3 s later, 12 s if it may
/// be late, and up to 21 s if its row changes meanwhile; that for each ten thousand markets that
/// disagree at first sight. Takes some 40 bytes a market of the largest partition, 40
/// MB per million; and at most 20 MB for what disagrees. The error says why it could not be done:
/// Redis is away, or refused.
result<verify_report> verify(const verify_options& options);

} // namespace tickboard::redis
