#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Durations and sizes as configuration files write them. Pure functions.
namespace tickboard::config {

/// "250ms", "5s", "10m", "24h": digits and one unit; or "0". Null for anything else, also for
/// what does not fit 64 bits.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) noexcept;

/// The shortest text that `parse_duration` reads back as `value`, which is not negative.
std::string format_duration(std::chrono::milliseconds value);

/// "64MiB", "8KiB" or "512": digits and perhaps one unit. Null for anything else.
std::optional<std::uint64_t> parse_size(std::string_view text) noexcept;

/// The shortest text that `parse_size` reads back as `bytes`.
std::string format_size(std::uint64_t bytes);

/// `text` in double quotes for a one-line message: control characters and quotes escaped, cut
/// after 60 bytes.
std::string quoted(std::string_view text);

/// `text` with control characters escaped as \u00xx and without a length limit.
std::string one_line(std::string_view text);

/// The candidate that `word` is most likely a misspelling of: at most a third of its letters
/// differ (and at most 3). Empty if there is none.
template <class Candidates>
std::string_view closest(std::string_view word, const Candidates& candidates);

/// Letters to insert, remove, replace or swap with a neighbour to make `a` of `b`; anything above
/// `limit` is reported as limit + 1.
std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t limit);

template <class Candidates>
std::string_view closest(std::string_view word, const Candidates& candidates) {
  std::string_view best;
  std::size_t least = std::min<std::size_t>(3, std::max<std::size_t>(1, word.size() / 3)) + 1;
  for (std::string_view candidate : candidates) {
    const auto distance = edit_distance(word, candidate, least - 1);
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

} // namespace tickboard::config
