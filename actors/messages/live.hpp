#pragma once

#include "actors/messages/ids.hpp"
#include "actors/page_question.hpp"
#include "adapters/net/http_server.hpp"

#include <chrono>
#include <cstdint>
#include <string>

/// To the live hub.
namespace tickboard {

/// What is newer in this view than what a subscriber has? Answered with `live_news` when there is
/// something, or when it is time to say that there is nothing; or ec::overloaded.
struct live_asked {
  page_question_ptr question;
  std::chrono::milliseconds interval{0}; ///< at most one answer in this time
  std::string has{};                     ///< live_news::id of what the subscriber has; empty: none
  bool in_trouble = false; ///< the subscriber was told that the view is not answered now
  std::string client{};    ///< as of page_asked
};

struct live_news {
  enum class kind : std::uint8_t {
    page,   ///< `data` is the body of GET /v1/markets
    change, ///< `data` is what changed from what the subscriber has (market/page_change.hpp)
    beat,   ///< nothing changed; `data` says of when that is true
    failure ///< no answer now, or never; `data` is a problem (RFC 9457)
  };
  kind is = kind::page;
  std::string id{}; ///< of what the subscriber has now
  net::shared_bytes data{};
  unsigned status = 200; ///< of a failure
  std::chrono::seconds retry_after{0};
};

struct live_due {
  std::string view;
  std::uint64_t timer = 0;
};
struct live_sweep_due {};

} // namespace tickboard
