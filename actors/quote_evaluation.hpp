#pragma once

#include "actors/evaluation.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace tickboard {

/// Asks Redis which quote assets there are, with their markets: what it counts by for pages.
/// `done` runs once, on the io thread. Cost: the pairs of exchange and quote.
void evaluate_quotes(const board_ptr& board, const std::shared_ptr<redis::client>& store,
                     std::int64_t now_ms, evaluation_callback done);

/// A quote asset, as the answer shows it.
struct quote_totals {
  std::string quote;
  std::int64_t markets = 0;
  std::vector<std::string> exchanges; ///< sorted
  bool has_partition = false;
};

/// The body of the answer without its end; most markets first.
std::string quotes_text(std::vector<quote_totals> quotes);

} // namespace tickboard
