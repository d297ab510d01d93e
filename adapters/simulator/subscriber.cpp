#include "adapters/simulator/subscriber.hpp"

#include <algorithm>
#include <optional>

namespace tickboard::simulator {

namespace {

/// Tape places looked at in one call: a few milliseconds, then others get the thread.
constexpr std::uint64_t most_places = 16'384;

/// By how much a reader that is at the head extends the tape at once.
constexpr std::uint64_t reader_stride = 256;

} // namespace

subscriber::subscriber(tape& tape, renderer& renderer)
    : tape_(tape), renderer_(renderer), cursor_(tape.head()), entries_(tape.markets()) {
}

// -- subscriptions -----------------------------------------------------------------

subscriber::entry& subscriber::entry_of(std::size_t market) {
  auto& slot = entries_[market];
  if (!slot) {
    if (followed_.empty())
      cursor_ = tape_.head();
    // The copy may be ahead of our place on the tape; updates it has already are passed over.
    slot = std::make_unique<entry>();
    slot->state = tape_.state(market);
    slot->place = followed_.size();
    followed_.push_back(market);
    tape_.first_subscribed();
  }
  return *slot;
}

void subscriber::follow(std::size_t market, channel_mask channels, bool snapshot) {
  auto& entry = entry_of(market);
  if ((entry.channels | channels) != entry.channels)
    entry.delivered = false;
  entry.channels |= channels;
  if (snapshot)
    queue_refresh(market, entry, true);
}

void subscriber::follow_batched(std::size_t market, bool snapshot) {
  auto& entry = entry_of(market);
  if (entry.batched)
    return;
  entry.batched = true;
  // Without a snapshot the first batch holds what changes from now on.
  entry.batch_delivered = false;
  entry.batch_sent = snapshot ? ~std::uint64_t{0} : entry.state.updates;
}

void subscriber::unfollow(std::size_t market, channel_mask channels) {
  if (!entries_[market])
    return;
  entries_[market]->channels &= static_cast<channel_mask>(~channels);
  drop_if_unused(market);
}

void subscriber::unfollow_batched(std::size_t market) {
  if (!entries_[market])
    return;
  entries_[market]->batched = false;
  drop_if_unused(market);
}

void subscriber::drop_if_unused(std::size_t market) {
  const auto& entry = *entries_[market];
  if (entry.channels != 0 || entry.batched)
    return;
  entries_[followed_.back()]->place = entry.place;
  followed_[entry.place] = followed_.back();
  followed_.pop_back();
  std::erase(refresh_, market);
  entries_[market].reset();
}

channel_mask subscriber::channels(std::size_t market) const noexcept {
  return entries_[market] ? entries_[market]->channels : channel_mask{0};
}

// -- data --------------------------------------------------------------------------

bool subscriber::produce(std::string& out, std::size_t limit) {
  if (disturbance_.stall || followed_.empty())
    return false;
  if (cursor_.index() < tape_.oldest_known())
    start_afresh();
  refresh(out, limit);
  for (auto places = most_places; out.size() < limit; cursor_.next(), --places) {
    if (places == 0)
      return true;
    if (cursor_.index() == tape_.sent()) {
      if (!tape_.reader_driven() || !tape_.running())
        return false;
      tape_.advance(reader_stride);
    }
    const auto market = cursor_.market();
    auto* entry = entries_[market].get();
    if (entry != nullptr && entry->state.updates == cursor_.round())
      update(out, market, *entry);
  }
  return false; // continued when the socket has taken `out`
}

void subscriber::update(std::string& out, std::size_t market, entry& entry) {
  if (cursor_.index() < stretch_.from || cursor_.index() >= stretch_.to)
    stretch_ = tape_.stretch_of(cursor_.index());
  const auto& of = tape_.instruments()[market];
  const auto time = stretch_.at(cursor_.index());
  if (entry.channels == 0 || muted(market)) {
    step(entry.state, of, time);
    entry.delivered = false;
    return;
  }
  std::optional<market_state> before;
  if (disturbance_.out_of_order && entry.state.updates > 0)
    before = entry.state;
  step(entry.state, of, time);
  renderer_.render(out, market, entry.state, entry.channels, false);
  // Within one millisecond no receiver could tell the old frame from the new one.
  if (before && before->ts_ms() < entry.state.ts_ms())
    renderer_.render(out, market, *before, entry.channels, false);
  if (disturbance_.duplicate)
    renderer_.render(out, market, entry.state, entry.channels, false);
  entry.delivered = true;
}

void subscriber::queue_refresh(std::size_t market, entry& entry, bool snapshot) {
  entry.snapshot = snapshot;
  if (entry.refresh_queued)
    return;
  entry.refresh_queued = true;
  refresh_.push_back(market);
}

void subscriber::refresh(std::string& out, std::size_t limit) {
  while (!refresh_.empty() && out.size() < limit) {
    const auto market = refresh_.back();
    refresh_.pop_back();
    auto& entry = *entries_[market];
    entry.refresh_queued = false;
    if (entry.channels == 0 || muted(market))
      continue; // `repeat_missed` sees to it once the fault is over
    renderer_.render(out, market, entry.state, entry.channels, entry.snapshot);
    entry.delivered = true;
  }
}

void subscriber::start_afresh() {
  cursor_ = tape_.head();
  for (const auto market : followed_) {
    auto& entry = *entries_[market];
    entry.state = tape_.state(market);
    entry.delivered = false;
    queue_refresh(market, entry, false);
  }
}

bool subscriber::missed(std::size_t market, const entry& entry) const noexcept {
  return entry.channels != 0 && !entry.delivered && entry.state.updates > 0 && !muted(market);
}

bool subscriber::batch_due(std::size_t market, const entry& entry) const noexcept {
  if (!entry.batched || muted(market))
    return false;
  // While things move, what changed; afterwards, what has not come through yet.
  return entry.batch_sent != entry.state.updates ||
         (tape_.still() && cursor_.index() == tape_.sent() && !entry.batch_delivered &&
          entry.state.updates > 0);
}

void subscriber::repeat_missed() {
  if (!tape_.still() || cursor_.index() != tape_.sent() || disturbance_.stall)
    return;
  for (const auto market : followed_)
    if (auto& entry = *entries_[market]; missed(market, entry))
      queue_refresh(market, entry, false);
}

bool subscriber::caught_up() const noexcept {
  if (followed_.empty())
    return true;
  if (cursor_.index() != tape_.sent() || !refresh_.empty())
    return false;
  return std::ranges::none_of(followed_, [&](std::size_t market) {
    const auto& entry = *entries_[market];
    return missed(market, entry) || batch_due(market, entry);
  });
}

bool subscriber::muted(std::size_t market) const noexcept {
  return !disturbance_.muted.empty() && std::ranges::binary_search(disturbance_.muted, market);
}

} // namespace tickboard::simulator
