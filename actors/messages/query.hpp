#pragma once

#include "actors/messages/ids.hpp"
#include "actors/page_question.hpp"
#include "actors/view_answer.hpp"
#include "adapters/net/http_server.hpp"
#include "market/asset_query.hpp"
#include "market/candle_query.hpp"

#include <chrono>
#include <cstdint>
#include <string>

/// To the query actor.
namespace tickboard {

struct page_asked {
  page_question_ptr question;
  std::string client{}; ///< who asks, as far as that can be told: costly questions take turns by it
};

struct row_asked {
  std::string id;
  std::string quote; ///< chooses the partition
};

struct candles_asked {
  candle_query query;
  std::string quote; ///< chooses the partition
};

/// Every quote asset, with its markets.
struct quotes_asked {};

struct asset_page_asked {
  asset_query query;
  std::string client{}; ///< as of page_asked
};
struct movers_asked {
  movers_query query;
  std::string client{}; ///< as of page_asked
};
/// An asset's row with those of its markets.
struct asset_asked {
  std::string symbol;
};

/// One answer, shared by all who asked the same.
struct answer {
  net::shared_bytes body; ///< null: there is no such market or asset
  std::uint64_t total = 0;
  std::chrono::steady_clock::time_point evaluated; ///< the start of it
  page_place place{};
  view_refusal refusal{};
  std::string tag{};                 ///< ETag of the body
  net::shared_bytes link{};          ///< of a page: its Link header
  std::chrono::microseconds took{0}; ///< Redis' part, with the ways there and back
  /// 0: of now. Else Redis cannot answer, and this is what it said last: at this time, Unix ms.
  std::int64_t stale_since_ms = 0;
};

struct evaluation_done;
struct patience_due {}; ///< time to look for evaluations that take too long
struct demand_due {};   ///< time to say which indexes views still read

} // namespace tickboard
