#pragma once

#include "actors/asset_route.hpp"
#include "actors/familiar_route.hpp"
#include "actors/live_route.hpp"
#include "actors/page_question.hpp"
#include "actors/search_route.hpp"
#include "actors/static_document.hpp"
#include "adapters/net/http_server.hpp"
#include "market/candle_query.hpp"

#include <cstdint>
#include <string>
#include <variant>

namespace tickboard {

// What a request can ask for.
struct ask_page {
  page_question_ptr question;
};
struct ask_row {
  std::string id, quote;
};
struct ask_candles {
  candle_query query;
  std::string quote;
};
struct ask_quotes {};
struct ask_exchanges {};
struct ask_health {};
struct ask_readiness {};
struct ask_metrics {};
struct ask_supervision {}; ///< of operators alone: admin_route.hpp
struct ask_document {
  const static_document* what;
};

/// A question for an actor, or the answer if the request itself decides it.
using route =
    std::variant<net::http_response, ask_page, ask_row, ask_candles, ask_quotes, ask_exchanges,
                 ask_health, ask_readiness, ask_metrics, ask_supervision, ask_document, ask_search,
                 asset_question, familiar_question, ask_live, ask_socket>;

/// Reads method, path and query. Never throws.
route find_route(const net::http_request& request);

/// What is answered to a parameter that is not taken, and to another method than GET and HEAD.
net::http_response bad_parameter(const query_problem& what);
net::http_response method_refused(const net::http_request& request);

/// 503, to be asked again in a second.
net::http_response not_available(std::string_view why);

} // namespace tickboard
