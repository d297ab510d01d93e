#include "actors/routes.hpp"

#include "actors/contract.hpp"
#include "market/canonical_id.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tickboard {

namespace {

using net::problem;

route find_row(std::string_view encoded) {
  const auto decoded = parse_query_string("id=" + path_as_query_value(encoded));
  if (!decoded || decoded->size() != 1)
    return problem(400, "Bad market id", "the id has a % that no two hex digits follow");
  const auto id = canonical_id(decoded->front().second);
  const auto colon = id.find(':');
  const auto dash = id.rfind('-');
  if (colon == std::string::npos || dash == std::string::npos || dash < colon)
    return problem(404, "No such market",
                   "market ids look like binance:BTC-USDT; GET /v1/markets lists them");
  return ask_row{id, id.substr(dash + 1)};
}

/// The candles of the market that `row`, if it is one, asks for.
route find_candles(route row, std::string_view query) {
  auto* const market = std::get_if<ask_row>(&row);
  if (market == nullptr)
    return row;
  auto found = parse_query_string(query).and_then(
      [](const query_parameters& parameters) { return parse_candle_query(parameters); });
  if (!found)
    return bad_parameter(found.error());
  found->id = std::move(market->id);
  return ask_candles{*std::move(found), std::move(market->quote)};
}

} // namespace

net::http_response bad_parameter(const query_problem& what) {
  return problem(400, "Bad parameter",
                 fmt::format("{} {}; allowed: {}", what.parameter, what.detail, what.allowed),
                 {{"parameter", what.parameter}, {"allowed", what.allowed}});
}

net::http_response method_refused(const net::http_request& request) {
  auto out = problem(
      405, "Method not allowed",
      fmt::format("{} is not allowed here; allowed: GET, HEAD", request.method_text.substr(0, 32)));
  out.headers.emplace_back("Allow", "GET, HEAD");
  return out;
}

net::http_response not_available(std::string_view why) {
  auto out = problem(503, "Not available now", why);
  out.headers.emplace_back("Retry-After", "1");
  return out;
}

route find_route(const net::http_request& request) {
  const std::string_view target = request.target;
  const auto question = std::min(target.find('?'), target.size());
  const auto path = target.substr(0, question);
  const auto query = target.substr(std::min(question + 1, target.size()));
  constexpr std::string_view markets = "/v1/markets", candles = "/candles";

  if (auto familiar = find_familiar_route(request, path, query))
    return std::visit([](auto& one) -> route { return std::move(one); }, *familiar);

  const auto without_parameters = [&](route found) -> route {
    if (const auto refused = refuse_any(query))
      return bad_parameter(*refused);
    return found;
  };
  route found;
  if (path == markets) {
    const auto parameters = parse_query_string(query);
    auto view =
        parameters.and_then([](const query_parameters& given) { return parse_view_query(given); });
    if (view && std::none_of(parameters->begin(), parameters->end(),
                             [](const auto& one) { return one.first == "format"; })) {
      view->shape.format = accepted_format(request.accept);
      view->explain = view->explain && view->shape.format == view_format::json;
    }
    if (view)
      found = ask_page{std::make_shared<const page_question>(std::move(*view))};
    else
      found = bad_parameter(view.error());
  } else if (path.starts_with(markets) && path.substr(markets.size()).starts_with('/') &&
             path.size() > markets.size() + 1) {
    const auto segment = path.substr(markets.size() + 1);
    if (segment.ends_with(candles))
      found = find_candles(find_row(segment.substr(0, segment.size() - candles.size())), query);
    else
      found = without_parameters(find_row(segment));
  } else if (path == "/v1/quotes") {
    found = without_parameters(ask_quotes{});
  } else if (path == "/v1/exchanges") {
    found = without_parameters(ask_exchanges{});
  } else if (auto asset = find_asset_route(path, query)) {
    if (*asset)
      found = std::move(**asset);
    else
      found = bad_parameter(asset->error());
  } else if (path == "/v1/search") {
    auto search = parse_query_string(query).and_then(
        [](const query_parameters& parameters) { return parse_search(parameters); });
    if (search)
      found = std::move(*search);
    else
      found = bad_parameter(search.error());
  } else if (path == "/v1/stream") {
    auto live = parse_query_string(query).and_then(
        [](const query_parameters& parameters) { return parse_live(parameters); });
    if (live)
      found = std::move(*live);
    else
      found = bad_parameter(live.error());
  } else if (path == "/v1/ws") {
    found = without_parameters(ask_socket{});
  } else if (path == "/healthz") {
    found = without_parameters(ask_health{});
  } else if (path == "/readyz") {
    found = without_parameters(ask_readiness{});
  } else if (path == "/metrics") {
    found = without_parameters(ask_metrics{});
  } else if (path == "/openapi.json") {
    found = without_parameters(ask_document{&api_document()});
  } else if (path == "/docs") {
    found = without_parameters(ask_document{&docs_page()});
  } else if (const auto* file = board_file(path)) {
    found = ask_document{file}; // the board's own script reads its parameters
  } else {
    return problem(404, "No such resource", "there are " + resource_names());
  }
  if (request.method == net::http_method::other)
    return method_refused(request);
  return found;
}

} // namespace tickboard
