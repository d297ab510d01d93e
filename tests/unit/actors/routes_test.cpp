#include "actors/admin_route.hpp"
#include "actors/contract.hpp"
#include "actors/page_links.hpp"
#include "actors/routes.hpp"
#include "market/query_text.hpp"
#include "market/view_token.hpp"
#include "tests/support/http_header.hpp"

#include <doctest/doctest.h>
#include <rapidjson/document.h>

#include <algorithm>
#include <map>
#include <random>

using namespace tickboard;
using namespace tickboard::test;

namespace {

route ask(std::string target, std::string method = "GET", std::string accept = "") {
  net::http_request request;
  request.method = method == "GET"    ? net::http_method::get
                   : method == "HEAD" ? net::http_method::head
                                      : net::http_method::other;
  request.method_text = std::move(method);
  request.target = std::move(target);
  request.accept = std::move(accept);
  return find_route(request);
}

/// The refusal, which every refusal is: a problem document that repeats its status.
struct refusal {
  explicit refusal(const route& from) {
    const auto* const response = std::get_if<net::http_response>(&from);
    REQUIRE(response != nullptr);
    status = response->status;
    allow = header(*response, "Allow");
    CHECK(response->content_type == "application/problem+json");
    REQUIRE(response->body != nullptr);
    body.Parse<rapidjson::kParseValidateEncodingFlag>(response->body->c_str());
    REQUIRE(body.IsObject());
    CHECK(body["status"].GetUint() == status);
    detail = member("detail");
    CHECK_FALSE(detail.empty());
  }

  std::string member(const char* name) const {
    const auto it = body.FindMember(name);
    return it == body.MemberEnd() ? ""
                                  : std::string(it->value.GetString(), it->value.GetStringLength());
  }

  unsigned status = 0;
  std::string allow, detail;
  rapidjson::Document body;
};

} // namespace

TEST_CASE("each resource is found, for GET and for HEAD") {
  for (const auto* method : {"GET", "HEAD"}) {
    CHECK(std::holds_alternative<ask_page>(ask("/v1/markets", method)));
    CHECK(std::holds_alternative<ask_page>(ask("/v1/markets?", method)));
    CHECK(std::holds_alternative<ask_page>(ask("/v1/markets?quote=USDT&page=2", method)));
    CHECK(std::holds_alternative<ask_row>(ask("/v1/markets/kraken:BTC-USD", method)));
    CHECK(std::holds_alternative<ask_quotes>(ask("/v1/quotes", method)));
    CHECK(std::get<ask_candles>(ask("/v1/markets/kraken:BTC-USD/candles", method)).quote == "USD");
    CHECK(std::get<ask_candles>(ask("/v1/markets/x:BTC-USD/candles?interval=1h&limit=2", method))
              .query.id == "x:BTC-USD");
    CHECK(std::holds_alternative<ask_exchanges>(ask("/v1/exchanges", method)));
    CHECK(std::holds_alternative<ask_search>(ask("/v1/search?q=btc", method)));
    CHECK(std::holds_alternative<ask_health>(ask("/healthz", method)));
    CHECK(std::holds_alternative<ask_health>(ask("/healthz?", method)));
    CHECK(std::holds_alternative<ask_readiness>(ask("/readyz", method)));
    CHECK(std::get<ask_document>(ask("/openapi.json", method)).what == &api_document());
    CHECK(std::get<ask_document>(ask("/docs", method)).what == &docs_page());
    CHECK(std::get<ask_document>(ask("/", method)).what == board_file("/"));
    CHECK(std::get<ask_document>(ask("/?view=assets&q=x", method)).what == board_file("/"));
  }
}

TEST_CASE("candles are of a market, at intervals that there are") {
  const refusal interval{ask("/v1/markets/kraken:BTC-USD/candles?interval=7m")};
  CHECK(interval.status == 400);
  CHECK(interval.member("parameter") == "interval");
  CHECK(interval.member("allowed") == "one of 1m, 5m, 15m, 1h, 4h, 1d");
  CHECK(refusal{ask("/v1/markets/nonsense/candles")}.status == 404);
  CHECK(refusal{ask("/v1/markets/kraken:BTC-USD/candles", "POST")}.status == 405);
  CHECK(refusal{ask("/v1/quotes?x=1")}.member("parameter") == "x");
  CHECK(std::get<ask_candles>(ask("/v1/markets/kraken%3ABTC-USD/candles")).query.id ==
        "kraken:BTC-USD");
}

TEST_CASE("the board's page names its files, which are kept for ever as they never change") {
  const auto* const page = board_file("/");
  REQUIRE(page);
  const auto headers = [](const static_document& of, std::string_view name) {
    return header({200, "", of.headers, nullptr}, name);
  };
  CHECK(headers(*page, "Cache-Control") == "no-cache");
  CHECK(headers(*page, "Content-Security-Policy").find("unsafe") == std::string::npos);
  CHECK(page->body->find("{{") == std::string::npos);
  const std::string_view text = *page->body;
  unsigned named = 0;
  for (auto at = text.find("./assets/"); at != std::string_view::npos;
       at = text.find("./assets/", at + 1)) {
    const auto path = text.substr(at + 1, text.find('"', at) - at - 1);
    CAPTURE(path);
    const auto* const file = board_file(path);
    REQUIRE(file);
    CHECK(headers(*file, "Cache-Control") == "max-age=31536000, immutable");
    CHECK(headers(*file, "Content-Security-Policy").empty());
    ++named;
  }
  CHECK(named == 4);
  CHECK(board_file("/assets/") == nullptr);
  CHECK(board_file("/assets/board.js") == nullptr);
  CHECK(board_file("") == nullptr);
}

TEST_CASE("every resource of the document has a route, and none is forgotten in what 404 tells") {
  const auto told = refusal{ask("/nowhere")}.detail;
  for (const auto& one : contract_resources()) {
    std::string path{one.path};
    CHECK_MESSAGE(told.find(path) != std::string::npos, path);
    for (const auto& part : one.in_path)
      path.replace(path.find('{' + part.name + '}'), part.name.size() + 2, part.example);
    for (const auto& note : one.in_query)
      if (note.required && one.try_query.empty())
        path += "?" + note.name + "=" + note.example;
    if (!one.try_query.empty())
      path += "?" + std::string{one.try_query};
    CAPTURE(path);
    CHECK_FALSE(std::holds_alternative<net::http_response>(ask(path)));
    for (const auto& body : one.bodies) {
      if (body.example == nullptr || body.schema.empty())
        continue;
      rapidjson::Document example;
      CHECK_FALSE(example.Parse(body.example().c_str()).HasParseError());
    }
  }
}

TEST_CASE("the API document is JSON, and the page allows itself alone") {
  rapidjson::Document json;
  json.Parse(api_document().body->c_str());
  REQUIRE(json.IsObject());
  CHECK(json["paths"].MemberCount() == contract_resources().size());
  CHECK(header({200, "", api_document().headers, nullptr}, "ETag") == api_document().tag);
  const auto policy = header({200, "", docs_page().headers, nullptr}, "Content-Security-Policy");
  CHECK(policy.starts_with("default-src 'none'; connect-src 'self'; script-src 'sha256-"));
  CHECK(docs_page().body->find("{{") == std::string::npos);
  CHECK(docs_page().tag != api_document().tag);
}

TEST_CASE("a page's parameters are read") {
  const auto found = ask("/v1/markets?quote=usdt,USD&exchange=kraken&sort=last&page=3&per_page=20");
  const auto* const page = std::get_if<ask_page>(&found);
  REQUIRE(page != nullptr);
  CHECK(page->question->query.quotes.values == std::vector<std::string>{"USD", "USDT"});
  CHECK(page->question->query.exchanges.values == std::vector<std::string>{"kraken"});
  CHECK_FALSE(page->question->query.descending);
  CHECK(page->question->query.page == 3);
  CHECK(page->question->query.per_page == 20);
}

TEST_CASE("a market is found in letters of any case") {
  const auto row = ask("/v1/markets/Kraken:btc-usd");
  REQUIRE(std::holds_alternative<ask_row>(row));
  CHECK(std::get<ask_row>(row).id == "kraken:BTC-USD");
  CHECK(std::get<ask_row>(row).quote == "USD");
  const auto candles = ask("/v1/markets/Kraken:btc-usd/candles");
  REQUIRE(std::holds_alternative<ask_candles>(candles));
  CHECK(std::get<ask_candles>(candles).query.id == "kraken:BTC-USD");
}

TEST_CASE("what is not there is 404") {
  for (const auto* target : {"",
                             "/assets",
                             "*",
                             "/v1",
                             "/v1/",
                             "/v1/markets/",
                             "/v1/marketsx",
                             "/v1/exchanges/",
                             "/healthz/x",
                             "/readyz2",
                             "/v2/markets",
                             "//v1/markets",
                             "http://host/v1/markets",
                             "/V1/MARKETS",
                             "?",
                             "/v1/markets/BTC-USD",
                             "/v1/markets/kraken:BTCUSD",
                             "/v1/markets/a-b:c",
                             "/v1/markets/kraken%3ABTC",
                             "/v1/markets/\xFF\xFE"}) {
    CAPTURE(target);
    CHECK(refusal{ask(target)}.status == 404);
    if (!std::string_view{target}.starts_with("/v1/markets/"))
      CHECK(refusal{ask(target, "POST")}.status == 404);
  }
}

TEST_CASE("other methods are refused with those that are allowed") {
  for (const auto* target :
       {"/v1/markets", "/v1/markets?page=x", "/v1/markets/kraken:BTC-USD", "/v1/markets/%zz",
        "/v1/exchanges", "/healthz", "/readyz", "/metrics", "/v1/search"})
    for (const auto* method : {"POST", "PUT", "DELETE", "OPTIONS", "PATCH", "FROBNICATE"}) {
      CAPTURE(target);
      const refusal said{ask(target, method)};
      CHECK(said.status == 405);
      CHECK(said.allow == "GET, HEAD");
      CHECK(said.detail.starts_with(method));
    }
  CHECK(refusal{ask("/healthz", std::string(5'000, 'X'))}.detail.size() < 100);
}

TEST_CASE("a bad parameter is named, with what is allowed") {
  struct row {
    const char *target, *parameter;
  };
  for (const auto& [target, parameter] : {
           row{"/v1/markets?page=0", "page"},
           row{"/v1/markets?page=1000001", "page"},
           row{"/v1/markets?page=two", "page"},
           row{"/v1/markets?page=", "page"},
           row{"/v1/markets?page=1&page=2", "page"},
           row{"/v1/markets?per_page=251", "per_page"},
           row{"/v1/markets?per_page=-1", "per_page"},
           row{"/v1/markets?sort=wealth", "sort"},
           row{"/v1/markets?quote=USD,,EUR", "quote"},
           row{"/v1/markets?quote=US%20D", "quote"},
           row{"/v1/markets?base=%2", "base"},
           row{"/v1/markets?colour=blue", "colour"},
           row{"/v1/markets?%zz=1", "query"},
           row{"/v1/markets?%22%0a=1", "\"\n"},
           row{"/v1/exchanges?page=1", "page"},
           row{"/v1/markets/kraken:BTC-USD?page=1", "page"},
           row{"/healthz?x", "x"},
           row{"/readyz?x=1", "x"},
       }) {
    CAPTURE(target);
    const refusal said{ask(target)};
    CHECK(said.status == 400);
    CHECK(said.member("parameter") == parameter);
    CHECK_FALSE(said.member("allowed").empty());
    CHECK(said.detail.find(said.member("allowed")) != std::string::npos);
  }
}

TEST_CASE("ids are percent-decoded, and what a path may hold stands for itself") {
  const std::map<std::string, std::pair<std::string, std::string>> table{
      {"binance:BTC-USDT", {"binance:BTC-USDT", "USDT"}},
      {"binance%3ABTC%2DUSDT", {"binance:BTC-USDT", "USDT"}},
      {"binance%3abtc-usdt", {"binance:BTC-USDT", "USDT"}},
      {"x:A-B-USD", {"x:A-B-USD", "USD"}},
      {"x:%E5%B8%81-USDT", {"x:\xE5\xB8\x81-USDT", "USDT"}},
      {"x:A+B-USD", {"x:A+B-USD", "USD"}},
      {"x:A%2BB-USD", {"x:A+B-USD", "USD"}},
      {"x:A&B-USD", {"x:A&B-USD", "USD"}},
      {"x:A%26B-USD", {"x:A&B-USD", "USD"}},
      {"x:A-USD&", {"x:A-USD&", "USD&"}},
      {"x:A-B&id=C", {"x:A-B&ID=C", "B&ID=C"}},
      {"x:A=B-USD", {"x:A=B-USD", "USD"}},
      {"x:A%25-USD", {"x:A%-USD", "USD"}},
      {"a/b:C-D", {"a/b:C-D", "D"}},
      {"x:%3F-USD", {"x:?-USD", "USD"}},
  };
  for (const auto& [segment, expected] : table) {
    CAPTURE(segment);
    const auto found = ask("/v1/markets/" + segment);
    const auto* const row = std::get_if<ask_row>(&found);
    REQUIRE(row != nullptr);
    CHECK(row->id == expected.first);
    CHECK(row->quote == expected.second);
  }
  for (const auto* segment : {"%", "x:A%2-USD", "x:A-USD%", "x:A-U%GGSD", "%%%"}) {
    CAPTURE(segment);
    CHECK(refusal{ask(std::string{"/v1/markets/"} + segment)}.status == 400);
  }
}

TEST_CASE("no target breaks the router") {
  std::mt19937 random{5};
  const std::vector<std::string> parts{"/v1/markets", "/v1/search?q=",
                                       "/",           "?",
                                       "&",           "=",
                                       "%",           "%41",
                                       "+",           ":",
                                       "-",           "page",
                                       "quote",       "1",
                                       "BTC",         ",",
                                       "\xC3",        std::string(1, '\0')};
  for (int round = 0; round < 20'000; ++round) {
    std::string target;
    for (std::size_t i = random() % 12; i > 0; --i)
      target += random() % 8 == 0 ? std::string(1, static_cast<char>(random() % 256))
                                  : parts[random() % parts.size()];
    const auto found = ask(target, random() % 10 == 0 ? "POST" : "GET");
    if (std::holds_alternative<net::http_response>(found))
      CHECK(refusal{found}.status >= 400);
  }
}

namespace {

using links = std::map<std::string, view_query>; // by relation

/// Reads a Link header back the way a client does.
links read_links(const std::string& text) {
  links out;
  std::size_t at = 0;
  while (at < text.size()) {
    const auto close = text.find('>', at);
    REQUIRE(text[at] == '<');
    REQUIRE(close != std::string::npos);
    constexpr std::string_view between = "; rel=\"";
    REQUIRE(text.compare(close + 1, between.size(), between) == 0);
    const auto name = close + 1 + between.size();
    const auto end = text.find('"', name);
    const auto found = ask(text.substr(at + 1, close - at - 1));
    const auto* const page = std::get_if<ask_page>(&found);
    REQUIRE_MESSAGE(page != nullptr, text);
    CHECK(out.emplace(text.substr(name, end - name), page->question->query).second);
    at = end + 1;
    if (at < text.size()) {
      REQUIRE(text.compare(at, 2, ", ") == 0);
      at += 2;
    }
  }
  return out;
}

} // namespace

TEST_CASE("links lead to the pages of the same view") {
  std::mt19937 random{3};
  const std::vector<std::string> codes{"BTC", "USDT",         "A&B", "A+B",
                                       "50%", "\xE5\xB8\x81", "#",   "="};
  for (int round = 0; round < 3'000; ++round) {
    view_query query;
    for (auto* list : {&query.quotes, &query.exchanges, &query.bases}) {
      for (const auto& code : codes)
        if (random() % 4 == 0)
          list->values.push_back(code);
      if (list == &query.exchanges) // as they are read
        for (auto& one : list->values)
          one = lower_case(one);
      std::sort(list->values.begin(), list->values.end());
      list->exclude = !list->empty() && random() % 2 == 0;
    }
    for (std::size_t field = 1; field < sort_field_count; ++field)
      if (random() % 6 == 0) {
        query.ranges.push_back({field});
        if (random() % 2 == 0)
          query.ranges.back().lowest = -1.5e-7 * static_cast<double>(random());
        else
          query.ranges.back().highest = 1e20 * static_cast<double>(random());
      }
    if (random() % 3 == 0)
      query.categories = {{"defi", "layer-1"}, random() % 2 == 0};
    if (random() % 3 == 0)
      query.stale = random() % 2 == 0;
    if (random() % 3 == 0)
      query.max_age_ms = 1 + static_cast<std::uint32_t>(random() % view_limits::max_age_ms);
    if (random() % 4 == 0)
      query.ids = {"x:A&B-USD", "a:B-C"};
    query.explain = random() % 2 == 0;
    query.sort = random() % sort_fields.size();
    query.descending = random() % 2 == 0;
    query.per_page = 1 + static_cast<std::uint32_t>(random() % view_limits::max_per_page);
    const std::uint64_t total = random() % 5 == 0 ? random() : random() % 5'000;
    const auto pages = std::max<std::uint64_t>(1, (total + query.per_page - 1) / query.per_page);
    query.page = random() % 6 == 0
                     ? view_limits::max_page - static_cast<std::uint32_t>(random() % 2)
                     : 1 + static_cast<std::uint32_t>(
                               random() % std::min<std::uint64_t>(pages + 5, 1'000'000));
    CAPTURE(total);
    CAPTURE(query.page);
    CAPTURE(query.per_page);

    const auto found = read_links(link_header(query, total, {query.page, "", ""}));
    for (const auto& [relation, target] : found) {
      auto same = query;
      same.page = target.page;
      CHECK(target.canonical() == same.canonical());
    }
    REQUIRE(found.contains("first"));
    CHECK(found.at("first").page == 1);
    CHECK(found.contains("prev") == (query.page > 1));
    if (found.contains("prev"))
      CHECK(found.at("prev").page == std::min<std::uint64_t>(query.page - 1, pages));
    CHECK(found.contains("next") == (query.page < pages && query.page < view_limits::max_page));
    if (found.contains("next"))
      CHECK(found.at("next").page == query.page + 1);
    CHECK(found.contains("last") == (pages <= view_limits::max_page));
    if (found.contains("last"))
      CHECK(found.at("last").page == pages);
  }
}

TEST_CASE("a cursor's page links to the next one, a snapshot's pages to pages of the snapshot") {
  view_query query;
  query.quotes.values = {"A&B"};
  query.by_cursor = true;
  query.per_page = 7;
  const auto token = cursor_token(query, {-0.1, "kraken:BTC-USD"});
  auto found = read_links(link_header(query, 0, {1, token, ""}));
  REQUIRE(found.contains("next"));
  CHECK(found.size() == 2);
  CHECK(found.at("next").after->score == -0.1);
  CHECK(found.at("next").view() == query.view());
  CHECK_FALSE(found.at("first").after);
  CHECK_FALSE(read_links(link_header(query, 0, {})).contains("next"));

  query.by_cursor = false;
  query.snapshot = snapshot_use::make;
  query.frozen_rows = true;
  const auto snapshot = snapshot_token(query, {"", "0123456789abcdef", 5, true, true});
  found = read_links(link_header(query, 30, {2, "", snapshot}));
  for (const auto* relation : {"first", "prev", "next", "last"}) {
    REQUIRE(found.contains(relation));
    CHECK(found.at(relation).snapshot == snapshot_use::read);
    CHECK(found.at(relation).frozen->token == snapshot);
    CHECK(found.at(relation).frozen_rows);
    CHECK(found.at(relation).per_page == 7);
  }
  CHECK(found.at("next").page == 3);
}

TEST_CASE("the Accept header chooses the format, unless the query does") {
  const auto format = [](std::string target, std::string accept) {
    const auto found = ask(std::move(target), "GET", std::move(accept));
    REQUIRE(std::holds_alternative<ask_page>(found));
    return std::get<ask_page>(found).question->query.shape.format;
  };
  CHECK(format("/v1/markets", "text/csv") == view_format::csv);
  CHECK(format("/v1/markets", "text/html,*/*") == view_format::json);
  CHECK(format("/v1/markets?format=ndjson", "text/csv") == view_format::ndjson);
  CHECK(format("/v1/markets?format=json", "text/csv") == view_format::json);
}

TEST_CASE("operators' listener tells how the daemon does, and nothing of the board") {
  const auto ask_admin = [](std::string target, std::string method = "GET") {
    net::http_request request;
    request.method = method == "GET" ? net::http_method::get : net::http_method::other;
    request.method_text = std::move(method);
    request.target = std::move(target);
    return find_admin_route(request);
  };
  CHECK(std::holds_alternative<ask_health>(ask_admin("/healthz")));
  CHECK(std::holds_alternative<ask_readiness>(ask_admin("/readyz?")));
  CHECK(std::holds_alternative<ask_exchanges>(ask_admin("/v1/exchanges")));
  CHECK(std::holds_alternative<ask_metrics>(ask_admin("/metrics")));
  CHECK(std::holds_alternative<ask_supervision>(ask_admin("/v1/supervision")));
  CHECK(refusal{ask_admin("/v1/supervision?x=1")}.member("parameter") == "x");
  const refusal post{ask_admin("/healthz", "POST")};
  CHECK(post.status == 405);
  CHECK(post.allow == "GET, HEAD");
  for (const auto* path : {"/v1/markets", "/docs", "/", "", "/healthz/", "/v1/supervision/"}) {
    const refusal found{ask_admin(path)};
    CHECK_MESSAGE(found.status == 404, path);
    CHECK(found.detail == "there are /healthz, /readyz, /metrics, /v1/exchanges, /v1/supervision");
  }
  CHECK(refusal{ask("/v1/supervision")}.status == 404);
}
