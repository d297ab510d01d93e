#include "tests/unit/exchange/support.hpp"

#include <doctest/doctest.h>
#include <rapidjson/document.h>

#include <fstream>
#include <iterator>
#include <random>

using namespace tickboard;
using namespace tickboard::exchange;

namespace {

constexpr std::string_view exchange_info =
    R"({"timezone":"UTC","serverTime":1767225600123,"rateLimits":[{"rateLimitType":"REQUEST_WEIGHT",)"
    R"("interval":"MINUTE","intervalNum":1,"limit":6000}],"exchangeFilters":[],"symbols":[)"
    R"({"symbol":"ETHBTC","status":"TRADING","baseAsset":"ETH","baseAssetPrecision":8,)"
    R"("quoteAsset":"BTC","quotePrecision":8,"orderTypes":["LIMIT"],"isSpotTradingAllowed":true,)"
    R"("filters":[{"filterType":"PRICE_FILTER","minPrice":"0.00001000"}],"permissions":[]},)"
    R"({"symbol":"YOYOBTC","status":"BREAK","baseAsset":"YOYO","quoteAsset":"BTC"},)"
    R"({"symbol":"YOYOUSDT","status":"TRADING","baseAsset":"YOYO","quoteAsset":"USDT"},)"
    R"({"symbol":"MARGINONLY","status":"TRADING","baseAsset":"M","quoteAsset":"X",)"
    R"("isSpotTradingAllowed":false},)"
    R"({"symbol":"币安人生USDT","status":"TRADING","baseAsset":"币安人生","quoteAsset":"USDT"},)"
    R"({"symbol":"ETHBTC","status":"TRADING","baseAsset":"ETH","quoteAsset":"BTC"},)"
    R"({"symbol":"A B","status":"TRADING","baseAsset":"A B","quoteAsset":"USDT"},)"
    R"({"symbol":7,"status":"TRADING","baseAsset":"A","quoteAsset":"USDT"},5,null,{}]})";

constexpr std::string_view products =
    R"([{"id":"BTC-USD","base_currency":"BTC","quote_currency":"USD","quote_increment":"0.01",)"
    R"("base_increment":"0.00000001","display_name":"BTC-USD","min_market_funds":"1",)"
    R"("margin_enabled":false,"post_only":false,"limit_only":false,"cancel_only":false,)"
    R"("status":"online","status_message":"","trading_disabled":false,"auction_mode":false},)"
    R"({"id":"CGLD-USD","base_currency":"CGLD","quote_currency":"USD","status":"online"},)"
    R"({"id":"OLD-USD","base_currency":"OLD","quote_currency":"USD","status":"delisted"},)"
    R"({"id":"OFF-USD","base_currency":"OFF","quote_currency":"USD","status":"online",)"
    R"("trading_disabled":true}])";

constexpr std::string_view asset_pairs =
    R"({"error":[],"result":{"XXBTZUSD":{"altname":"XBTUSD","wsname":"XBT/USD",)"
    R"("aclass_base":"currency","base":"XXBT","aclass_quote":"currency","quote":"ZUSD",)"
    R"("lot":"unit","pair_decimals":1,"leverage_buy":[2,3],"fees":[[0,0.4],[10000,0.35]],)"
    R"("ordermin":"0.00005","status":"online"},)"
    R"("XDGEUR":{"altname":"XDGEUR","wsname":"XDG/EUR","base":"XXDG","quote":"ZEUR",)"
    R"("status":"online"},)"
    R"("LUNAUSD":{"altname":"LUNAUSD","wsname":"LUNA/USD","status":"online"},)"
    R"("LUNA2USD":{"altname":"LUNA2USD","wsname":"LUNA2/USD","status":"online"},)"
    R"("NOPE":{"altname":"NOPE","status":"online"},)"
    R"("HALTED":{"wsname":"ABC/USD","status":"cancel_only"}}})";

std::vector<std::string> names(const std::vector<market_ptr>& markets) {
  std::vector<std::string> out;
  for (const auto& one : markets)
    out.push_back(one->id + " " + one->native);
  return out;
}

} // namespace

TEST_CASE("listings give the markets that trade, by their shared names") {
  struct {
    const char* protocol;
    const char* feed;
    std::string_view body;
    std::vector<std::string> markets;
    std::size_t skipped;
  } const cases[] = {{"binance",
                      "binanceus",
                      exchange_info,
                      {"binanceus:ETH-BTC ETHBTC", "binanceus:YOYOW-USDT YOYOUSDT",
                       "binanceus:币安人生-USDT 币安人生USDT"},
                      8},
                     {"coinbaseexchange",
                      "coinbaseexchange",
                      products,
                      {"coinbaseexchange:BTC-USD BTC-USD", "coinbaseexchange:CELO-USD CGLD-USD"},
                      2},
                     {"kraken",
                      "kraken",
                      asset_pairs,
                      {"kraken:BTC-USD BTC/USD", "kraken:DOGE-EUR DOGE/EUR",
                       "kraken:LUNC-USD LUNA/USD", "kraken:LUNA-USD LUNA2/USD"},
                      2}};
  for (const auto& one : cases) {
    CAPTURE(one.protocol);
    std::size_t skipped = 99;
    const auto markets = find_protocol(one.protocol)->parse_listing(one.body, one.feed, skipped);
    REQUIRE_MESSAGE(markets, markets.error());
    CHECK(names(*markets) == one.markets);
    CHECK(skipped == one.skipped);
  }
}

TEST_CASE("kraken: a pair is listed while its ticker goes on") {
  for (const auto& [status, listed] :
       {std::pair{"online", true}, std::pair{"limit_only", true}, std::pair{"reduce_only", true},
        std::pair{"post_only", true}, std::pair{"cancel_only", false}, std::pair{"delisted", false},
        std::pair{"", false}}) {
    CAPTURE(status);
    const auto body = std::string(R"({"error":[],"result":{"A":{"wsname":"ABC/USD","status":")") +
                      status + R"("}}})";
    std::size_t skipped = 0;
    const auto out = find_protocol("kraken")->parse_listing(body, "kraken", skipped);
    REQUIRE(out);
    CHECK(out->size() == (listed ? 1 : 0));
    CHECK(skipped == (listed ? 0 : 1));
  }
}

TEST_CASE("a body that is no listing is refused with a reason") {
  for (const auto& name : protocol_names())
    for (const auto& body :
         {std::string(), std::string("null"), std::string("7"), std::string("{}"),
          std::string("\"x\""), std::string("{\"symbols\":{}}"), std::string("{\"result\":[]}"),
          std::string("<html>429</html>"), std::string("{\"error\":[\"EGeneral:Busy\"]}"),
          std::string("[\"\xFF\"]"), std::string(1'000'000, '['),
          std::string(exchange_info.substr(0, 200))}) {
      CAPTURE(name);
      CAPTURE(body.substr(0, 60));
      std::size_t skipped = 0;
      const auto out = find_protocol(name)->parse_listing(body, name, skipped);
      REQUIRE_FALSE(out);
      CHECK(out.error().starts_with(name + ": the listing "));
      CHECK(out.error().size() < 300);
    }
  std::size_t skipped = 0;
  const auto refused = find_protocol("kraken")->parse_listing(
      R"({"error":["EGeneral:Temporary lockout"]})", "kraken", skipped);
  CHECK(refused.error() == "kraken: the listing was refused: EGeneral:Temporary lockout");
}

TEST_CASE("a listing of several megabytes is read") {
  std::string body = R"({"symbols":[)";
  constexpr std::size_t count = 20'000;
  for (std::size_t i = 0; i < count; ++i) {
    const auto base = "A" + std::to_string(i);
    body += (i == 0 ? "" : ",") + (R"({"symbol":")" + base) +
            R"(USDT","status":"TRADING","baseAsset":")" + base +
            R"(","quoteAsset":"USDT","filters":[{"filterType":"PRICE_FILTER","minPrice":)" +
            R"("0.00001000","maxPrice":"922327.00000000","tickSize":"0.00001000"}]})";
  }
  body += "]}";
  CHECK(body.size() > 3'000'000);
  std::size_t skipped = 0;
  const auto out = find_protocol("binance")->parse_listing(body, "binance", skipped);
  REQUIRE(out);
  CHECK(out->size() == count);
  CHECK(skipped == 0);
}

TEST_CASE("damaged listings are survived") {
  std::mt19937 random(std::random_device{}());
  for (const auto& [name, body] :
       {std::pair{"binance", exchange_info}, std::pair{"coinbaseexchange", products},
        std::pair{"kraken", asset_pairs}})
    for (int round = 0; round < 3000; ++round) {
      std::string damaged(body.substr(0, 1 + random() % body.size()));
      for (int hits = 0; hits < 3; ++hits)
        damaged[random() % damaged.size()] = static_cast<char>(random());
      std::size_t skipped = 0;
      const auto out = find_protocol(name)->parse_listing(damaged, name, skipped);
      if (!out)
        CHECK_FALSE(out.error().empty());
    }
}

TEST_CASE("symbols are split by each exchange's grammar") {
  const auto id = [](const char* protocol, const char* native) {
    const auto made = find_protocol(protocol)->market_from_symbol(native, "x");
    return made ? (*made)->id : "error: " + made.error();
  };
  CHECK(id("binance", "NKNUSDT") == "x:NKN-USDT");
  CHECK(id("binance", "RUNEEUR") == "x:RUNE-EUR");
  CHECK(id("binance", "ETHBTC") == "x:ETH-BTC");
  CHECK(id("binance", "BTCFDUSD") == "x:BTC-FDUSD");
  CHECK(id("binance", "BTCTUSD") == "x:BTC-TUSD");
  CHECK(id("binance", "USDCUSDT") == "x:USDC-USDT");
  CHECK(id("binance", "BNBUSD") == "x:BNB-USD");
  CHECK(id("binance", "BNBBUSD") == "x:BNB-BUSD");
  CHECK(id("binance", "BCHSVUSDT") == "x:BSV-USDT");
  CHECK(id("binance", "币安人生USDT") == "x:币安人生-USDT");
  CHECK(id("binance", "USDT") == "error: binance: symbol \"USDT\" ends in no known quote asset");
  CHECK(id("binance", "").starts_with("error: "));
  CHECK(id("coinbaseexchange", "CGLD-USD") == "x:CELO-USD");
  CHECK(id("coinbaseexchange", "BTC-PERP-INTX").starts_with("error: "));
  CHECK(id("coinbaseexchange", "BTCUSD").starts_with("error: "));
  CHECK(id("coinbaseexchange", "-USD").starts_with("error: "));
  CHECK(id("kraken", "XBT/USD") == "x:BTC-USD");
  CHECK(id("kraken", "LUNA/USD") == "x:LUNC-USD");
  CHECK(id("kraken", "BTC/").starts_with("error: "));
}

TEST_CASE("codes that the reference maps to a shared one, the adapters map too") {
  const auto path = shared_file("aliases.json");
  if (!path)
    return;
  std::ifstream in(*path);
  const std::string text(std::istreambuf_iterator<char>(in), {});
  rapidjson::Document all;
  all.Parse(text.c_str());
  REQUIRE(all.IsObject());
  for (const auto& [feed, protocol, separator] :
       {std::tuple{"binance", "binance", ""}, std::tuple{"binanceus", "binance", ""},
        std::tuple{"coinbaseexchange", "coinbaseexchange", "-"},
        std::tuple{"kraken", "kraken", "/"}}) {
    REQUIRE(all.HasMember(feed));
    for (const auto& alias : all[feed].GetObject()) {
      const auto native = std::string(alias.name.GetString()) + separator + "EUR";
      const auto made = find_protocol(protocol)->market_from_symbol(native, feed);
      REQUIRE_MESSAGE(made, made.error());
      CHECK((*made)->base == alias.value.GetString());
    }
  }
}
