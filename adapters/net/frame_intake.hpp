#pragma once

#include "adapters/net/frame_batch.hpp"

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>

namespace tickboard::net {

struct frame_intake_limits {
  std::size_t batch_frames = 256;
  std::size_t batch_bytes = 256 * 1024;
  std::size_t credit_bytes = 4 * 1024 * 1024;
};

/// Gathers the frames of one connection into batches and counts the credit that they hold until
/// they are destroyed. Used on the io thread; batches may die on any thread and after the intake.
class frame_intake {
public:
  /// `resume` is called once after a `pause()` that said true, when half of the credit is free
  /// again. Any thread, also after the intake has gone.
  frame_intake(frame_intake_limits limits, std::function<void()> resume);

  void add(std::string_view frame);
  bool empty() const noexcept { return batch_ == nullptr; }
  bool full() const noexcept;
  /// Whether the credit is used up: take the batch, then ask `pause`.
  bool exhausted() const noexcept;
  frame_batch_ptr take() { return std::move(batch_); }
  /// True: stop reading, `resume` will come. False: credit has come back meanwhile.
  bool pause();

private:
  struct credit {
    std::atomic<std::size_t> held{0};
    std::atomic<bool> paused{false};
    std::size_t resume_below = 0;
    std::function<void()> resume;

    void release(std::size_t bytes);
  };

  const frame_intake_limits limits_;
  std::shared_ptr<credit> credit_;
  frame_batch_ptr batch_;
};

} // namespace tickboard::net
