#include "market/quiet_watch.hpp"

#include <algorithm>

namespace tickboard {

namespace {

constexpr unsigned most_doublings = 20; // beyond which every wait is the longest

float seconds(quiet_watch::clock::duration time) noexcept {
  return std::chrono::duration<float>(time).count();
}

quiet_watch::clock::duration duration(float seconds) noexcept {
  return std::chrono::duration_cast<quiet_watch::clock::duration>(
      std::chrono::duration<double>(static_cast<double>(seconds)));
}

} // namespace

quiet_watch::quiet_watch(std::size_t markets, clock::duration mute_after,
                         clock::time_point subscribed)
    : entries_(markets), mute_after_(mute_after) {
  for (auto& one : entries_)
    one.last = subscribed;
}

void quiet_watch::heard(std::size_t market, clock::time_point now) noexcept {
  auto& one = entries_[market];
  if (one.heard) {
    const auto gap = seconds(now - one.last);
    one.gaps = static_cast<std::uint8_t>(std::min<unsigned>(one.gaps + 1U, gaps_in_mean));
    one.mean += (gap - one.mean) / static_cast<float>(one.gaps);
    one.longest = std::max(gap, one.longest - gap / static_cast<float>(fading));
  }
  one.heard = true;
  one.suspected = one.marked = one.moved = false;
  one.same = 0;
  one.last = last_heard_ = now;
  any_heard_ = true;
}

std::vector<std::size_t> quiet_watch::suspects(clock::time_point now, std::size_t most) {
  std::vector<std::size_t> out;
  if (!any_heard_ || now - last_heard_ > mute_after_)
    return out;
  for (std::size_t i = 0; i < entries_.size() && out.size() < most; ++i) {
    const auto market = (turn_ + i) % entries_.size();
    auto& one = entries_[market];
    if (one.left_out || one.moved || now - one.last < mute_after_)
      continue;
    if (one.suspected ? now < one.next : now - one.last < bar(market))
      continue;
    one.suspected = true;
    one.next = now + wait(market);
    out.push_back(market);
  }
  if (!out.empty())
    turn_ = (out.back() + 1) % entries_.size();
  return out;
}

void quiet_watch::looked_up(std::size_t market, std::uint64_t mark,
                            clock::time_point now) noexcept {
  auto& one = entries_[market];
  if (!one.suspected || one.moved)
    return;
  if (!one.marked) {
    one.marked = true;
    one.mark = mark;
  } else if (one.mark != mark) {
    one.moved = true;
    one.changed = now;
  } else {
    one.same = static_cast<std::uint8_t>(std::min<unsigned>(one.same + 1U, most_doublings));
  }
  one.next = now + wait(market);
}

std::vector<std::size_t> quiet_watch::mute(clock::time_point now) const {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < entries_.size(); ++i)
    if (entries_[i].moved && !entries_[i].left_out && now - entries_[i].changed >= mute_after_ / 6)
      out.push_back(i);
  return out;
}

quiet_watch::clock::duration quiet_watch::bar(std::size_t market) const noexcept {
  const auto& one = entries_[market];
  const auto usual =
      std::max(duration(one.mean) * usual_gaps, duration(one.longest) * longest_gaps);
  return std::max(one.gaps < gaps_to_know ? mute_after_ * unknown_gaps : mute_after_, usual);
}

quiet_watch::clock::duration quiet_watch::wait(std::size_t market) const noexcept {
  const auto first = std::min<clock::duration>(bar(market) / 2, longest_wait);
  return std::min<clock::duration>(first * (std::int64_t{1} << entries_[market].same),
                                   longest_wait);
}

} // namespace tickboard
