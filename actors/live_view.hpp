#pragma once

#include "actors/messages/live.hpp"
#include "market/page_change.hpp"

#include <deque>
#include <string>
#include <string_view>

namespace tickboard {

/// What subscribers are told instead of a page; `problem` is what GET /v1/markets would answer.
live_news failure_news(const net::http_response& problem, std::chrono::seconds retry_after);

/// The same for an actor's answer that did not come.
live_news no_answer_news(const caf::error& why);

/// The last states of one view, and what turns each of them into the newest. Made for who reads
/// slowly, or comes back: they need not be told all of it again.
class live_view {
public:
  static constexpr std::size_t most_states = 4;

  /// `name` is no other view's, of this daemon or an earlier one.
  explicit live_view(std::string name) : name_(std::move(name)) {}

  /// Takes the page as it is now; the error says why it is none. True if it differs from the last
  /// in more than ages and the time.
  result<bool> take(net::shared_bytes body, std::string_view tag);
  /// True if an answer with this tag is the newest state.
  bool is_newest(std::string_view tag) const { return !states_.empty() && tag == tag_; }

  bool empty() const noexcept { return states_.empty(); }
  /// Whether this is the newest state's id.
  bool is_newest_id(std::string_view id) const {
    return !states_.empty() && id == states_.back().id;
  }

  /// What who has the state `has` is to be told, to have the newest. Not empty.
  live_news news_since(std::string_view has);

  std::size_t bytes() const noexcept { return bytes_; }
  /// Forgets all but the newest state.
  void forget_old();

private:
  struct state {
    std::string id;
    live_page page;
    net::shared_bytes change{}; ///< to the newest; null: nobody needed it yet

    std::size_t bytes() const noexcept { return page.bytes() + (change ? change->size() : 0); }
  };

  void drop_oldest();

  std::string name_;
  std::string tag_; ///< of the answer that the newest state is from
  std::uint64_t next_ = 1;
  std::deque<state> states_; ///< the newest last
  std::size_t bytes_ = 0;    ///< of all of them
};

} // namespace tickboard
