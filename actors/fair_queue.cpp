#include "actors/fair_queue.hpp"

#include <algorithm>
#include <utility>

namespace tickboard {

void fair_queue::append(const std::string& client, const std::string& key) {
  auto at = lines_.find(client);
  if (at == lines_.end()) {
    turns_.push_back({client, {}});
    const auto fresh = std::prev(turns_.end());
    at = lines_.emplace(fresh->client, fresh).first;
  }
  at->second->keys.push_back(key);
  clients_of_[key] = at->second;
}

void fair_queue::leave(place of) {
  lines_.erase(of->client);
  turns_.erase(of);
}

std::optional<std::string> fair_queue::push(const std::string& client, const std::string& key) {
  append(client, key);
  if (size() <= most_)
    return std::nullopt;
  auto longest = lines_.find(client)->second;
  for (auto one = turns_.begin(); one != turns_.end(); ++one)
    if (one->keys.size() > longest->keys.size())
      longest = one;
  auto out = std::move(longest->keys.back());
  longest->keys.pop_back();
  clients_of_.erase(out);
  if (longest->keys.empty())
    leave(longest);
  return out;
}

void fair_queue::share(const std::string& client, const std::string& key) {
  const auto now = clients_of_.find(key);
  if (now == clients_of_.end() || now->second->client == client)
    return;
  const auto from = now->second;
  const auto at = std::find(from->keys.begin(), from->keys.end(), key);
  const auto own = lines_.find(client);
  const auto before = own == lines_.end() ? 0 : own->second->keys.size();
  if (before >= static_cast<std::size_t>(at - from->keys.begin()))
    return;
  from->keys.erase(at); // it was not the first: the line goes on
  append(client, key);
}

std::optional<std::string> fair_queue::pop() {
  if (turns_.empty())
    return std::nullopt;
  const auto first = turns_.begin();
  auto out = std::move(first->keys.front());
  first->keys.pop_front();
  clients_of_.erase(out);
  if (first->keys.empty())
    leave(first);
  else
    turns_.splice(turns_.end(), turns_, first);
  return out;
}

} // namespace tickboard
