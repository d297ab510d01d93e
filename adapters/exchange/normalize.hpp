#pragma once

#include "adapters/exchange/exchange.hpp"

#include <cstdint>
#include <istream>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace tickboard::exchange {

/// Which protocol a recording is in, and what its markets' exchange is called.
struct recording_source {
  const protocol* speaks;
  std::string feed_name;
};

/// The source called `name`: an adapter's name, or one of the venues that share one ("binanceus"
/// speaks "binance"). The error lists what there is.
result<recording_source> find_recording_source(std::string_view name);

struct normalize_report {
  std::uint64_t lines = 0;           ///< lines of the recording
  std::uint64_t frames = 0;          ///< incoming ones, which were decoded
  std::uint64_t tickers = 0;         ///< lines written
  std::uint64_t ignored = 0;         ///< frames or entries without a ticker of ours
  std::uint64_t malformed = 0;       ///< frames or entries that break the protocol
  std::uint64_t defects = 0;         ///< frames at which the decoder threw; they yield nothing
  std::uint64_t unknown_symbols = 0; ///< tickers whose symbol names no market by the grammar
  std::vector<std::string> problems; ///< "name:line: what", the first `max_problems` of them

  static constexpr std::size_t max_problems = 10;
};

/// Writes one JSON line for each ticker of a recording (see append_patch_line); markets come from
/// the symbols in the frames. `name` stands for the recording in errors and problems. Fails at the
/// first line that is no line of a recording, or when `out` cannot be written.
result<normalize_report> normalize(const protocol& speaks, std::string_view feed_name,
                                   std::istream& recording, std::ostream& out,
                                   std::string_view name = "recording");

} // namespace tickboard::exchange
