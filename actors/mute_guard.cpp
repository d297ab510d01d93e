#include "actors/mute_guard.hpp"

#include "adapters/log/log.hpp"
#include "market/backoff.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <string_view>
#include <utility>

namespace tickboard {

void mute_renewals::add(clock::time_point now) noexcept {
  count_ = count_ == 0 || now - last_ >= memory ? 1 : count_ + 1;
  last_ = now;
}

std::chrono::milliseconds mute_renewals::pause(std::chrono::milliseconds mute_after,
                                               clock::time_point now) const noexcept {
  if (count_ == 0 || now - last_ >= memory)
    return std::chrono::milliseconds{0};
  return doubled(5 * mute_after, count_ - 1, longest_pause);
}

mute_guard::mute_guard(source_ptr from, std::chrono::milliseconds mute_after,
                       std::chrono::milliseconds pause, clock::time_point now)
    : from_(std::move(from)), watch_(from_->symbols->markets().size(), mute_after, now),
      renewable_at_(now + pause) {
}

void mute_guard::heard(const decode_report& report, clock::time_point now) {
  for (const auto place : report.heard)
    if (place < from_->symbols->markets().size())
      watch_.heard(place, now);
}

void mute_guard::refused(const std::string& native) {
  if (const auto& one = from_->symbols->find(native))
    watch_.leave_out(from_->symbols->place(*one));
}

void mute_guard::accepted(const std::string& native, clock::time_point now) {
  if (const auto& one = from_->symbols->find(native))
    watch_.take_in(from_->symbols->place(*one), now);
}

std::vector<market_ptr> mute_guard::to_check(clock::time_point now) {
  std::vector<market_ptr> out;
  if (asking_)
    return out;
  for (const auto place : watch_.suspects(now, from_->protocol->markets_per_check()))
    out.push_back(from_->symbols->markets()[place]);
  asking_ = !out.empty();
  return out;
}

void mute_guard::checked(const cross_checked& told, clock::time_point now) {
  asking_ = false;
  for (const auto& [native, mark] : told.trades)
    if (const auto& one = from_->symbols->find(native))
      watch_.looked_up(from_->symbols->place(*one), std::hash<std::string_view>{}(mark), now);
}

std::optional<std::string> mute_guard::look(clock::time_point now) {
  auto found = watch_.mute(now);
  const bool news = !std::ranges::includes(mute_, found);
  mute_ = std::move(found);
  if (mute_.empty())
    return std::nullopt;
  auto names = fmt::format("{}", fmt::join(shown_ids(), ", "));
  if (mute_.size() > shown)
    names += fmt::format(" and {} more", mute_.size() - shown);
  if (news)
    log::warn("connection", "mute, though REST tells of trades",
              {{"feed", from_->feed}, {"connection", from_->connection}, {"markets", names}});
  if (now < renewable_at_)
    return std::nullopt;
  return fmt::format("mute, though subscribed: {}", names);
}

std::vector<std::string> mute_guard::shown_ids() const {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < mute_.size() && i < shown; ++i)
    out.push_back(from_->symbols->markets()[mute_[i]]->id);
  return out;
}

} // namespace tickboard
