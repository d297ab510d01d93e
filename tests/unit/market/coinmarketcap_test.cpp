#include "market/coinmarketcap_rows.hpp"
#include "tests/unit/market/familiar_rows.hpp"

#include <cmath>

using namespace tickboard;
using namespace tickboard::test;

namespace {

using names = std::vector<std::string>;

tl::expected<coinmarketcap::listings_query, query_problem> listings(std::string_view text) {
  return parse_query_string(text).and_then(coinmarketcap::parse_listings);
}

std::string order_of(std::string_view text) {
  const auto query = listings(text);
  REQUIRE(query);
  const auto rows = coinmarketcap::rows_of(*query);
  return (rows.descending ? "-" : "") + std::string{asset_sort_fields[rows.sort].name};
}

std::string listed(std::string_view text) {
  const auto directory = directory_of_three();
  const auto query = listings(text);
  REQUIRE(query);
  asset_values silent;
  silent.rank = 2;
  const auto rows =
      *read_asset_rows(page_of(*three_known(), {{"BTC", bitcoin_values()}, {"BAR", silent}}));
  std::vector<const currency*> to;
  for (const auto& [name, code] : query->convert)
    to.push_back(directory.find_currency(code));
  return coinmarketcap::listings_body(rows, *query, to, directory, 5,
                                      {1'712'508'571'736, std::chrono::milliseconds{3}});
}

} // namespace

TEST_CASE("listings are asked for with CoinMarketCap's parameters and defaults") {
  const auto plain = listings("");
  REQUIRE(plain);
  CHECK(plain->limit == 100);
  CHECK(coinmarketcap::rows_of(*plain).offset() == 0);
  CHECK(order_of("") == "rank");
  const auto full = listings(
      "start=11&limit=5000&price_min=0.5&price_max=10&market_cap_min=1&market_cap_max=2e12&"
      "volume_24h_min=3&volume_24h_max=4&circulating_supply_min=5&circulating_supply_max=6&"
      "percent_change_24h_min=-100&percent_change_24h_max=-1.5&convert=btc,USD,BTC&"
      "sort=price&sort_dir=asc&cryptocurrency_type=all&tag=layer-1&aux=tags,cmc_rank&"
      "CMC_PRO_API_KEY=b54bcf4d-1bca-4e8e-9a24-22ff2c3d462c");
  REQUIRE(full);
  const auto rows = coinmarketcap::rows_of(*full);
  CHECK(rows.offset() == 10);
  CHECK(rows.per_page == 5'000);
  CHECK(rows.categories.wanted == names{"layer-1"});
  REQUIRE(rows.ranges.size() == 5);
  CHECK(asset_sort_fields[rows.ranges[0].field].name == "price_usd");
  CHECK(rows.ranges[0].lowest == 0.5);
  CHECK(rows.ranges[0].highest == 10);
  CHECK(full->convert ==
        std::vector<std::pair<std::string, std::string>>{{"BTC", "BTC"}, {"USD", "USD"}});
  CHECK(order_of("sort=price&sort_dir=asc") == "price_usd");
  CHECK(listings("convert_id=1,2781")->convert ==
        std::vector<std::pair<std::string, std::string>>{{"1", "BTC"}, {"2781", "USD"}});
  CHECK(listings("tag=all")->tag.empty());
  CHECK(std::isinf(listings("price_max=1")->ranges[0].lowest));
}

TEST_CASE("each of the 17 sorts is one of ours, or market cap") {
  const std::vector<std::tuple<std::string, std::string, std::string>> sorts{
      {"market_cap", "rank", "market_cap"},
      {"name", "-name", "name"},
      {"symbol", "-symbol", "symbol"},
      {"date_added", "rank", "rank"},
      {"market_cap_strict", "-market_cap", "market_cap"},
      {"price", "-price_usd", "price_usd"},
      {"circulating_supply", "-circulating_supply", "circulating_supply"},
      {"total_supply", "rank", "rank"},
      {"max_supply", "-max_supply", "max_supply"},
      {"num_market_pairs", "-markets", "markets"},
      {"market_cap_by_total_supply_strict", "rank", "rank"},
      {"volume_24h", "-volume_usd_24h", "volume_usd_24h"},
      {"percent_change_1h", "-change_1h_pct", "change_1h_pct"},
      {"percent_change_24h", "-change_24h_pct", "change_24h_pct"},
      {"percent_change_7d", "rank", "rank"},
      {"volume_7d", "rank", "rank"},
      {"volume_30d", "rank", "rank"}};
  CHECK(coinmarketcap::sorts().size() == sorts.size());
  for (const auto& [name, down, up] : sorts) {
    INFO(name);
    CHECK(order_of("sort=" + name + "&sort_dir=desc") == down);
    CHECK(order_of("sort=" + name + "&sort_dir=asc") == up);
    CHECK(order_of("sort=" + name) == (name == "name" || name == "symbol" ? up : down));
  }
}

TEST_CASE("each illegal value of listings is told with the parameter and what is allowed") {
  struct refusal {
    std::string_view query, parameter, why, allowed;
  };
  const std::vector<refusal> all{
      {"start=0", "start", "out of range", "1 to 1000000"},
      {"limit=0", "limit", "out of range", "1 to 5000"},
      {"limit=5001", "limit", "out of range", "1 to 5000"},
      {"limit=all", "limit", "whole number", "1 to 5000"},
      {"price_min=-1", "price_min", "out of range", "a number from 0"},
      {"price_max=-1", "price_max", "out of range", "a number from 0"},
      {"price_min=x", "price_min", "not a number", "a number from 0"},
      {"price_min=3&price_max=2", "price_min", "above price_max", "up to 2"},
      {"percent_change_24h_min=-101", "percent_change_24h_min", "out of range", "from -100"},
      {"volume_24h_min=2&volume_24h_max=1", "volume_24h_min", "above volume_24h_max", "up to 1"},
      {"convert=", "convert", "empty value", "1 to 120"},
      {"convert=USD,,EUR", "convert", "empty value", "1 to 120"},
      {"convert_id=825", "convert_id", "not known here", "2781 (USD)"},
      {"convert=USD&convert_id=1", "convert_id", "cannot be combined", "one of the two"},
      {"sort=rank", "sort", "no field", "market_cap, name, symbol, date_added"},
      {"sort_dir=down", "sort_dir", "no direction", "asc, desc"},
      {"cryptocurrency_type=tokens", "cryptocurrency_type", "which assets are tokens", "all"},
      {"cryptocurrency_type=nft", "cryptocurrency_type", "not known", "all"},
      {"tag=Layer+1", "tag", "no tag", "/v1/categories"},
      {"aux=", "aux", "empty value", "num_market_pairs, cmc_rank"},
      {"aux=price", "aux", "not known", "num_market_pairs, cmc_rank"},
      {"page=1", "page", "is not a parameter", "start, limit, price_min"},
      {"self_reported_market_cap_min=1", "self_reported_market_cap_min", "not a parameter",
       "market_cap_min"},
      {"limit=1&limit=2", "limit", "more than once", "once"}};
  for (const auto& one : all) {
    INFO(one.query);
    const auto found = listings(one.query);
    REQUIRE_FALSE(found);
    CHECK(found.error().parameter == one.parameter);
    CHECK_MESSAGE(found.error().detail.find(one.why) != std::string::npos, found.error().detail);
    CHECK_MESSAGE(found.error().allowed.find(one.allowed) != std::string::npos,
                  found.error().allowed);
  }
}

TEST_CASE("rows times currencies are bounded: each row has a quote in each of them") {
  const auto with = [](int limit, int currencies) {
    std::string text = "limit=" + std::to_string(limit) + "&convert=";
    for (int i = 0; i < currencies; ++i)
      text += (i > 0 ? ",C" : "C") + std::to_string(i);
    return listings(text);
  };
  CHECK(with(5'000, 5)); // 25,000
  CHECK(with(208, 120));
  const auto most = with(5'000, 120);
  REQUIRE_FALSE(most);
  CHECK(most.error().parameter == "limit");
  CHECK(most.error().detail == "times 120 currencies is 600000 quotes");
  CHECK(most.error().allowed ==
        "at most 25000 quotes: up to 208 with as many currencies, or fewer currencies");
  CHECK_FALSE(with(209, 120));
  CHECK_FALSE(with(5'000, 6));
  CHECK(with(5'000, 1)->convert.size() == 1);
}

TEST_CASE("listings have CoinMarketCap's shape") {
  CHECK(listed("convert=USD,BTC") ==
        R"({"status":{"timestamp":"2024-04-07T16:49:31.736Z","error_code":0,"error_message":null,)"
        R"("elapsed":3,"credit_count":0,"notice":null,"total_count":5},"data":[{"id":null,)"
        R"("name":"Bitcoin","symbol":"BTC","slug":"bitcoin","num_market_pairs":7,"cmc_rank":1,)"
        R"("date_added":null,"tags":["layer-1","proof-of-work"],"platform":null,)"
        R"("max_supply":21000000,"circulating_supply":20000000,"total_supply":null,)"
        R"("infinite_supply":false,"self_reported_circulating_supply":null,)"
        R"("self_reported_market_cap":null,"tvl_ratio":null,)"
        R"("last_updated":"2024-04-07T16:49:31.736Z","quote":{"USD":{"price":100000,)"
        R"("volume_24h":5000000000,"volume_change_24h":null,"percent_change_1h":2,)"
        R"("percent_change_24h":25,"percent_change_7d":null,"percent_change_30d":null,)"
        R"("percent_change_60d":null,"percent_change_90d":null,"market_cap":2000000000000,)"
        R"("market_cap_dominance":50,"fully_diluted_market_cap":2100000000000,"tvl":null,)"
        R"("last_updated":"2024-04-07T16:49:31.736Z"},"BTC":{"price":1,"volume_24h":50000,)"
        R"("volume_change_24h":null,"percent_change_1h":0,"percent_change_24h":0,)"
        R"("percent_change_7d":null,"percent_change_30d":null,"percent_change_60d":null,)"
        R"("percent_change_90d":null,"market_cap":20000000,"market_cap_dominance":50,)"
        R"("fully_diluted_market_cap":21000000,"tvl":null,)"
        R"("last_updated":"2024-04-07T16:49:31.736Z"}}},{"id":null,"name":"BAR","symbol":"BAR",)"
        R"("slug":null,"num_market_pairs":0,"cmc_rank":null,"date_added":null,"tags":[],)"
        R"("platform":null,"max_supply":null,"circulating_supply":null,"total_supply":null,)"
        R"("infinite_supply":null,"self_reported_circulating_supply":null,)"
        R"("self_reported_market_cap":null,"tvl_ratio":null,"last_updated":null,"quote":{)"
        R"("USD":{"price":null,"volume_24h":null,"volume_change_24h":null,)"
        R"("percent_change_1h":null,"percent_change_24h":null,"percent_change_7d":null,)"
        R"("percent_change_30d":null,"percent_change_60d":null,"percent_change_90d":null,)"
        R"("market_cap":null,"market_cap_dominance":null,"fully_diluted_market_cap":null,)"
        R"("tvl":null,"last_updated":null},"BTC":{"price":null,"volume_24h":null,)"
        R"("volume_change_24h":null,"percent_change_1h":null,"percent_change_24h":null,)"
        R"("percent_change_7d":null,"percent_change_30d":null,"percent_change_60d":null,)"
        R"("percent_change_90d":null,"market_cap":null,"market_cap_dominance":null,)"
        R"("fully_diluted_market_cap":null,"tvl":null,"last_updated":null}}}]})");
}

TEST_CASE("rows have the optional fields that are asked for") {
  std::string all = "aux=";
  for (const auto& one : coinmarketcap::aux_fields())
    all += (all.back() == '=' ? "" : ",") + std::string{one.name};
  const auto everything = json_of(listed(all));
  const auto& row = everything["data"][0];
  CHECK(row["is_market_cap_included_in_calc"].GetDouble() == 1);
  const auto& quote = row["quote"]["USD"];
  CHECK(quote["volume_24h_reported"].GetDouble() == 5e9);
  CHECK(quote["volume_7d"].IsNull());
  CHECK(quote["market_cap_by_total_supply"].IsNull());
  CHECK(quote.MemberCount() == 14 + 6);
  const auto little = json_of(listed("aux=cmc_rank"));
  CHECK(members_of(little["data"][0]) ==
        names{"id", "name", "symbol", "slug", "cmc_rank", "infinite_supply",
              "self_reported_circulating_supply", "self_reported_market_cap", "tvl_ratio",
              "last_updated", "quote"});
  CHECK(members_of(json_of(listed("convert_id=2781"))["data"][0]["quote"]) == names{"2781"});
}

TEST_CASE("a sort by what nobody knows is told, and so are errors") {
  const auto unsorted = json_of(listed("sort=percent_change_7d"));
  CHECK(unsorted["status"]["notice"] ==
        "percent_change_7d is not known here: sorted by market cap");
  CHECK(coinmarketcap::error_body(400, "\"limit\" is wrong", {1'712'508'571'736, {}}) ==
        R"({"status":{"timestamp":"2024-04-07T16:49:31.736Z","error_code":400,)"
        R"("error_message":"\"limit\" is wrong","elapsed":0,"credit_count":0,"notice":null}})");
}
