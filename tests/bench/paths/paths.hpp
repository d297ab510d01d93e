#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace tickboard::bench {

/// A way through the daemon that is taken for every frame, update, batch or request, by the
/// functions that the daemon itself calls, on data made here. Run round by round; all rounds are
/// alike. One thread.
struct path {
  std::string name;              ///< "decode:kraken.ticker"
  std::string_view item;         ///< what its figures are of: "frame"
  std::size_t items = 1;         ///< of these, in a round
  std::function<void()> prepare; ///< makes what the next round uses up; not measured
  std::function<void()> run;     ///< a round; ends in `fail` if the result is wrong
  bool may_allocate = true;      ///< in the long run
};

/// Frames into patches, and beside each "decode:X" a "raw_parse:X": RapidJSON alone over the same
/// bytes, with a handler that does nothing.
std::vector<path> decode_paths();

/// "merge": updates into what their markets are, while these wait to be written. "encode_batch":
/// 100 changed markets into what is sent to Redis.
std::vector<path> write_paths();

/// "page_body": 50 stored rows into one answer. "route": a request's target into a question.
std::vector<path> read_paths();

/// The exchange's clock and ours when the rounds begin, Unix ms.
inline constexpr std::int64_t begin_ms = 1'767'225'600'000;

/// A path did not do what it is there for: says so and ends the program with 1.
[[noreturn]] void fail(std::string_view what);

} // namespace tickboard::bench
