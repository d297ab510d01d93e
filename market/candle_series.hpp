#pragma once

#include "market/candle.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tickboard {

/// A part of a ring as it is stored: a market's candles of one period.
struct candle_chunk {
  std::size_t ring = 0;    ///< of candle_rings
  std::int64_t period = 0; ///< chunk lengths since 1970
  std::string bytes;       ///< candle_codec.hpp
};

/// One market's candles of now: the minute that is being built, and of each ring the chunk that it
/// belongs to. Whatever is older is stored elsewhere. When an hour is over, its minutes make a
/// candle of the hour; when a day is, its hours make one of the day.
///
/// A price that is of an earlier minute than the one before is left out. If it is earlier by more
/// than clocks may differ, our own was set back: candles go on from there, and those of the time
/// that comes once more are of both its passes, or of the later one.
///
/// Some 350 bytes, and up to 1.2 KB of chunks; eight chunks more while they cannot be stored.
class candle_series {
public:
  static constexpr std::size_t max_over = 8; ///< chunks that wait to be stored, the last ones

  /// The last price was this at that time (candle_time), and not before prices taken earlier.
  /// Precondition: it is positive.
  void take(std::int64_t at_ms, const decimal& price) {
    const auto minute = at_ms - at_ms % candle_rings[0].step_ms;
    if (minute != now_.start_ms)
      begin(minute, price);
    else if (!(price == now_.close))
      move(price);
  }

  /// Puts back what `chunks` told in an earlier life, of the last two periods of each ring, the
  /// earlier one first; candles that are here too become those of both. False if it is damaged.
  bool restore(const candle_chunk& stored);

  /// The clock was set back to a chunk that is not here any more, or forward: what is stored of it
  /// must be put back before `chunks` is stored again, which would replace it.
  bool misses_stored() const noexcept { return misses_stored_; }
  /// It is about to be.
  void fetches_stored() noexcept { misses_stored_ = false; }

  /// Every chunk that is here, with the candles that are being built.
  std::vector<candle_chunk> chunks() const;

  /// There is something that was not stored.
  bool has_news() const noexcept { return has_news_; }
  /// What `chunks` tells now is about to be stored. Precondition: nothing else is.
  void begin_store() noexcept;
  void end_store(bool stored);
  /// Whoever stored it has lost it.
  void tell_again() noexcept { has_news_ = true; }

private:
  struct part {
    std::int64_t period = -1; ///< -1: nothing yet
    std::int64_t last_ms = 0; ///< start of the last candle
    std::string bytes;
  };

  void begin(std::int64_t minute, const decimal& price);
  void go_back(std::int64_t minute);
  void leap(std::int64_t minute);
  void move(const decimal& price);
  void add(std::size_t ring, const candle& one);
  void insert(std::size_t ring, part& into, std::span<const candle> these) const;
  void leave(std::size_t ring, std::int64_t for_period);
  void set_aside(std::size_t ring);
  void enter(std::size_t ring, std::int64_t period);
  void fold_open(); ///< what is being built, into every ring

  candle now_{-1, {}, {}, {}, {}}; ///< start_ms -1: none
  double high_ = 0, low_ = 0;      ///< of `now_`
  std::array<part, candle_rings.size()> parts_;
  std::array<std::int64_t, candle_rings.size()> furthest_{-1, -1, -1}; ///< periods it has been in
  std::vector<candle_chunk> over_; ///< of periods that are over, to be stored
  std::uint8_t storing_ = 0;       ///< the first of these are being stored
  bool has_news_ = false;
  bool misses_stored_ = false;
};

} // namespace tickboard
