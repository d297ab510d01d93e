#include "actors/history_store.hpp"

#include "actors/candle_calls.hpp"
#include "adapters/log/log.hpp"

#include <algorithm>
#include <utility>

namespace tickboard {

namespace {

// A key holds the histories of four hours; those of markets that are no longer followed go with it.
constexpr std::int64_t period_ms = 4 * 3'600'000;
constexpr std::int64_t outlives_ms = 70 * 60'000; ///< a little more than the longest window

std::vector<std::string> texts_of(const redis::reply& answer) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < answer.size(); ++i)
    out.emplace_back(answer[i].text());
  return out;
}

} // namespace

void history_store::add(slot& market) {
  unread_.push_back(&market);
  if (market.candles)
    market.candles->end_store(false); // whoever was storing it has forgotten it
}

void history_store::forget_leaving() {
  const auto is_leaving = [](const slot* one) { return one != nullptr && one->is_leaving(); };
  std::erase_if(unread_, is_leaving);
  std::erase_if(read_, is_leaving);
  std::ranges::replace_if(reading_, is_leaving, nullptr);
  std::ranges::replace_if(storing_, is_leaving, nullptr);
  next_ = next_candles_ = 0;
}

std::vector<redis::call> history_store::read(std::int64_t now_ms,
                                             std::function<void(histories_read)> done) {
  if (!reading_.empty() || unread_.empty())
    return {};
  const auto count = static_cast<std::ptrdiff_t>(std::min(unread_.size(), max_read));
  reading_.assign(unread_.begin(), unread_.begin() + count);
  unread_.erase(unread_.begin(), unread_.begin() + count);
  auto found = std::make_shared<histories_read>();
  const auto note = [found](const redis::reply& answer) {
    found->away = found->away || answer.disconnected();
    if (answer.failed())
      found->failure = answer.error();
  };
  std::vector<redis::call> calls;
  if (kept_)
    calls = read_candle_calls(board_->layout, reading_, now_ms, found, note);
  calls.resize(calls.size() + 2);
  const auto histories = std::span{calls}.last<2>();
  for (std::size_t i = 0; i < histories.size(); ++i) {
    auto& to = histories[i].arguments;
    to.add("HMGET");
    to.add(board_->layout.history(now_ms / period_ms - 1 + static_cast<std::int64_t>(i)));
    for (const auto* market : reading_)
      to.add(market->subject->id);
  }
  histories[0].done = [found, note](const redis::reply& answer) {
    note(answer);
    found->older = texts_of(answer);
  };
  histories[1].done = [found, note, done = std::move(done)](const redis::reply& answer) {
    note(answer);
    found->newer = texts_of(answer);
    done(std::move(*found));
  };
  return calls;
}

std::vector<slot*> history_store::finish_read(const histories_read& found, std::int64_t now_ms) {
  auto markets = std::exchange(reading_, {});
  if (found.away) {
    std::erase(markets, nullptr);
    unread_.insert(unread_.begin(), markets.begin(), markets.end());
    return {};
  }
  if (!found.failure.empty())
    log::error("writer", "price histories in Redis cannot be read, and begin anew",
               {{"reason", found.failure}});
  std::size_t damaged = 0;
  for (auto* market : markets)
    if (market != nullptr)
      market->changes_ms = 0; // there is more to compare with now
  for (const auto* texts : {&found.newer, &found.older})
    for (std::size_t i = 0; i < std::min(texts->size(), markets.size()); ++i)
      if (const auto& text = (*texts)[i];
          markets[i] != nullptr && !text.empty() && !markets[i]->prices.restore(text, now_ms))
        ++damaged;
  if (damaged != 0)
    log::warn("writer", "price histories in Redis are damaged or of the future; left out",
              {{"count", damaged}});
  restore_candles(found, markets);
  std::erase(markets, nullptr);
  read_.insert(read_.end(), markets.begin(), markets.end());
  return markets;
}

void history_store::restore_candles(const histories_read& found,
                                    const std::vector<slot*>& markets) {
  std::size_t damaged = 0;
  for (const auto& [place, stored] : found.candles) {
    auto* market = place < markets.size() ? markets[place] : nullptr;
    if (market == nullptr)
      continue;
    if (!market->candles)
      market->candles = std::make_unique<candle_series>();
    if (!market->candles->restore(stored))
      ++damaged;
  }
  if (damaged != 0)
    log::warn("writer", "chunks of candles in Redis are damaged; left out", {{"count", damaged}});
}

std::vector<redis::call> history_store::write(std::int64_t now_ms,
                                              std::function<void(histories_written)> done) {
  if (writing_ || read_.empty())
    return {};
  const auto period = now_ms / period_ms;
  std::vector<redis::call> calls(2);
  auto& set = calls[0].arguments;
  set.add("HSET");
  set.add(board_->layout.history(period));
  const auto count = std::min({read_.size() / write_rounds + 1, max_written, read_.size()});
  for (std::size_t i = 0; i < count; ++i) {
    next_ = next_ + 1 < read_.size() ? next_ + 1 : 0;
    const auto text = read_[next_]->prices.encode();
    if (text.empty())
      continue;
    set.add(read_[next_]->subject->id);
    set.add(text);
  }
  if (set.arguments() == 2)
    return {};
  auto& expire = calls[1].arguments;
  expire.add("PEXPIRE");
  expire.add(board_->layout.history(period));
  expire.add((period + 1) * period_ms + outlives_ms - now_ms);
  calls[1].done = [done = std::move(done)](const redis::reply&) { done({}); };
  writing_ = true;
  return calls;
}

std::vector<redis::call> history_store::write_candles(std::int64_t now_ms, bool in_turns,
                                                      std::function<void(candles_written)> done) {
  if (!kept_ || !storing_.empty())
    return {};
  const auto looks =
      in_turns ? std::min({read_.size() / candle_rounds + 1, max_candles_written, read_.size()})
               : read_.size();
  for (std::size_t i = 0; i < looks && storing_.size() < max_candles_written; ++i) {
    next_candles_ = next_candles_ + 1 < read_.size() ? next_candles_ + 1 : 0;
    auto& market = read_[next_candles_];
    if (!market->candles || !market->candles->has_news())
      continue;
    if (!market->candles->misses_stored()) {
      storing_.push_back(market);
      continue;
    }
    market->candles->fetches_stored();
    unread_.push_back(std::exchange(market, read_.back()));
    read_.pop_back();
    if (read_.empty())
      break;
  }
  auto calls = write_candle_calls(board_->layout, storing_, *kept_, now_ms, std::move(done));
  for (auto* one : storing_)
    one->candles->begin_store();
  if (calls.empty())
    finish_candles({});
  return calls;
}

void history_store::finish_candles(const candles_written& result) {
  for (auto* one : std::exchange(storing_, {}))
    if (one != nullptr)
      one->candles->end_store(result.failure.empty());
}

void history_store::write_candles_again() {
  for (auto* one : read_)
    if (one->candles)
      one->candles->tell_again();
}

} // namespace tickboard
