#pragma once

#include "actors/messages.hpp"

#include <chrono>
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

  /// Replaces what was kept under `key`; what is too large is not kept. Precondition: `fresh` has a
  /// body, and was evaluated no earlier than what is kept.
  void put(const std::string& key, const answer& fresh);
  void forget(std::string_view key);

  /// Null if nothing is kept that is younger than `max_age` by `now`. Valid until the next call.
  const answer* find(std::string_view key, time_point now);

  /// Of bodies and keys, with what keeping them takes.
  std::size_t bytes() const noexcept { return bytes_; }

private:
  struct kept {
    std::string key;
    answer last;
  };
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
