#include "actors/live_view.hpp"

#include "actors/error.hpp"
#include "actors/routes.hpp"
#include "adapters/redis/public_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tickboard {

live_news failure_news(const net::http_response& problem, std::chrono::seconds retry_after) {
  live_news out;
  out.is = live_news::kind::failure;
  out.data = problem.body;
  out.status = problem.status;
  out.retry_after = retry_after;
  return out;
}

live_news no_answer_news(const caf::error& why) {
  return failure_news(not_available(redis::public_text(why_not(why))), std::chrono::seconds{1});
}

result<bool> live_view::take(net::shared_bytes body, std::string_view tag) {
  auto page = live_page::read(std::move(body));
  if (!page)
    return unexpected(std::move(page.error()));
  std::string change;
  if (!states_.empty())
    change = change_between(states_.back().page, *page);
  tag_ = tag;
  if (!states_.empty() && change.empty())
    return false;
  if (states_.size() == most_states)
    drop_oldest();
  for (auto& one : states_) {
    bytes_ -= one.bytes();
    one.change = nullptr;
    if (&one == &states_.back())
      one.change = std::make_shared<const std::string>(std::move(change));
    bytes_ += one.bytes();
  }
  states_.push_back({fmt::format("{}-{}", name_, next_++), *std::move(page)});
  bytes_ += states_.back().bytes();
  return true;
}

live_news live_view::news_since(std::string_view has) {
  live_news out;
  const auto& newest = states_.back();
  out.id = newest.id;
  const auto it = std::ranges::find(states_, has, &state::id);
  if (it == states_.end()) {
    out.data = newest.page.body();
    return out;
  }
  out.is = live_news::kind::change;
  if (!it->change) {
    auto text = change_between(it->page, newest.page);
    if (text.empty()) // it went, and came back
      text = "{\"meta\":{}}";
    bytes_ += text.size();
    it->change = std::make_shared<const std::string>(std::move(text));
  }
  out.data = it->change;
  return out;
}

void live_view::forget_old() {
  while (states_.size() > 1)
    drop_oldest();
}

void live_view::drop_oldest() {
  bytes_ -= states_.front().bytes();
  states_.pop_front();
}

} // namespace tickboard
