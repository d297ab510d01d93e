#include "market/candle_series.hpp"

#include "market/candle_codec.hpp"

#include <algorithm>
#include <utility>

namespace tickboard {

void candle_series::begin(std::int64_t minute, const decimal& price) {
  if (minute < now_.start_ms) {
    if (now_.start_ms - minute <= 2 * candle_clock_ms)
      return;
    go_back(minute);
  }
  if (parts_[0].period > minute / candle_rings[0].chunk_ms())
    return; // an earlier life has come further
  if (now_.start_ms >= 0)
    add(0, now_);
  leap(minute);
  now_ = {minute, price, price, price, price};
  high_ = low_ = price.value();
  has_news_ = true;
}

/// Our clock was set back to this minute. Chunks of times after it are stored as they are.
void candle_series::go_back(std::int64_t minute) {
  add(0, now_);
  now_.start_ms = -1;
  for (std::size_t ring = 0; ring < candle_rings.size(); ++ring)
    if (const auto period = minute / candle_rings[ring].chunk_ms(); period < parts_[ring].period) {
      set_aside(ring);
      enter(ring, period);
    }
}

/// Between the last period and this one others lie: nothing came for long, or our clock was set
/// forward. Then an earlier life may have stored something of this period.
void candle_series::leap(std::int64_t minute) {
  const auto period = [minute](std::size_t ring) { return minute / candle_rings[ring].chunk_ms(); };
  for (std::size_t ring = 0; ring < candle_rings.size(); ++ring)
    misses_stored_ = misses_stored_ || (furthest_[ring] >= 0 && period(ring) > furthest_[ring] + 1);
  if (!misses_stored_)
    return;
  for (std::size_t ring = 0; ring < candle_rings.size(); ++ring) // finer ones make the next one's
    if (parts_[ring].period >= 0 && parts_[ring].period < period(ring))
      leave(ring, period(ring));
}

void candle_series::move(const decimal& price) {
  const double value = price.value();
  if (value > high_) {
    high_ = value;
    now_.high = price;
  }
  if (value < low_) {
    low_ = value;
    now_.low = price;
  }
  now_.close = price;
  has_news_ = true;
}

/// A candle that is over goes to its ring.
void candle_series::add(std::size_t ring, const candle& one) {
  const auto period = one.start_ms / candle_rings[ring].chunk_ms();
  auto& into = parts_[ring];
  if (period < into.period)
    return; // an earlier life has come further, and stored this too
  if (period > into.period)
    leave(ring, period);
  if (into.bytes.empty() || one.start_ms > into.last_ms) {
    append_candle(into.bytes, candle_rings[ring], period, one);
    into.last_ms = one.start_ms;
  } else {
    insert(ring, into, {&one, 1});
  }
}

/// The ring goes on with another period: what it has makes a candle of the next ring.
void candle_series::leave(std::size_t ring, std::int64_t for_period) {
  const auto& from = parts_[ring];
  if (!from.bytes.empty() && ring + 1 < candle_rings.size())
    if (const auto all = decode_candles(from.bytes, candle_rings[ring], from.period))
      for (const auto& one : folded(*all, candle_rings[ring + 1].step_ms))
        add(ring + 1, one);
  set_aside(ring);
  enter(ring, for_period);
}

/// To be stored, behind others that wait.
void candle_series::set_aside(std::size_t ring) {
  auto& from = parts_[ring];
  if (from.bytes.empty())
    return;
  if (over_.size() == max_over) { // of minutes most is lost
    const auto least = std::ranges::min_element(over_, {}, &candle_chunk::ring);
    if (least - over_.begin() < storing_)
      --storing_;
    over_.erase(least);
  }
  over_.push_back({ring, from.period, std::move(from.bytes)});
}

/// What a period has already that comes once more is in Redis, or waits to be stored.
void candle_series::enter(std::size_t ring, std::int64_t period) {
  parts_[ring] = {period, 0, {}};
  if (period > std::exchange(furthest_[ring], std::max(furthest_[ring], period)))
    return;
  misses_stored_ = true;
  for (const auto& waits : over_)
    if (waits.ring == ring && waits.period == period)
      restore(waits);
}

/// Candles of any place in the part's period, in order, that come after those of the same span.
void candle_series::insert(std::size_t ring, part& into, std::span<const candle> these) const {
  auto all =
      decode_candles(into.bytes, candle_rings[ring], into.period).value_or(std::vector<candle>{});
  for (const auto& one : these) {
    const auto at = std::ranges::lower_bound(all, one.start_ms, {}, &candle::start_ms);
    if (at != all.end() && at->start_ms == one.start_ms)
      take_in(*at, one);
    else
      all.insert(at, one);
  }
  into.bytes.clear();
  for (const auto& one : all)
    append_candle(into.bytes, candle_rings[ring], into.period, one);
  into.last_ms = all.empty() ? 0 : all.back().start_ms;
}

bool candle_series::restore(const candle_chunk& stored) {
  const auto theirs = decode_candles(stored.bytes, candle_rings[stored.ring], stored.period);
  if (!theirs)
    return false;
  if (theirs->empty())
    return true;
  auto& mine = parts_[stored.ring];
  const auto put_before = [&](std::int64_t period, std::string& bytes) {
    part both{period, theirs->back().start_ms, stored.bytes};
    insert(stored.ring, both, decode_candles(bytes, candle_rings[stored.ring], period).value());
    bytes = std::move(both.bytes);
    return both.last_ms;
  };
  if (stored.period > mine.period) {
    if (stored.ring == 0 && now_.start_ms >= 0 &&
        now_.start_ms / candle_rings[0].chunk_ms() < stored.period) {
      add(0, now_);
      now_.start_ms = -1;
    }
    leave(stored.ring, stored.period);
  }
  if (stored.period == mine.period) {
    if (mine.bytes.empty())
      mine = {stored.period, theirs->back().start_ms, stored.bytes};
    else
      mine.last_ms = put_before(mine.period, mine.bytes);
  } else {
    for (auto& one : over_)
      if (one.ring == stored.ring && one.period == stored.period)
        put_before(one.period, one.bytes);
  }
  has_news_ = has_news_ || now_.start_ms >= 0 || !over_.empty();
  return true;
}

void candle_series::fold_open() {
  if (now_.start_ms >= 0)
    add(0, now_);
  for (std::size_t ring = 0; ring + 1 < candle_rings.size(); ++ring)
    if (const auto& from = parts_[ring]; !from.bytes.empty())
      if (const auto all = decode_candles(from.bytes, candle_rings[ring], from.period))
        for (const auto& one : folded(*all, candle_rings[ring + 1].step_ms))
          add(ring + 1, one);
}

std::vector<candle_chunk> candle_series::chunks() const {
  auto whole = *this;
  whole.fold_open();
  auto out = std::move(whole.over_);
  for (std::size_t ring = 0; ring < candle_rings.size(); ++ring)
    if (auto& one = whole.parts_[ring]; !one.bytes.empty())
      out.push_back({ring, one.period, std::move(one.bytes)});
  return out;
}

void candle_series::begin_store() noexcept {
  storing_ = static_cast<std::uint8_t>(over_.size());
  has_news_ = false;
}

void candle_series::end_store(bool stored) {
  if (stored)
    over_.erase(over_.begin(), over_.begin() + storing_);
  else
    has_news_ = true;
  storing_ = 0;
}

} // namespace tickboard
