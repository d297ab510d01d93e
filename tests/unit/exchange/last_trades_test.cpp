#include "tests/unit/exchange/support.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <set>

using namespace tickboard;
using namespace tickboard::exchange;

namespace {

constexpr std::string_view day_tickers =
    R"([{"symbol":"BTCUSDT","priceChange":"-83.13000000","priceChangePercent":"-0.130",)"
    R"("lastPrice":"64001.10000000","lastQty":"0.00100000","openTime":1767139200123,)"
    R"("closeTime":1767225600123,"firstId":4210000001,"lastId":4212345678,"count":2345678},)"
    R"({"symbol":"ETHUSDT","lastPrice":"3001.00000000","lastId":-1,"count":0},)"
    R"({"symbol":"NOTASKED","lastId":7},{"symbol":"BTCUSDT","lastId":8},7,null,{"lastId":9}])";

constexpr std::string_view product_ticker =
    R"({"ask":"64002.11","bid":"64001.1","volume":"8211.72","trade_id":868145301,)"
    R"("price":"64001.1","size":"0.001","time":"2026-01-01T00:00:00.123456789Z","rfq_volume":"1"})";

constexpr std::string_view pair_tickers =
    R"({"error":[],"result":{"XXBTZUSD":{"a":["64002.10000","1","1.000"],)"
    R"("b":["64001.10000","2","2.000"],"c":["64001.10000","0.00100000"],"v":["100.1","200.2"],)"
    R"("p":["64000.1","63999.2"],"t":[1000,2000],"l":["63000.0","62000.0"],)"
    R"("h":["65000.0","66000.0"],"o":"63500.00000"},)"
    R"("XDGEUR":{"c":["0.10000","12"],"v":["1","2"]},"USDTZUSD":{"c":["1.0001","5"]},)"
    R"("XETHXXBT":{"c":["0.05","1"]},"ADAUSD":{"c":"1"},"SOLUSD":[],"NOTASKED":{"c":["1","2"]}}})";

const std::vector<std::string> asked_pairs{"BTC/USD", "DOGE/EUR", "USDT/USD",
                                           "ETH/BTC", "ADA/USD",  "SOL/USD"};

std::vector<std::string> shown(const std::vector<trade_mark>& marks) {
  std::vector<std::string> out;
  for (const auto& one : marks)
    out.push_back(one.native + " " + one.mark);
  std::ranges::sort(out);
  return out;
}

} // namespace

TEST_CASE("last trades are asked for in the exchange's own words") {
  const auto targets = [](const char* name, const std::vector<std::string>& natives) {
    std::vector<std::string> out;
    const auto& speaks = *find_protocol(name);
    for (const auto& one : speaks.last_trade_questions(table_of(speaks, natives).markets()))
      out.push_back(one.target);
    return out;
  };
  using strings = std::vector<std::string>;
  CHECK(targets("binance", {"BTCUSDT", "币USDT"}) ==
        strings{"/api/v3/ticker/24hr?symbols=%5B%22BTCUSDT%22%2C%22%E5%B8%81USDT%22%5D"});
  CHECK(targets("coinbaseexchange", {"BTC-USD", "ETH-EUR"}) ==
        strings{"/products/BTC-USD/ticker", "/products/ETH-EUR/ticker"});
  CHECK(targets("kraken", {"BTC/USD", "DOGE/EUR", "ADA/BTC"}) ==
        strings{"/0/public/Ticker?pair=XBTUSD%2CXDGEUR%2CADAXBT"});
  for (const auto& name : protocol_names()) {
    CHECK(targets(name.c_str(), {}).empty());
    CHECK(find_protocol(name)->markets_per_check() > 0);
  }
}

TEST_CASE("every market is in one question") {
  for (const auto& name : protocol_names()) {
    const auto& speaks = *find_protocol(name);
    std::vector<market_ptr> markets;
    const auto separator = name == "binance" ? "" : name == "kraken" ? "/" : "-";
    for (std::size_t i = 0; i < speaks.markets_per_check(); ++i)
      markets.push_back(*make_market(name, "B" + std::to_string(i), "USD",
                                     "B" + std::to_string(i) + separator + "USD"));
    std::multiset<std::string> natives;
    for (const auto& one : speaks.last_trade_questions(markets))
      natives.insert(one.natives.begin(), one.natives.end());
    CHECK(natives.size() == markets.size());
    for (const auto& one : markets)
      CHECK(natives.count(one->native) == 1);
  }
}

TEST_CASE("the last trades of the markets that were asked for are read") {
  const auto read = [](const char* name, std::string_view body,
                       const std::vector<std::string>& natives) {
    const auto out = find_protocol(name)->parse_last_trades(body, natives);
    REQUIRE_MESSAGE(out, out.error());
    return shown(*out);
  };
  using strings = std::vector<std::string>;
  CHECK(read("binance", day_tickers, {"BTCUSDT", "ETHUSDT", "ABSENT"}) ==
        strings{"BTCUSDT 4212345678", "ETHUSDT -1"});
  CHECK(read("coinbaseexchange", product_ticker, {"BTC-USD"}) == strings{"BTC-USD 868145301"});
  CHECK(read("coinbaseexchange", "{}", {"BTC-USD"}).empty());
  CHECK(read("coinbaseexchange", product_ticker, {"BTC-USD", "ETH-USD"}).empty());
  CHECK(read("kraken", pair_tickers, asked_pairs) ==
        strings{"BTC/USD 64001.10000 0.00100000", "DOGE/EUR 0.10000 12", "ETH/BTC 0.05 1",
                "USDT/USD 1.0001 5"});
}

TEST_CASE("what moves without a trade leaves Kraken's mark alone") {
  const auto mark = [](std::string_view of) {
    return shown(*find_protocol("kraken")->parse_last_trades(of, asked_pairs));
  };
  std::string later(pair_tickers);
  for (const auto& [from, to] : {std::pair{R"("v":["100.1","200.2"])", R"("v":["0.0","199.9"])"},
                                 {"64002.10000", "64003.10000"},
                                 {R"("t":[1000,2000])", R"("t":[0,1990])"}})
    later.replace(later.find(from), std::string_view(from).size(), to);
  CHECK(mark(later) == mark(pair_tickers));
  later.replace(later.find("0.00100000"), 10, "0.00200000");
  CHECK(mark(later) != mark(pair_tickers));
}

TEST_CASE("an answer that tells no trades is refused with a reason") {
  for (const auto& name : protocol_names())
    for (
        const auto& body :
        {std::string(), std::string("null"), std::string("7"), std::string("\"x\""),
         std::string("<html>429</html>"), std::string("[\"\xFF\"]"), std::string(1'000'000, '['),
         std::string(day_tickers.substr(0, 200)), std::string(pair_tickers.substr(0, 200)),
         std::string(product_ticker.substr(0, 100)),
         std::string(
             R"({"code":-1121,"msg":"Invalid symbol.","message":"NotFound","error":["EQuery:Unknown asset pair"]})")}) {
      CAPTURE(name);
      CAPTURE(body.substr(0, 60));
      const auto out = find_protocol(name)->parse_last_trades(body, asked_pairs);
      REQUIRE_FALSE(out);
      CHECK(out.error().starts_with(name + ": the "));
      CHECK(out.error().size() < 300);
    }
}

TEST_CASE("damaged answers yield marks of what was asked for, or none") {
  std::mt19937 random(std::random_device{}());
  const struct {
    const char* name;
    std::string_view body;
    std::vector<std::string> natives;
  } all[] = {{"binance", day_tickers, {"BTCUSDT", "ETHUSDT"}},
             {"coinbaseexchange", product_ticker, {"BTC-USD"}},
             {"kraken", pair_tickers, asked_pairs}};
  for (const auto& one : all)
    for (int round = 0; round < 3'000; ++round) {
      std::string damaged(
          one.body.substr(0, round % 2 == 0 ? one.body.size() : 1 + random() % one.body.size()));
      for (int hits = 0; hits < 3; ++hits)
        damaged[random() % damaged.size()] = static_cast<char>(random());
      const auto out = find_protocol(one.name)->parse_last_trades(damaged, one.natives);
      if (!out)
        continue;
      std::set<std::string> seen;
      for (const auto& [native, mark] : *out) {
        CHECK(std::ranges::find(one.natives, native) != one.natives.end());
        CHECK(seen.insert(native).second);
        CHECK_FALSE(mark.empty());
        CHECK(mark.size() <= 100);
      }
    }
}
