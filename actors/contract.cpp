#include "actors/contract.hpp"

#include "actors/contract_examples.hpp"
#include "actors/live_route.hpp"
#include "actors/search_route.hpp"
#include "market/asset_query.hpp"
#include "market/candle_query.hpp"
#include "market/view_query.hpp"
#include "market/view_shape.hpp"

namespace tickboard {

namespace {

/// What the answers of actors who are asked can have.
constexpr unsigned not_now = 503;

std::vector<std::string_view> tagged(std::vector<std::string_view> more = {}) {
  more.insert(more.begin(), {"ETag", "Cache-Control", "Server-Timing", "Vary"});
  return more;
}

/// Of answers that may be the last good ones.
std::vector<std::string_view> from_redis(std::vector<std::string_view> more = {}) {
  more.insert(more.begin(), {"Age", "X-Stale-Since"});
  return tagged(std::move(more));
}

parameter_note in_path(std::string name, value_form form, std::string meaning,
                       std::string example) {
  return {std::move(name), std::move(form), std::move(meaning), std::move(example), "", true};
}

std::vector<body_note> json_body(std::string schema, std::string (*example)()) {
  return {{"application/json", std::move(schema), example}};
}

std::vector<resource_note> board_resources() {
  return {
      {"/v1/markets",
       "listMarkets",
       "markets",
       "A page of markets",
       "Filters may be combined; all of them must hold. Rows come by page number, around a market, "
       "behind a cursor, or from a snapshot. Pages of JSON say in `as_of_ms` when they were made, "
       "and each row says how old it is.",
       {},
       view_parameters(),
       {{content_type(view_format::json), "MarketPage", examples::markets},
        {"text/csv", "", examples::markets_csv},
        {content_type(view_format::ndjson), "", examples::markets_ndjson}},
       from_redis({"Link", "X-Total-Count"}),
       {404, 410, not_now}},
      {"/v1/markets/{id}",
       "getMarket",
       "markets",
       "One market",
       "The row of the market with this id.",
       {in_path("id", market_id_form(), "The market's id: exchange:BASE-QUOTE.", "kraken:BTC-USD")},
       {},
       json_body("MarketRow", examples::market),
       from_redis(),
       {404, not_now}},
      {"/v1/markets/{id}/candles",
       "listCandles",
       "markets",
       "What a market's last price was",
       "Open, high, low and close of the last price, by the exchange's time, oldest first. Where "
       "the "
       "exchange told no price there is no candle. The last one is being built until it is closed.",
       {in_path("id", market_id_form(), "The market's id: exchange:BASE-QUOTE.", "kraken:BTC-USD")},
       candle_parameters(),
       json_body("Candles", examples::candles),
       from_redis(),
       {404, not_now}},
      {"/v1/quotes",
       "listQuotes",
       "markets",
       "Every quote asset",
       "With the number of its markets, most first, and whether views of it alone have an index of "
       "their own.",
       {},
       {},
       json_body("Quotes", examples::quotes),
       from_redis(),
       {not_now}},
      {"/v1/exchanges",
       "listExchanges",
       "operation",
       "How every exchange and connection does",
       "State, uptime, restarts, age of the last frame, markets, frames a second and the last "
       "error of each connection.",
       {},
       {},
       json_body("Exchanges", examples::exchanges),
       {"Cache-Control", "Vary"},
       {not_now}},
  };
}

std::vector<resource_note> live_resources() {
  return {
      {"/v1/stream",
       "followMarkets",
       "live",
       "A page of markets, and every change of it",
       "Server-Sent Events. First `page`: the body of GET /v1/markets. Then `change`: members "
       "besides "
       "the rows that changed (`meta`), the ids if there are others or in another order (`order`), "
       "and of each row the members that changed (`rows`); ages are left out, being `as_of_ms` "
       "less "
       "`received_ms`. `beat` says that nothing changed, `error` holds a problem: the view is not "
       "answered now, and the next event says that it is again. Events have ids; who comes back "
       "with "
       "Last-Event-ID is told what changed meanwhile, or the page. Who reads slowly misses states "
       "in "
       "between, never the last. What cannot begin for now is 503, but with Accept: "
       "text/event-stream, as browsers' EventSource asks, a stream that tells `error` first.",
       {},
       live_parameters(),
       {{"text/event-stream", "", examples::stream}},
       {"Cache-Control", "X-Accel-Buffering", "Vary"},
       {404, not_now}},
      {"/v1/ws",
       "followViews",
       "live",
       "The same of several views, on a WebSocket",
       "The client says "
       "{\"op\":\"subscribe\",\"view\":\"a\",\"query\":\"quote=USD\",\"interval\":250}, where "
       "`view` "
       "is its own name for the view and `query` as in GET /v1/stream, and "
       "{\"op\":\"unsubscribe\",\"view\":\"a\"}; it hears "
       "{\"view\":\"a\",\"event\":\"page\",\"id\":\"...\",\"data\":{...}} and so on. With `id`, a "
       "subscription goes "
       "on from that state. At most 32 views. Each subscription counts as a request; one that is "
       "refused for that has `retry_after`, in seconds, beside `data`.",
       {},
       {},
       {},
       {},
       {403, 426, not_now},
       "",
       "application/problem+json",
       "Problem",
       101},
  };
}

std::vector<resource_note> asset_resources() {
  return {
      {"/v1/assets",
       "listAssets",
       "assets",
       "A page of assets",
       "One row for each base asset, made of all its markets on all exchanges.",
       {},
       asset_parameters(),
       json_body("AssetPage", examples::assets),
       from_redis({"Link"}),
       {not_now}},
      {"/v1/assets/{symbol}",
       "getAsset",
       "assets",
       "One asset with its markets",
       "The asset's row, and those of its markets by turnover in US dollars: the first 250.",
       {in_path("symbol", asset_symbol_form(), "The asset's code, in letters of any size.", "BTC")},
       {},
       json_body("Asset", examples::asset),
       from_redis(),
       {404, not_now}},
      {"/v1/movers",
       "listMovers",
       "assets",
       "What moved most",
       "The assets whose price in US dollars moved most in one direction.",
       {},
       movers_parameters(),
       json_body("Movers", examples::movers),
       from_redis(),
       {not_now}},
      {"/v1/categories",
       "listCategories",
       "assets",
       "Totals of each category",
       "By market cap, then turnover.",
       {},
       {},
       json_body("Categories", examples::categories),
       tagged(),
       {not_now}},
      {"/v1/global",
       "getGlobal",
       "assets",
       "Totals of everything",
       "Of all assets that have a market.",
       {},
       {},
       json_body("Global", examples::global),
       tagged(),
       {not_now}},
      {"/v1/search",
       "search",
       "search",
       "Assets and markets by what was typed",
       "Compares symbols, names, slugs and ids: exact matches come first, then beginnings, words "
       "and typos; of equal ones, what has more market cap or turnover.",
       {},
       search_parameters(),
       json_body("SearchResult", examples::search),
       from_redis(),
       {not_now}},
  };
}

std::vector<resource_note> operation_resources() {
  return {
      {"/healthz",
       "getHealth",
       "operation",
       "The process lives",
       "And how what is known of assets does.",
       {},
       {},
       json_body("Health", examples::health),
       {"Cache-Control"},
       {}},
      {"/readyz",
       "getReadiness",
       "operation",
       "Pages are served",
       "503 while they are not, with the reason.",
       {},
       {},
       json_body("Readiness", examples::readiness),
       {"Cache-Control"},
       {not_now}},
      {"/metrics",
       "getMetrics",
       "operation",
       "Counters and durations of every part, for Prometheus",
       "In Prometheus' text format. Not answered here if `http.metrics` is false: then the "
       "operators' listener has it alone.",
       {},
       {},
       {{metrics_type, "", examples::metrics}},
       {"Cache-Control", "Vary"},
       {404, not_now}},
      {"/openapi.json",
       "getContract",
       "operation",
       "This document",
       "What the API is, as OpenAPI 3.1.",
       {},
       {},
       {{"application/json", "Contract", nullptr}},
       {"ETag", "Cache-Control", "Vary"},
       {}},
      {"/docs",
       "getDocs",
       "operation",
       "This document as a page",
       "It asks for nothing from elsewhere.",
       {},
       {},
       {{"text/html", "", nullptr}},
       {"ETag", "Cache-Control", "Vary", "Content-Security-Policy"},
       {}},
  };
}

} // namespace

std::vector<tag_note> contract_tags() {
  return {{"markets", "Trading pairs on exchanges."},
          {"live", "Views of markets that tell what changes."},
          {"assets", "What is traded, over all exchanges, in US dollars."},
          {"search", "Finding both."},
          {"familiar", "Assets in the words of CoinGecko and CoinMarketCap, for their clients."},
          {"operation", "How tickboard does, and what it offers."}};
}

const std::vector<resource_note>& contract_resources() {
  static const auto all = [] {
    std::vector<resource_note> out;
    for (auto part : {board_resources(), live_resources(), asset_resources(), familiar_contract(),
                      operation_resources()})
      for (auto& one : part)
        out.push_back(std::move(one));
    return out;
  }();
  return all;
}

const std::string& resource_names() {
  static const auto all = [] {
    std::string out;
    for (const auto& one : contract_resources())
      out += (out.empty() ? "" : ", ") + std::string{one.path};
    return out;
  }();
  return all;
}

} // namespace tickboard
