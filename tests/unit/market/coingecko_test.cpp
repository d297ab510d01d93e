#include "market/coingecko_rows.hpp"
#include "market/valuation.hpp"
#include "tests/unit/market/familiar_rows.hpp"

using namespace tickboard;
using namespace tickboard::test;

namespace {

using strings = std::vector<std::string>;

tl::expected<coingecko::markets_query, query_problem> markets(std::string_view text) {
  return parse_query_string(text).and_then(coingecko::parse_markets);
}

tl::expected<coingecko::price_query, query_problem> prices(std::string_view text) {
  return parse_query_string(text).and_then(coingecko::parse_price);
}

asset_query rows(std::string_view text) {
  const auto query = markets(text);
  REQUIRE(query);
  return *coingecko::rows_of(*query, directory_of_three());
}

std::string sorted_by(std::string_view order) {
  const auto query = rows("vs_currency=usd&order=" + std::string{order});
  return (query.descending ? "-" : "") + std::string{asset_sort_fields[query.sort].name};
}

std::vector<asset_row> three_rows() {
  asset_values silent;
  silent.rank = 3;
  silent.markets = 1;
  auto foo = bitcoin_values();
  foo.rank = 2;
  foo.market_cap = std::nullopt;
  foo.price_usd = 0.001;
  return *read_asset_rows(
      page_of(*three_known(), {{"BTC", bitcoin_values()}, {"FOO", foo}, {"BAR", silent}}));
}

std::string answer(std::string_view text) {
  const auto directory = directory_of_three();
  const auto query = markets(text);
  REQUIRE(query);
  return coingecko::markets_body(three_rows(), *query, *directory.find_currency(query->vs_currency),
                                 directory);
}

} // namespace

TEST_CASE("coins/markets is asked with CoinGecko's parameters and defaults") {
  const auto plain = markets("vs_currency=usd");
  REQUIRE(plain);
  CHECK(plain->per_page == 100);
  CHECK(plain->page == 1);
  CHECK(coingecko::orders()[plain->order].name == "market_cap_desc");
  CHECK_FALSE(plain->sparkline);
  const auto full = markets(
      "vs_currency=EUR&ids=bitcoin,%20ethereum&names=x&symbols=y&include_tokens=all&category=&"
      "order=id_desc&per_page=250&page=4&sparkline=True&price_change_percentage=1h,7d&locale=zh-tw&"
      "precision=18&x_cg_demo_api_key=secret&include_rehypothecated=false");
  REQUIRE(full);
  CHECK(full->coins.lists[0] == strings{"bitcoin", "ethereum"});
  CHECK(full->per_page == 250);
  CHECK(full->page == 4);
  CHECK(full->sparkline);
  CHECK(full->price_changes == strings{"1h", "7d"});
  CHECK(full->precision == 18);
  CHECK_FALSE(markets("vs_currency=usd&precision=full")->precision);
  for (const auto& order : coingecko::orders())
    CHECK(markets("vs_currency=usd&order=" + std::string{order.name}));
}

TEST_CASE("each illegal value is told with the parameter and what is allowed") {
  struct refusal {
    std::string_view query, parameter, why, allowed;
  };
  const std::vector<refusal> of_markets{
      {"", "vs_currency", "is missing", "supported_vs_currencies"},
      {"vs_currency=", "vs_currency", "is missing", "supported_vs_currencies"},
      {"vs_currency=usd&vs_currency=eur", "vs_currency", "more than once", "once"},
      {"vs_currency=usd&ids=a,,b", "ids", "empty value", "1 to 250"},
      {"vs_currency=usd&include_tokens=some", "include_tokens", "not known", "top, all"},
      {"vs_currency=usd&category=Layer+1", "category", "no id", "/v1/categories"},
      {"vs_currency=usd&order=market_cap", "order", "no order", "market_cap_desc, market_cap_asc"},
      {"vs_currency=usd&per_page=251", "per_page", "out of range", "1 to 250"},
      {"vs_currency=usd&per_page=0", "per_page", "out of range", "1 to 250"},
      {"vs_currency=usd&per_page=ten", "per_page", "whole number", "1 to 250"},
      {"vs_currency=usd&page=0", "page", "out of range", "1 to 1000000"},
      {"vs_currency=usd&sparkline=yes", "sparkline", "neither", "true, false"},
      {"vs_currency=usd&sparkline=TRUE", "sparkline", "neither", "true, false"},
      {"vs_currency=usd&price_change_percentage=2h", "price_change_percentage", "timeframe", "1h"},
      {"vs_currency=usd&locale=xx", "locale", "language", "zh-tw"},
      {"vs_currency=usd&precision=19", "precision", "decimals", "full, 0, 1, 2"},
      {"vs_currency=usd&precision=1.5", "precision", "decimals", "full, 0, 1, 2"},
      {"vs_currency=usd&limit=5", "limit", "is not a parameter", "vs_currency, category"},
      {"vs_currency=usd&include_rehypothecated=1", "include_rehypothecated", "neither", "true"},
  };
  for (const auto& one : of_markets) {
    INFO(one.query);
    const auto found = markets(one.query);
    REQUIRE_FALSE(found);
    CHECK(found.error().parameter == one.parameter);
    CHECK(found.error().detail.find(one.why) != std::string::npos);
    CHECK(found.error().allowed.find(one.allowed) != std::string::npos);
    CHECK(found.error().missing == (one.why == "is missing"));
  }
  const std::vector<refusal> of_prices{
      {"ids=bitcoin", "vs_currencies", "is missing", "1 to 100"},
      {"vs_currencies=usd", "ids", "is missing", "names or symbols"},
      {"vs_currencies=usd&ids=", "ids", "is missing", "names or symbols"},
      {"vs_currencies=usd&ids=a&include_market_cap=x", "include_market_cap", "neither", "true"},
      {"vs_currencies=usd&ids=a&order=id_asc", "order", "is not a parameter", "vs_currencies"},
  };
  for (const auto& one : of_prices) {
    INFO(one.query);
    const auto found = prices(one.query);
    REQUIRE_FALSE(found);
    CHECK(found.error().parameter == one.parameter);
    CHECK(found.error().detail.find(one.why) != std::string::npos);
    CHECK(found.error().allowed.find(one.allowed) != std::string::npos);
  }
  std::string many = "vs_currency=usd&ids=c0";
  for (int i = 1; i <= 250; ++i)
    many += ",c" + std::to_string(i);
  CHECK(markets(many).error().detail.find("more than 250") != std::string::npos);
  CHECK(coingecko::parse_list({{"status", "asleep"}}).error().allowed == "one of active, inactive");
}

TEST_CASE("each order is one of ours") {
  const std::vector<std::pair<std::string_view, std::string_view>> orders{
      {"market_cap_desc", "rank"},
      {"market_cap_asc", "market_cap"},
      {"volume_desc", "-volume_usd_24h"},
      {"volume_asc", "volume_usd_24h"},
      {"id_asc", "slug"},
      {"id_desc", "-slug"},
      {"gecko_desc", "rank"},
      {"gecko_asc", "market_cap"},
      {"price_desc", "-price_usd"},
      {"price_asc", "price_usd"},
      {"price_change_percentage_1m_desc", "-change_1m_pct"},
      {"price_change_percentage_5m_asc", "change_5m_pct"},
      {"price_change_percentage_15m_desc", "-change_15m_pct"},
      {"price_change_percentage_1h_desc", "-change_1h_pct"},
      {"price_change_percentage_24h_asc", "change_24h_pct"}};
  for (const auto& [theirs, ours] : orders)
    CHECK(sorted_by(theirs) == ours);
}

TEST_CASE("coins are found by id, name or symbol, in that order; a category comes before all") {
  const auto symbols = [](std::string_view which) {
    return rows("vs_currency=usd&" + std::string{which}).symbols.wanted;
  };
  CHECK(symbols("ids=bitcoin,ETHEREUM,nothing") == strings{"BTC", "ETH"});
  CHECK(symbols("ids=zed") == strings{"ZED"});        // in no catalogue: its symbol is its id
  CHECK(symbols("ids=bar") == strings{"FOO"});        // the slug of one
  CHECK(symbols("ids=symbol:bar") == strings{"BAR"}); // is no name of another
  CHECK(symbols("names=bitcoin,Foo+Coin,zed") == strings{"BTC", "FOO", "ZED"});
  CHECK(symbols("symbols=btc,Bar&include_tokens=top") == strings{"BAR", "BTC"});
  CHECK(symbols("ids=bitcoin&names=Ethereum&symbols=foo") == strings{"BTC"});
  CHECK(symbols("names=Ethereum&symbols=foo") == strings{"ETH"});
  const auto grouped = rows("vs_currency=usd&category=layer-1&ids=ethereum");
  CHECK(grouped.categories.wanted == strings{"layer-1"});
  CHECK(grouped.symbols.any());
  CHECK_FALSE(coingecko::rows_of(*markets("vs_currency=usd&ids=btc"), directory_of_three()));
  for (const auto& symbol : directory_of_three().symbols) {
    const auto id = coingecko::coin_id(*three_known(), symbol);
    CHECK(symbols("ids=" + id) == strings{symbol});
  }
}

TEST_CASE("a coin has CoinGecko's members, in its order") {
  const strings members{"id",
                        "symbol",
                        "name",
                        "image",
                        "current_price",
                        "market_cap",
                        "market_cap_rank",
                        "fully_diluted_valuation",
                        "total_volume",
                        "high_24h",
                        "low_24h",
                        "price_change_24h",
                        "price_change_percentage_24h",
                        "market_cap_change_24h",
                        "market_cap_change_percentage_24h",
                        "circulating_supply",
                        "total_supply",
                        "max_supply",
                        "ath",
                        "ath_change_percentage",
                        "ath_date",
                        "atl",
                        "atl_change_percentage",
                        "atl_date",
                        "roi",
                        "last_updated"};
  const auto text = answer("vs_currency=usd");
  const auto json = json_of(text);
  REQUIRE(json.IsArray());
  REQUIRE(json.Size() == 3);
  for (const auto& row : json.GetArray())
    CHECK(members_of(row) == members);
  CHECK(text.starts_with(
      R"([{"id":"bitcoin","symbol":"btc","name":"Bitcoin","image":null,"current_price":100000,)"
      R"("market_cap":2000000000000,"market_cap_rank":1,"fully_diluted_valuation":2100000000000,)"
      R"("total_volume":5000000000,"high_24h":110000,"low_24h":75000,"price_change_24h":20000,)"
      R"("price_change_percentage_24h":25,"market_cap_change_24h":null,)"
      R"("market_cap_change_percentage_24h":null,"circulating_supply":20000000,)"
      R"("total_supply":null,"max_supply":21000000,"ath":null,"ath_change_percentage":null,)"
      R"("ath_date":null,"atl":null,"atl_change_percentage":null,"atl_date":null,"roi":null,)"
      R"("last_updated":"2024-04-07T16:49:31.736Z"})"));
  // Ranked by turnover is not ranked by market cap; and nothing is known of the last one.
  CHECK(json[1]["id"] == "bar");
  CHECK(json[1]["market_cap_rank"].IsNull());
  CHECK(json[2]["id"] == "symbol:bar");
  CHECK(json[2]["name"] == "BAR");
  for (const auto* name : {"current_price", "high_24h", "price_change_24h", "last_updated"})
    CHECK(json[2][name].IsNull());
}

TEST_CASE("further members are there if asked for") {
  const auto json = json_of(
      answer("vs_currency=usd&sparkline=true&precision=2&price_change_percentage=1h,24h,7d"));
  CHECK(json[0]["sparkline_in_7d"]["price"].Empty());
  CHECK(json[0]["price_change_percentage_1h_in_currency"].GetDouble() == 2);
  CHECK(json[0]["price_change_percentage_24h_in_currency"].GetDouble() == 25);
  CHECK(json[0]["price_change_percentage_7d_in_currency"].IsNull());
  CHECK(json[1]["current_price"].GetDouble() == 0.0);
  CHECK(json_of(answer("vs_currency=usd&precision=3"))[1]["current_price"].GetDouble() == 0.001);
}

TEST_CASE("in another currency everything is at its rate, and changes are against it") {
  const auto euros = json_of(answer("vs_currency=EUR"));
  CHECK(euros[0]["current_price"].GetDouble() == 80'000);
  CHECK(euros[0]["market_cap"].GetDouble() == 1.6e12);
  CHECK(euros[0]["high_24h"].GetDouble() == 88'000);                 // it stood still enough
  CHECK(euros[0]["price_change_percentage_24h"].GetDouble() == 150); // 1.25 / 0.5
  CHECK(euros[0]["price_change_24h"].GetDouble() == 48'000);
  const auto bitcoins = json_of(answer("vs_currency=btc"));
  CHECK(bitcoins[0]["current_price"].GetDouble() == 1); // whatever the rate says
  CHECK(bitcoins[0]["market_cap"].GetDouble() == 20'000'000);
  CHECK(bitcoins[0]["price_change_percentage_24h"].GetDouble() == 0);
  CHECK(bitcoins[0]["high_24h"].IsNull());
  CHECK(bitcoins[1]["current_price"].GetDouble() == 2e-8);
  CHECK(bitcoins[1]["price_change_percentage_24h"].GetDouble() == 0);
  CHECK(directory_of_three().find_currency("xyz") == nullptr);
  CHECK(directory_of_three().currency_names() == "btc, eur, usd");
}

TEST_CASE("simple/price answers by what coins were called") {
  const auto directory = directory_of_three();
  const auto body = [&](std::string_view text) {
    const auto query = prices(text);
    REQUIRE(query);
    std::vector<const currency*> to;
    for (const auto& code : query->vs_currencies)
      to.push_back(directory.find_currency(code));
    return coingecko::price_body(three_rows(), coingecko::resolve(query->coins, directory), *query,
                                 to);
  };
  CHECK(body("ids=bitcoin&vs_currencies=usd") == R"({"bitcoin":{"usd":100000}})");
  CHECK(body("ids=Bitcoin,nothing,symbol:bar&vs_currencies=usd,BTC") ==
        R"({"bitcoin":{"usd":100000,"btc":1},"symbol:bar":{"usd":null,"btc":null}})");
  CHECK(body("ids=bitcoin&vs_currencies=usd,USD,Btc,btc") == // no member twice
        R"({"bitcoin":{"usd":100000,"btc":1}})");
  CHECK(body("names=Foo+Coin&vs_currencies=usd&precision=4") == R"({"Foo Coin":{"usd":0.001}})");
  CHECK(body("symbols=BTC&vs_currencies=usd&include_market_cap=true&include_24hr_vol=true&"
             "include_24hr_change=true&include_last_updated_at=true") ==
        R"({"btc":{"usd":100000,"usd_market_cap":2000000000000,"usd_24h_vol":5000000000,)"
        R"("usd_24h_change":25,"last_updated_at":1712508571}})");
  CHECK(body("ids=ethereum&vs_currencies=usd") == "{}"); // without a row
}

TEST_CASE("simple/price has a name once, with the first in rank of the assets that are called so") {
  const auto directory = directory_of_three();
  const auto query = prices("names=Coin&vs_currencies=usd");
  REQUIRE(query);
  const std::vector to{directory.find_currency("USD")};
  const auto body = [&](std::vector<std::pair<std::string, std::string>> named) {
    return coingecko::price_body(three_rows(), named, *query, to);
  };
  const std::string only_bitcoin = R"({"Coin":{"usd":100000}})";
  CHECK(body({{"Coin", "FOO"}, {"Coin", "BTC"}, {"Coin", "BAR"}}) == only_bitcoin);
  CHECK(body({{"Coin", "BTC"}, {"Coin", "FOO"}}) == only_bitcoin);
}

TEST_CASE("the lists name everything that there is") {
  const auto directory = directory_of_three();
  CHECK(coingecko::list_body({}, directory) ==
        R"([{"id":"bar","symbol":"foo","name":"Foo Coin"},)"
        R"({"id":"bitcoin","symbol":"btc","name":"Bitcoin"},)"
        R"({"id":"ethereum","symbol":"eth","name":"Ethereum"},)"
        R"({"id":"symbol:bar","symbol":"bar","name":"BAR"},)"
        R"({"id":"zed","symbol":"zed","name":"ZED"}])");
  CHECK(coingecko::list_body({false, false}, directory) == "[]");
  CHECK(coingecko::list_body({true, true}, directory).find(R"("BAR","platforms":{}})") !=
        std::string::npos);
  CHECK(coingecko::currencies_body(directory) == R"(["btc","eur","usd"])");
  CHECK(coingecko::error_body("a \"b\"") == R"({"error":"a \"b\""})");
}

TEST_CASE("rows are read back as they were written, and nothing else") {
  const auto rows = three_rows();
  CHECK(rows[0].categories == strings{"layer-1", "proof-of-work"});
  CHECK(rows[0].max_supply == 21'000'000);
  CHECK(rows[0].markets == 7);
  CHECK(rows[2].name.empty());
  CHECK_FALSE(rows[2].price_usd);
  CHECK(rows[2].received_ms == 0);
  CHECK(read_asset_rows(R"({"data":[]})")->empty());
  for (const auto* text : {"", "[]", R"({"data":{}})", R"({"data":[1]})", R"({"data":[{}]})",
                           R"({"data":[{"symbol":"X"})"})
    CHECK_FALSE(read_asset_rows(text));
}
