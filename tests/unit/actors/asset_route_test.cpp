#include "actors/routes.hpp"

#include <doctest/doctest.h>

using namespace tickboard;

namespace {

route ask_for(const std::string& target) {
  net::http_request request;
  request.method = net::http_method::get;
  request.method_text = "GET";
  request.target = target;
  return find_route(request);
}

template <class Question>
Question asked(const std::string& target) {
  INFO(target);
  const auto found = ask_for(target);
  const auto* const question = std::get_if<asset_question>(&found);
  REQUIRE(question != nullptr);
  REQUIRE(std::holds_alternative<Question>(*question));
  return std::get<Question>(*question);
}

std::string refused(const std::string& target, unsigned status = 400) {
  INFO(target);
  const auto found = ask_for(target);
  const auto* const response = std::get_if<net::http_response>(&found);
  REQUIRE(response != nullptr);
  CHECK(response->status == status);
  return *response->body;
}

} // namespace

TEST_CASE("each resource about assets is found") {
  CHECK(asked<asset_query>("/v1/assets?category=!meme&page=3").page == 3);
  CHECK(asked<asset_query>("/v1/assets").per_page == 50);
  CHECK(asked<movers_query>("/v1/movers?direction=down").up == false);
  CHECK(asked<ask_asset>("/v1/assets/btc").symbol == "BTC");
  CHECK(asked<ask_asset>("/v1/assets/A%26B+").symbol == "A&B+");
  asked<ask_categories>("/v1/categories");
  asked<ask_global>("/v1/global?");
}

TEST_CASE("what cannot be asked about assets names the parameter") {
  CHECK(refused("/v1/assets?sort=nothing").find("\"parameter\":\"sort\"") != std::string::npos);
  CHECK(refused("/v1/assets?page=1&page=2").find("more than once") != std::string::npos);
  CHECK(refused("/v1/assets/BTC?x=1").find("no parameters") != std::string::npos);
  CHECK(refused("/v1/assets/A%3AB").find("no asset code") != std::string::npos);
  CHECK(refused("/v1/assets/%zz").find("hex digits") != std::string::npos);
  CHECK(refused("/v1/movers?window=2m").find("1m, 5m, 15m, 1h, 24h") != std::string::npos);
  CHECK(refused("/v1/categories?page=1").find("no parameters") != std::string::npos);
  CHECK(refused("/v1/global?x").find("no parameters") != std::string::npos);
  refused("/v1/assets/", 404);
  refused("/v1/assetsx", 404);
}

TEST_CASE("a page of assets links to the others") {
  const auto query = asked<asset_query>("/v1/assets?symbols=!BTC&page=2&per_page=10");
  CHECK(link_header(query, 25) ==
        "</v1/assets?symbols=!BTC&sort=-market_cap&page=1&per_page=10>; rel=\"first\", "
        "</v1/assets?symbols=!BTC&sort=-market_cap&page=1&per_page=10>; rel=\"prev\", "
        "</v1/assets?symbols=!BTC&sort=-market_cap&page=3&per_page=10>; rel=\"next\", "
        "</v1/assets?symbols=!BTC&sort=-market_cap&page=3&per_page=10>; rel=\"last\"");
}
