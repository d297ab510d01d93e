#include "adapters/simulator/tape.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tickboard::simulator {

// -- cursor --------------------------------------------------------------------

tape_cursor::tape_cursor(std::uint64_t seed, std::size_t markets) : seed_(seed), markets_(markets) {
  enter_round();
}

void tape_cursor::enter_round() noexcept {
  const auto bits = mix(seed_ ^ mix(round_ + 1));
  market_ = bits % markets_;
  stride_ = (bits >> 32) % markets_;
  while (std::gcd(stride_, markets_) != 1)
    stride_ = stride_ + 1 >= markets_ ? 1 : stride_ + 1;
}

void tape_cursor::next() noexcept {
  ++index_;
  if (++place_ == markets_) {
    place_ = 0;
    ++round_;
    enter_round();
    return;
  }
  market_ += stride_;
  if (market_ >= markets_)
    market_ -= markets_;
}

void tape_cursor::seek(std::uint64_t index) noexcept {
  index_ = index;
  round_ = index / markets_;
  place_ = index % markets_;
  enter_round();
  market_ = (market_ + place_ * stride_) % markets_;
}

// -- tape ------------------------------------------------------------------------

tape::tape(std::vector<instrument> instruments, std::uint64_t seed, const pace& pace)
    : instruments_(std::move(instruments)), head_(seed, instruments_.size()), pace_(pace) {
  const auto start = now_us();
  states_.reserve(instruments_.size());
  for (std::size_t i = 0; i < instruments_.size(); ++i) {
    by_native_.emplace(instruments_[i].native, i);
    states_.push_back(first_state(instruments_[i], seed, i, start));
  }
  listed_.assign(instruments_.size(), true);
  subscribable_ = listed_;
  times_.push_back({0, start + 1000});
  restart_clock();
}

std::size_t tape::find(std::string_view native) const noexcept {
  const auto found = by_native_.find(native);
  return found == by_native_.end() ? markets() : found->second;
}

std::size_t tape::find_subscribable(std::string_view native) const noexcept {
  const auto found = find(native);
  return found < markets() && subscribable_[found] ? found : markets();
}

void tape::restart_clock() noexcept {
  paced_from_ = sent();
  paced_since_ = clock::now();
}

void tape::first_subscribed() noexcept {
  if (subscribed_)
    return;
  subscribed_ = true;
  restart_clock();
}

void tape::release() noexcept {
  if (!pace_.hold)
    return;
  pace_.hold = false;
  restart_clock();
}

const market_state& tape::shown(std::size_t market) const noexcept {
  const auto it = shown_.find(market);
  return it == shown_.end() ? states_[market] : it->second;
}

void tape::keep_shown(const std::vector<std::size_t>& markets) {
  std::map<std::size_t, market_state> kept;
  for (const auto market : markets)
    kept.emplace(market, shown(market));
  shown_ = std::move(kept);
}

void tape::set_pace(double rate, std::uint64_t count) noexcept {
  pace_.rate = rate;
  pace_.count = count;
  restart_clock();
}

void tape::catch_up() {
  if (!running() || reader_driven())
    return;
  const std::chrono::duration<double> elapsed = clock::now() - paced_since_;
  const auto due = static_cast<std::uint64_t>(elapsed.count() * pace_.rate) + paced_from_;
  const auto at_once = static_cast<std::uint64_t>(std::max(1.0, pace_.rate / 10));
  if (due > sent())
    advance(std::min(due - sent(), at_once));
}

tape::clock::time_point tape::next_due() const noexcept {
  const auto seconds = static_cast<double>(sent() + 1 - paced_from_) / pace_.rate;
  // A rate of 0.000001 must not overflow the clock; a look once a minute does no harm.
  const auto bounded =
      std::min(seconds, std::chrono::duration<double>(clock::now() - paced_since_).count() + 60);
  return paced_since_ + std::chrono::ceil<clock::duration>(std::chrono::duration<double>(bounded));
}

void tape::advance(std::uint64_t updates) {
  if (pace_.count != 0)
    updates = std::min(updates, pace_.count - std::min(pace_.count, sent()));
  if (updates == 0)
    return;
  mark_time();
  const stretch now{times_.back().from, sent() + updates, times_.back().start_us};
  for (; updates > 0; --updates, head_.next())
    step(states_[head_.market()], instruments_[head_.market()], now.at(head_.index()));
}

// -- time --------------------------------------------------------------------------

std::int64_t tape::now_us() const {
  using namespace std::chrono;
  return duration_cast<microseconds>(system_clock::now().time_since_epoch()).count() +
         clock_ahead_us_;
}

void tape::set_clock(std::int64_t ahead_us) {
  clock_ahead_us_ = ahead_us;
  if (times_.back().from != sent())
    times_.push_back({sent(), 0});
  times_.back().start_us = now_us();
}

void tape::mark_time() {
  const auto& latest = times_.back();
  const auto now = now_us();
  if (now < latest.start_us + 1000) // also when the wall clock is set back
    return;
  // More than one update a microsecond lets our time run ahead: it never stands still.
  const auto used = static_cast<std::int64_t>(sent() - latest.from);
  times_.push_back({sent(), std::max(now, latest.start_us + used)});
  if (times_.size() > most_times)
    times_.pop_front();
}

tape::stretch tape::stretch_of(std::uint64_t index) const noexcept {
  const auto after = std::ranges::upper_bound(times_, index, {}, &time_mark::from);
  const auto& mark = *std::prev(after);
  return {mark.from, after == times_.end() ? sent() : after->from, mark.start_us};
}

void tape::forget_before(std::uint64_t index) noexcept {
  while (times_.size() > 1 && times_[1].from <= index)
    times_.pop_front();
}

} // namespace tickboard::simulator
