#pragma once

#include "market/derived.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace tickboard {

/// A span over which rows show how far the price has moved.
struct price_window {
  std::string_view name;
  std::int64_t length_ms;
};

inline constexpr std::array<price_window, window_count> windows{{
    {"1m", 60'000},
    {"5m", 300'000},
    {"15m", 900'000},
    {"1h", 3'600'000},
}};

/// One market's prices of the last hour, as far as the windows need them: for each window a ring of
/// samples that are a sixtieth of it apart, taken at round times. A sample is the price that stood
/// at that time, so it does not depend on when anybody looks.
///
/// A window starts at the newest sample that is as old as the window is long: at most a sixtieth
/// too early. Where nothing was known then (a feed was down, or tickboard itself), an older sample
/// serves, up to a sixth of the window further back; else there is no change to speak of.
///
/// Times are Unix ms. They may stand still or step back a little; after a step back by more than a
/// minute everything is forgotten. 2,272 bytes, allocated with the first price.
class price_history {
public:
  static constexpr std::size_t decimals = 4; ///< of the changes, in percent
  static constexpr std::int64_t steps = 60;  ///< samples to a window
  static constexpr std::int64_t spare = 10;  ///< steps that the start may lie further back
  static constexpr std::int64_t forgets_ms = 60'000;

  /// This is the price from now on. Precondition: it is positive.
  void set(std::int64_t now_ms, double price);

  /// From now on the price is not known.
  void lose(std::int64_t now_ms);

  /// How far the price is, in percent, from where it was at each window's start, as rows show it:
  /// with four decimals. Null where either is not known.
  std::array<std::optional<double>, window_count> changes(std::int64_t now_ms);

  /// The samples, in bytes of no meaning to others; empty if there never was a price. At most
  /// 2,564 bytes; equal neighbours take no room.
  std::string encode() const;

  /// Puts back samples that `encode` wrote at an earlier time, perhaps in an earlier life, where
  /// none are known here. False if they cannot be read, or are of a time that is still to come.
  bool restore(std::string_view encoded, std::int64_t now_ms);

private:
  static constexpr std::int64_t capacity = steps + spare + 1;
  using ring = std::array<double, static_cast<std::size_t>(capacity)>; ///< NaN: not known
  using rings = std::array<ring, window_count>;

  static double& at(ring& samples, std::int64_t number) {
    return samples[static_cast<std::size_t>(number % capacity)];
  }
  static std::unique_ptr<rings> no_samples();
  void advance(std::int64_t now_ms);

  std::unique_ptr<rings> samples_; ///< sample `number` of each window at `number` modulo capacity
  std::int64_t until_ms_ = 0;      ///< samples of times up to this are there
  double price_ = 0;               ///< 0: not known
};

} // namespace tickboard
