#include "market/asset_query.hpp"

#include <doctest/doctest.h>

#include <cmath>

using namespace tickboard;

namespace {

using texts = std::vector<std::string>;

tl::expected<asset_query, query_problem> page(std::string_view text) {
  return parse_query_string(text).and_then(parse_asset_query);
}

tl::expected<movers_query, query_problem> movers(std::string_view text) {
  return parse_query_string(text).and_then(parse_movers_query);
}

template <class Found>
void refuses(const Found& found, const std::string& parameter, std::string_view why,
             std::string_view allowed) {
  REQUIRE_FALSE(found);
  CHECK(found.error().parameter == parameter);
  CHECK_MESSAGE(found.error().detail.find(why) != std::string::npos, found.error().detail);
  CHECK_MESSAGE(found.error().allowed.find(allowed) != std::string::npos, found.error().allowed);
}

} // namespace

TEST_CASE("a page of assets is asked for, by market cap unless told otherwise") {
  const auto plain = page("");
  REQUIRE(plain);
  CHECK(asset_sort_fields[plain->sort].name == "market_cap");
  CHECK(plain->descending);
  CHECK_FALSE(plain->filtered());
  const auto full =
      page("category=layer-1,!meme&symbols=btc,eth,!doge&sort=symbol&page=2&per_page=7");
  REQUIRE(full);
  CHECK(full->categories.wanted == texts{"layer-1"});
  CHECK(full->categories.unwanted == texts{"meme"});
  CHECK(full->symbols.wanted == texts{"BTC", "ETH"});
  CHECK(full->symbols.unwanted == texts{"DOGE"});
  CHECK(full->sort == symbol_field);
  CHECK_FALSE(full->descending);
  CHECK(full->offset() == 7);
  CHECK(full->filtered());
  // The target asks for the same.
  const auto target = full->target(2);
  CHECK(page(target.substr(target.find('?') + 1))->target(2) == target);
  CHECK(page("symbols=BTC%C3%A9")->target(1).find("BTC%C3%A9") != std::string::npos);
}

TEST_CASE("a page of assets that cannot be names the parameter and what is allowed") {
  refuses(page("sort=price"), "sort", "is not a field", "one of symbol, rank");
  refuses(page("sort=-"), "sort", "is not a field", "leading -");
  refuses(page("page=0"), "page", "out of range", "1 to 1000000");
  refuses(page("per_page=251"), "per_page", "out of range", "1 to 250");
  refuses(page("category="), "category", "empty value", "1 to 50");
  refuses(page("category=Layer+1"), "category", "no slug", "GET /v1/categories");
  refuses(page("category=meme,!meme"), "category", "leaves it out", "leading !");
  refuses(page("symbols=BTC,,ETH"), "symbols", "empty value", "asset codes");
  refuses(page("symbols=!"), "symbols", "empty value", "asset codes");
  refuses(page("symbols=A%20B"), "symbols", "no asset code", "asset codes");
  refuses(page("symbols=" + std::string(33, 'x')), "symbols", "no asset code", "asset codes");
  refuses(page("symbols=a&symbols=b"), "symbols", "more than once", "once");
  refuses(page("quote=USD"), "quote", "is not a parameter", "category, symbols, q, sort");
  std::string many = "symbols=s0";
  for (int i = 1; i <= 50; ++i)
    many += ",s" + std::to_string(i);
  refuses(page(many), "symbols", "has 51 values", "1 to 50");
}

TEST_CASE("a page of assets may be limited to ranges of any number") {
  const auto ranged = page("max_market_cap=2e9&min_price_usd=0.50&max_price_usd=7&min_markets=2");
  REQUIRE(ranged);
  REQUIRE(ranged->ranges.size() == 3);
  CHECK(ranged->filtered());
  CHECK(asset_sort_fields[ranged->ranges[0].field].name == "price_usd");
  CHECK(ranged->ranges[0].lowest == 0.5);
  CHECK(ranged->ranges[0].highest == 7);
  CHECK(std::isinf(ranged->ranges[1].lowest));
  CHECK(ranged->target(1) ==
        "/v1/assets?min_price_usd=0.5&max_price_usd=7&max_market_cap=2000000000&min_markets=2&"
        "sort=-market_cap&page=1&per_page=50");
  auto shifted = *ranged;
  shifted.skip = 3;
  CHECK(shifted.offset() == 3);
  CHECK(shifted.canonical() != ranged->canonical());
  refuses(page("min_price_usd=x"), "min_price_usd", "not a number", "decimal number");
  refuses(page("min_rank=3&max_rank=2"), "min_rank", "above max_rank", "up to 2");
  refuses(page("min_name=3"), "min_name", "is not a parameter", "price_usd");
  refuses(page("min_symbol=3"), "min_symbol", "is not a parameter", "price_usd");
}

TEST_CASE("a link to assets is read back as it was meant, however large its bounds are") {
  const auto wide = page("min_market_cap=1e20&max_market_cap=1e25&max_volume_usd_24h=1e20");
  REQUIRE(wide);
  const auto next = wide->target(2);
  const auto again = page(std::string_view{next}.substr(next.find('?') + 1));
  REQUIRE(again);
  CHECK(again->page == 2);
  CHECK(again->target(2) == next);
}

TEST_CASE("movers are asked for") {
  const auto plain = movers("");
  REQUIRE(plain);
  CHECK(plain->window == 1);
  CHECK(plain->up);
  CHECK(plain->limit == 10);
  CHECK(plain->min_volume_usd == 100'000);
  const auto full = movers("window=24h&direction=down&limit=100&min_volume_usd=2.5e3");
  REQUIRE(full);
  CHECK(full->window == window_count);
  CHECK_FALSE(full->up);
  CHECK(full->limit == 100);
  CHECK(full->min_volume_usd == 2'500);
  CHECK(plain->canonical() != full->canonical());
  refuses(movers("window=2h"), "window", "is not a window", "1m, 5m, 15m, 1h, 24h");
  refuses(movers("direction=Up"), "direction", "is not a direction", "up or down");
  refuses(movers("limit=101"), "limit", "out of range", "1 to 100");
  refuses(movers("min_volume_usd=-1"), "min_volume_usd", "out of range", "from 0");
  refuses(movers("min_volume_usd=nan"), "min_volume_usd", "not a number", "US dollars");
  refuses(movers("min_volume_usd="), "min_volume_usd", "not a number", "US dollars");
  refuses(movers("min_volume_usd=1x"), "min_volume_usd", "not a number", "US dollars");
  refuses(movers("min_volume_usd=1e999"), "min_volume_usd", "out of range", "US dollars");
  refuses(movers("page=1"), "page", "is not a parameter", "window, direction");
}
