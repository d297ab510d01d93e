#pragma once

#include "actors/messages/query.hpp"

#include <caf/message.hpp>

#include <chrono>
#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

namespace tickboard {

/// The last good answer to each question, so that it can be given once more. Bounded by bytes and
/// by age; those that were not renewed for longest go first. Used by the query actor alone.
class answer_cache {
public:
  using time_point = std::chrono::steady_clock::time_point;

  /// Zero of either: nothing is kept.
  answer_cache(std::size_t max_bytes, std::chrono::milliseconds max_age)
      : max_bytes_(max_bytes), max_age_(max_age) {}

  struct kept {
    std::string key;
    caf::message message; ///< of the answer alone, to be sent once more without being copied
    std::int64_t told_ms; ///< when it was given first, Unix time

    const answer& last() const { return message.get_as<answer>(0); }
  };

  /// Replaces what was kept under the key; what is too large is not kept. Precondition: the answer
  /// has a body, and was evaluated no earlier than what is kept under the key, and but a little
  /// earlier than what is kept at all.
  void put(kept fresh);
  void forget(std::string_view key);

  /// Null if nothing is kept that is younger than `max_age` by `now`. Valid until the next call.
  const kept* find(std::string_view key, time_point now);

  /// Of bodies and keys, with what keeping them takes.
  std::size_t bytes() const noexcept { return bytes_; }

private:
  using place = std::list<kept>::iterator;

  static std::size_t size_of(const kept& one);
  void drop(place one);
  void drop_old(time_point now);

  const std::size_t max_bytes_;
  const std::chrono::milliseconds max_age_;
  std::list<kept> by_age_;                             ///< oldest first
  std::unordered_map<std::string_view, place> by_key_; ///< keys are held by the list
  std::size_t bytes_ = 0;
};

} // namespace tickboard
