#pragma once

#include "market/candle.hpp"

#include <algorithm>
#include <cstdint>

namespace tickboard {

/// How far the clock of an exchange is behind ours, as its trades tell: no more than the youngest
/// of them was old when it came. Until a minute of them is known it is taken for right, and a
/// younger one counts at once.
///
/// Only trades that move their market on tell of it: what a subscription begins with may be of any
/// day. Times are Unix ms.
class clock_lag {
public:
  static constexpr std::int64_t span_ms = 60'000;

  /// A trade came that was so old. `is_next`: its market's trade before had another time.
  void note(std::int64_t received_ms, std::int64_t age_ms, bool is_next) noexcept {
    if (!is_next && age_ms > candle_clock_ms)
      return;
    if (age_ms <= candle_clock_ms) {
      lag_ms_ = 0;
      begun_ms_ = none;
      return;
    }
    lag_ms_ = std::min(lag_ms_, age_ms);
    if (begun_ms_ != none && received_ms - begun_ms_ < span_ms && received_ms >= begun_ms_) {
      youngest_ms_ = std::min(youngest_ms_, age_ms);
      return;
    }
    if (begun_ms_ != none)
      lag_ms_ = youngest_ms_;
    begun_ms_ = received_ms;
    youngest_ms_ = age_ms;
  }

  /// 0: not by more than clocks may differ.
  std::int64_t lag_ms() const noexcept { return lag_ms_; }

  /// A trade this old is news, as far as one of a clock that is behind can be told from one that is
  /// sent once more.
  bool is_young(std::int64_t age_ms) const noexcept { return age_ms - lag_ms_ <= candle_clock_ms; }

private:
  static constexpr std::int64_t none = -1;

  std::int64_t lag_ms_ = 0;
  std::int64_t begun_ms_ = none; ///< when the first trade of the span came
  std::int64_t youngest_ms_ = 0; ///< of the span
};

} // namespace tickboard
