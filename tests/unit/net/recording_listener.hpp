#pragma once

#include "adapters/net/stream.hpp"
#include "tests/unit/net/sockets.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

namespace tickboard::net::test {

/// Writes down what a stream says; the test thread waits for it.
class recording_listener final : public stream_listener {
public:
  /// With `keep` the batches live, and hold credit, until `release`.
  explicit recording_listener(bool keep = false) : keep_(keep) {}

  void on_open() override {
    note([&] { opened = true; });
  }
  void on_frames(frame_batch_ptr batch) override {
    note([&] {
      after_close = after_close || closed != 0;
      ++batches;
      largest_batch = std::max(largest_batch, batch->size());
      for (std::size_t i = 0; i < batch->size(); ++i) {
        const auto frame = batch->frame(i);
        frames.emplace_back(frame.data(), frame.size());
      }
      if (keep_) {
        held_bytes += batch->bytes();
        largest_held = std::max(largest_held, held_bytes);
        held.push_back(std::move(batch));
      }
    });
  }
  void on_alive() override {
    note([&] { ++alive; });
  }
  void on_closed(stream_end end) override {
    note([&] {
      ++closed;
      refused = end.refused;
      reason = std::move(end.reason);
    });
  }

  /// Whether `condition`, which may look at the members, comes to hold.
  template <class Condition>
  bool wait(Condition condition) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, patience, condition);
  }
  bool wait_open() {
    return wait([&] { return opened; });
  }
  bool wait_frames(std::size_t count) {
    return wait([&] { return frames.size() >= count; });
  }
  /// The reason, or a complaint.
  std::string wait_closed() {
    return wait([&] { return closed != 0; }) ? reason : "never closed";
  }
  /// Destroys the kept batches, on the test's thread.
  void release() {
    std::vector<frame_batch_ptr> gone;
    const std::lock_guard lock(mutex_);
    gone.swap(held);
    held_bytes = 0;
  }

  // Read within wait(), or once closed.
  bool opened = false;
  bool after_close = false; ///< frames came after on_closed
  int closed = 0;
  int alive = 0;
  std::string reason;
  host_refusal refused;
  std::vector<std::string> frames;
  std::size_t batches = 0;
  std::size_t largest_batch = 0;
  std::vector<frame_batch_ptr> held;
  std::size_t held_bytes = 0;
  std::size_t largest_held = 0;

private:
  template <class Change>
  void note(Change change) {
    const std::lock_guard lock(mutex_);
    change();
    changed_.notify_all();
  }

  const bool keep_;
  std::mutex mutex_;
  std::condition_variable changed_;
};

} // namespace tickboard::net::test
