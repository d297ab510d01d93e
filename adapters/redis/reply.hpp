#pragma once

#include <cstdint>
#include <string>
#include <string_view>

struct redisReply;

namespace tickboard::redis {

/// A look at what Redis answered; valid only inside the reply handler.
class reply {
public:
  /// An answer that never came: `reason` says why.
  explicit reply(std::string_view reason) : failure_(reason) {}
  explicit reply(const redisReply* raw) : raw_(raw) {}
  /// What Redis refused, in words that came earlier than its answer.
  static reply refusal(std::string_view reason) {
    reply out{reason};
    out.refused_ = true;
    return out;
  }

  /// True for an error reply and for an answer that never came.
  bool failed() const noexcept;
  /// True if the connection was lost, or never there; the command may or may not have run.
  bool disconnected() const noexcept { return raw_ == nullptr && !refused_; }
  std::string_view error() const noexcept;

  bool is_nil() const noexcept;
  bool is_array() const noexcept;
  bool is_text() const noexcept;
  std::int64_t integer(std::int64_t otherwise = 0) const noexcept;
  std::string_view text() const noexcept;         ///< of a string or status; else empty
  std::size_t size() const noexcept;              ///< of an array; else 0
  reply operator[](std::size_t i) const noexcept; ///< precondition: i < size()

private:
  const redisReply* raw_ = nullptr;
  std::string_view failure_;
  bool refused_ = false;
};

} // namespace tickboard::redis
