#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace tickboard::net {

/// Frames that were read from one connection in one go, in order. While it lives it holds credit
/// of its connection: the socket is read on only as batches are destroyed, wherever that happens
/// (after the writers took the data, or when an actor dies with the batch in its mailbox).
///
/// Made on the io thread, then owned by one actor at a time, which may change the bytes (in-situ
/// parsing).
class frame_batch {
public:
  /// `release` gets the number of bytes held; it is called once, from any thread.
  explicit frame_batch(std::function<void(std::size_t)> release) : release_(std::move(release)) {}
  frame_batch(const frame_batch&) = delete;
  frame_batch& operator=(const frame_batch&) = delete;
  ~frame_batch() {
    if (release_)
      release_(bytes_.size());
  }

  /// Copies a frame in and puts a NUL behind it.
  void add(std::string_view frame) {
    bytes_.append(frame);
    bytes_.push_back('\0');
    ends_.push_back(bytes_.size());
  }

  std::size_t size() const noexcept { return ends_.size(); }
  std::size_t bytes() const noexcept { return bytes_.size(); }

  /// Frame `i` without its NUL, writable.
  std::span<char> frame(std::size_t i) noexcept {
    const auto begin = i == 0 ? 0 : ends_[i - 1];
    return {bytes_.data() + begin, ends_[i] - begin - 1};
  }

  std::int64_t received_ms = 0;                   ///< our clock when the first frame was read
  std::chrono::steady_clock::time_point received; ///< the same moment

private:
  std::function<void(std::size_t)> release_;
  std::string bytes_;
  std::vector<std::size_t> ends_;
};

using frame_batch_ptr = std::shared_ptr<frame_batch>;

} // namespace tickboard::net
