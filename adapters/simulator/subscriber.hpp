#pragma once

#include "adapters/simulator/tape.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace tickboard::simulator {

/// Streams of one market, as bits that a venue gives meaning to.
using channel_mask = std::uint8_t;

/// Puts states into a venue's frames.
class renderer {
public:
  virtual ~renderer() = default;
  /// Appends the WebSocket frames of `channels` for one state. `snapshot` is the state on
  /// subscribing, as against an update.
  virtual void render(std::string& out, std::size_t market, const market_state& state,
                      channel_mask channels, bool snapshot) = 0;
};

/// What control faults do to the data of one connection.
struct disturbance {
  bool stall = false;             ///< no data at all
  bool garbage = false;           ///< malformed frames in between
  bool slow = false;              ///< trickle
  bool duplicate = false;         ///< every frame twice
  bool out_of_order = false;      ///< every new frame is followed by its predecessor
  std::vector<std::size_t> muted; ///< markets without data, sorted
};

/// One connection's subscriptions and its place on the tape. Every market it follows is carried
/// along as a copy, so that connections read independently and a slow one holds up nobody.
class subscriber {
public:
  /// Both outlive the subscriber.
  subscriber(tape& tape, renderer& renderer);

  // -- subscriptions ---------------------------------------------------------

  /// Adds streams that get a frame with every update. With `snapshot`, the present state first.
  void follow(std::size_t market, channel_mask channels, bool snapshot);
  /// Adds a stream that `take_batch` serves.
  void follow_batched(std::size_t market, bool snapshot);
  void unfollow(std::size_t market, channel_mask channels);
  void unfollow_batched(std::size_t market);
  channel_mask channels(std::size_t market) const noexcept;
  std::size_t followed() const noexcept { return followed_.size(); }

  // -- data ------------------------------------------------------------------

  /// Appends frames until `out` holds `limit` bytes, the tape's end or a bounded amount of work;
  /// drives the tape if that is up to the readers. True if there is more to do at once.
  bool produce(std::string& out, std::size_t limit);

  /// Markets whose batched state is newer than the last one taken, with that state.
  template <class Use>
  void take_batch(Use use) {
    if (disturbance_.stall)
      return;
    for (const auto market : followed_)
      if (auto& entry = *entries_[market]; batch_due(market, entry)) {
        entry.batch_sent = entry.state.updates;
        entry.batch_delivered = true;
        use(market, entry.state);
      }
  }

  /// Once the tape stands still: queues the last state of each market that has not come through
  /// since it was subscribed. Called every second, as exchanges repeat their statistics.
  void repeat_missed();

  /// True if everything up to the tape's head was rendered, repeats included.
  bool caught_up() const noexcept;

  std::uint64_t index() const noexcept { return cursor_.index(); }
  void set_disturbance(disturbance to) { disturbance_ = std::move(to); }
  const disturbance& disturbed() const noexcept { return disturbance_; }

private:
  struct entry {
    market_state state;
    channel_mask channels = 0;
    bool batched = false;
    bool delivered = false; ///< the present state went out since the last subscribe
    bool batch_delivered = false;
    bool refresh_queued = false;
    bool snapshot = false; ///< the queued refresh is a snapshot
    std::uint64_t batch_sent = 0;
    std::size_t place = 0; ///< in followed_
  };

  entry& entry_of(std::size_t market);
  void drop_if_unused(std::size_t market);
  void queue_refresh(std::size_t market, entry& entry, bool snapshot);
  void refresh(std::string& out, std::size_t limit);
  void update(std::string& out, std::size_t market, entry& entry);
  void start_afresh();
  bool missed(std::size_t market, const entry& entry) const noexcept;
  bool batch_due(std::size_t market, const entry& entry) const noexcept;
  bool muted(std::size_t market) const noexcept;

  tape& tape_;
  renderer& renderer_;
  tape_cursor cursor_;
  tape::stretch stretch_;
  disturbance disturbance_;
  std::vector<std::unique_ptr<entry>> entries_; // by market; null if not followed
  std::vector<std::size_t> followed_;
  std::vector<std::size_t> refresh_; // markets to render in full, last first
};

} // namespace tickboard::simulator
