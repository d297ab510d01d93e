#include "actors/answer_cache.hpp"

namespace tickboard {

namespace {

/// Of nodes, the message, the answer's other members, and allocators.
constexpr std::size_t overhead = 768;

} // namespace

std::size_t answer_cache::size_of(const kept& one) {
  return one.key.size() + one.last().body->size() + overhead;
}

void answer_cache::put(kept fresh) {
  if (max_age_.count() == 0)
    return;
  forget(fresh.key);
  drop_old(fresh.last().evaluated);
  const auto size = size_of(fresh);
  if (size > max_bytes_)
    return;
  while (bytes_ + size > max_bytes_)
    drop(by_age_.begin());
  bytes_ += size;
  by_age_.push_back(std::move(fresh));
  const auto at = std::prev(by_age_.end());
  by_key_.emplace(at->key, at);
}

void answer_cache::forget(std::string_view key) {
  if (const auto it = by_key_.find(key); it != by_key_.end())
    drop(it->second);
}

const answer_cache::kept* answer_cache::find(std::string_view key, time_point now) {
  drop_old(now);
  const auto it = by_key_.find(key);
  if (it == by_key_.end() || now - it->second->last().evaluated >= max_age_)
    return nullptr;
  return &*it->second;
}

void answer_cache::drop(place one) {
  bytes_ -= size_of(*one);
  by_key_.erase(one->key);
  by_age_.erase(one);
}

void answer_cache::drop_old(time_point now) {
  while (!by_age_.empty() && now - by_age_.front().last().evaluated >= max_age_)
    drop(by_age_.begin());
}

} // namespace tickboard
