#include "adapters/net/frame_intake.hpp"

#include <algorithm>
#include <chrono>

namespace tickboard::net {

frame_intake::frame_intake(frame_intake_limits limits, std::function<void()> resume)
    : limits_(limits), credit_(std::make_shared<credit>()) {
  credit_->resume_below = std::max<std::size_t>(limits.credit_bytes / 2, 1);
  credit_->resume = std::move(resume);
}

void frame_intake::add(std::string_view frame) {
  if (!batch_) {
    batch_ = std::make_shared<frame_batch>(
        [credit = credit_](std::size_t bytes) { credit->release(bytes); });
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    batch_->received = std::chrono::steady_clock::now();
    batch_->received_ms = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
  }
  const auto before = batch_->bytes();
  batch_->add(frame);
  credit_->held += batch_->bytes() - before;
}

bool frame_intake::full() const noexcept {
  return batch_ &&
         (batch_->size() >= limits_.batch_frames || batch_->bytes() >= limits_.batch_bytes);
}

bool frame_intake::exhausted() const noexcept {
  return credit_->held >= limits_.credit_bytes;
}

// `held` and `paused` are sequentially consistent: either release() sees `paused`, or the look at
// `held` here sees what it gave back. Whoever clears `paused` goes on.
bool frame_intake::pause() {
  credit_->paused = true;
  if (credit_->held >= credit_->resume_below)
    return true;
  return !credit_->paused.exchange(false);
}

void frame_intake::credit::release(std::size_t bytes) {
  const auto left = held.fetch_sub(bytes) - bytes;
  if (left < resume_below && paused && paused.exchange(false))
    resume();
}

} // namespace tickboard::net
