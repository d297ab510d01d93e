#include "actors/live_view.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tickboard {

std::string live_view::id_of(const state& one) const {
  return fmt::format("{}-{}", name_, one.number);
}

std::string live_view::newest_id() const {
  return states_.empty() ? "" : id_of(states_.back());
}

bool live_view::is_newest_id(std::string_view id) const {
  return !states_.empty() && id == id_of(states_.back());
}

result<bool> live_view::take(net::shared_bytes body, std::string_view tag) {
  auto page = live_page::read(std::move(body));
  if (!page)
    return unexpected(std::move(page.error()));
  std::string change;
  if (!states_.empty()) {
    change = change_between(states_.back().page, *page);
    if (change.empty()) {
      tag_ = tag;
      return false;
    }
  }
  tag_ = tag;
  for (const auto& [from, text] : changes_)
    bytes_ -= text->size();
  changes_.clear();
  if (states_.size() == most_states)
    drop_oldest();
  if (!states_.empty()) {
    bytes_ += change.size();
    changes_[states_.back().number] = std::make_shared<const std::string>(std::move(change));
  }
  const auto size = page->bytes();
  states_.push_back({next_++, *std::move(page), size});
  bytes_ += size;
  return true;
}

live_news live_view::news_since(std::string_view has) {
  live_news out;
  out.id = newest_id();
  const auto& newest = states_.back();
  const auto it =
      std::ranges::find_if(states_, [&](const state& one) { return id_of(one) == has; });
  if (it == states_.end()) {
    out.data = newest.page.body();
    return out;
  }
  out.is = live_news::kind::change;
  auto& change = changes_[it->number];
  if (!change) {
    auto text = change_between(it->page, newest.page);
    if (text.empty()) // it went, and came back
      text = "{\"meta\":{}}";
    bytes_ += text.size();
    change = std::make_shared<const std::string>(std::move(text));
  }
  out.data = change;
  return out;
}

void live_view::forget_old() {
  while (states_.size() > 1)
    drop_oldest();
}

void live_view::drop_oldest() {
  if (const auto it = changes_.find(states_.front().number); it != changes_.end()) {
    bytes_ -= it->second->size();
    changes_.erase(it);
  }
  bytes_ -= states_.front().bytes;
  states_.pop_front();
}

} // namespace tickboard
