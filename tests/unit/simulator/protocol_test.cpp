// Requests and replies of each venue, in the words of the recorded ones.

#include "support.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <map>

using namespace tickboard::simulator;
using namespace tickboard::simulator::test;

namespace {

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

} // namespace

// -- Binance ---------------------------------------------------------------------------

TEST_CASE("binance: subscriptions are listed, changed and refused as by the real one") {
  running exchange({.markets = 30, .hold = true});
  ws_client client(exchange.port(), "/ws/ethusdt@ticker");
  client.send(R"({"method":"SUBSCRIBE","params":["btcusdt@bookTicker","nosuch@ticker"],"id":7})");
  CHECK(client.read() == R"({"result":null,"id":7})");
  client.send(R"({"method":"LIST_SUBSCRIPTIONS","id":"x"})");
  CHECK(client.read() ==
        R"({"result":["btcusdt@bookTicker","ethusdt@ticker","nosuch@ticker"],"id":"x"})");
  client.send(R"({"method":"UNSUBSCRIBE","params":["nosuch@ticker"],"id":null})");
  CHECK(client.read() == R"({"result":null,"id":null})");
  client.send(R"({"method":"SUBSCRIBE","params":"btcusdt@ticker","id":8})");
  CHECK(contains(client.read(), R"("error":{"code":2,)"));
  CHECK(text(exchange.status(), "subscriptions") == "2");
  ws_client other(exchange.port(), "/stream");
  for (const char* bad : {"{", "[]", R"({"method":"JUMP","id":1})", R"({"id":1.5})"}) {
    other.send(bad);
    CHECK(contains(other.read(), "\"error\":"));
  }
  CHECK(upgrade(exchange.port(), "/other").status == 404);
}

TEST_CASE("binance: a combined stream wraps its frames, a raw one does not") {
  running exchange({.markets = 3, .rate = 0, .count = 30, .hold = true});
  ws_client raw(exchange.port(), "/ws/btcusdt@miniTicker");
  ws_client combined(exchange.port(), "/stream?streams=btcusdt@ticker/btcusdt@bookTicker");
  exchange.wait([](const auto& now) { return text(now, "subscriptions") == "3"; });
  CHECK(exchange.http("POST", "/sim/go").status == 200);
  CHECK(raw.read().starts_with(R"({"e":"24hrMiniTicker","E":)"));
  CHECK(combined.read().starts_with(R"({"stream":"btcusdt@ticker","data":{"e":"24hrTicker",)"));
  CHECK(combined.read().starts_with(R"({"stream":"btcusdt@bookTicker","data":{"u":)"));
}

TEST_CASE("binance: the array of all mini tickers holds the final state of every market") {
  running exchange({.markets = 40, .rate = 0, .count = 400});
  ws_client client(exchange.port(), "/ws/!miniTicker@arr");
  exchange.wait([](const auto& now) { return text(now, "done") == "true"; });
  const auto state = exchange.state();
  std::map<std::string, std::string> last;
  while (last.size() < 40) {
    const auto frame = client.read();
    REQUIRE(!frame.empty());
    const auto array = parsed(frame);
    for (const auto& one : array.GetArray())
      last[text(one, "s")] = text(one, "c") + text(one, "q");
  }
  for (const auto& row : state.GetArray())
    CHECK(last[text(row, "native")] == text(row, "last") + text(row, "quote_volume_24h"));
}

TEST_CASE("binance: more than five messages a second close with 1008, more than 1024 streams are "
          "refused") {
  running exchange({.markets = 3, .hold = true});
  ws_client client(exchange.port(), "/ws");
  std::string many;
  for (int i = 0; i < 1025; ++i)
    many += fmt::format("{}\"s{}@ticker\"", i == 0 ? "" : ",", i);
  client.send(fmt::format(R"({{"method":"SUBSCRIBE","params":[{}],"id":1}})", many));
  CHECK(contains(client.read(), "1024"));
  ws_client chatty(exchange.port(), "/ws");
  for (int i = 0; i < 6; ++i)
    i % 2 == 0 ? chatty.ping() : chatty.send(R"({"method":"LIST_SUBSCRIPTIONS","id":1})");
  while (!chatty.read().empty()) {
  }
  CHECK(chatty.close_code() == 1008);
}

TEST_CASE("binance: the listing tells what is halted, and filters by status") {
  running exchange({.markets = 20, .hold = true});
  const auto all = exchange.get("/api/v3/exchangeInfo");
  const auto trading = exchange.get("/api/v3/exchangeInfo?symbolStatus=TRADING");
  CHECK(trading["symbols"].Size() == 20);
  CHECK(all["symbols"].Size() > 20);
  CHECK(exchange.get("/api/v3/ticker/24hr").Size() == 20);
  CHECK(text(exchange.get("/api/v3/ticker/24hr?symbol=BTCUSDT"), "symbol") == "BTCUSDT");
  CHECK(exchange.get("/api/v3/ticker/24hr?symbols=%5B%22BTCUSDT%22%5D&type=MINI").Size() == 1);
  const auto bad = exchange.http("GET", "/api/v3/ticker/24hr?symbol=XXX");
  CHECK(bad.status == 400);
  CHECK(contains(bad.body, "-1121"));
  CHECK(exchange.http("GET", "/api/v3/nosuch").status == 404);
  CHECK(exchange.http("POST", "/api/v3/ping").status == 405);
}

// -- Coinbase Exchange -------------------------------------------------------------------

TEST_CASE("coinbase: one bad product refuses the message, acks tell the complete set") {
  running exchange({.exchange = "coinbaseexchange", .markets = 30, .hold = true});
  ws_client client(exchange.port(), "/");
  client.send(R"({"type":"subscribe","product_ids":["BTC-USD","XXX-YYY"],"channels":["ticker"]})");
  CHECK(
      client.read() ==
      R"({"type":"error","message":"Failed to subscribe","reason":"XXX-YYY is not a valid product"})");
  client.send(R"({"type":"subscribe","product_ids":["BTC-USD"],"channels":["ticker"]})");
  CHECK(
      client.read() ==
      R"({"type":"subscriptions","channels":[{"name":"ticker","product_ids":["BTC-USD"],"account_ids":null}]})");
  CHECK(client.read().starts_with(R"({"type":"ticker","sequence":)"));
  client.send(
      R"({"type":"subscribe","channels":[{"name":"heartbeat","product_ids":["ETH-USD"]}]})");
  const auto second = client.read();
  CHECK(contains(second, R"("name":"ticker","product_ids":["BTC-USD"])"));
  CHECK(contains(second, R"("name":"heartbeat","product_ids":["ETH-USD"])"));
  client.send(R"({"type":"unsubscribe","channels":["ticker"]})");
  const auto third = client.read_until([](const auto& f) { return contains(f, "subscriptions"); });
  CHECK(!contains(third, "BTC-USD"));
  const auto beat = client.read_until([](const auto& f) { return contains(f, "\"heartbeat\""); });
  CHECK(contains(beat, R"("product_id":"ETH-USD")"));
  for (const char* bad : {"{", "[]", R"({"type":"subscribe"})",
                          R"({"type":"subscribe","product_ids":["BTC-USD"],"channels":["nosuch"]})",
                          R"({"type":"subscribe","product_ids":7,"channels":["ticker"]})"}) {
    client.send(bad);
    CHECK(contains(client.read_until([](const auto& f) { return !contains(f, "\"heartbeat\""); }),
                   "\"error\""));
  }
}

TEST_CASE("coinbase: ticker_batch brings each product's state without a frame per update") {
  running exchange({.exchange = "coinbaseexchange", .markets = 4, .rate = 0, .count = 4000});
  ws_client client(exchange.port(), "/");
  client.send(R"({"type":"subscribe","product_ids":["BTC-USD"],"channels":["ticker_batch"]})");
  CHECK(contains(client.read(), "ticker_batch"));
  exchange.wait([](const auto& now) { return text(now, "done") == "true"; });
  const auto frame = parsed(client.read());
  const auto state = exchange.state();
  CHECK(text(frame, "type") == "ticker");
  CHECK(text(frame, "price") == text(state[0], "last"));
}

TEST_CASE("coinbase: who does not subscribe in time is closed") {
  running exchange({.exchange = "coinbaseexchange", .markets = 3, .hold = true});
  ws_client client(exchange.port(), "/");
  CHECK(client.read().empty());
  CHECK(client.close_code() == 1008);
}

TEST_CASE("coinbase: products, tickers and currencies") {
  running exchange({.exchange = "coinbaseexchange", .markets = 20, .hold = true});
  int online = 0;
  const auto products = exchange.get("/products");
  for (const auto& product : products.GetArray())
    online += text(product, "status") == "online" && text(product, "trading_disabled") == "false";
  CHECK(online == 20);
  CHECK(exchange.get("/products").Size() > 20);
  CHECK(text(exchange.get("/products/BTC-USD/ticker"), "bid") == text(exchange.state()[0], "bid"));
  CHECK(exchange.http("GET", "/products/XXX-YYY/ticker").status == 404);
  CHECK(exchange.get("/currencies").Size() > 5);
}

// -- Kraken ------------------------------------------------------------------------------

TEST_CASE("kraken: status, one reply per symbol, snapshot before updates") {
  running exchange({.exchange = "kraken", .markets = 30, .rate = 0, .count = 300, .hold = true});
  ws_client client(exchange.port(), "/v2");
  CHECK(contains(client.read(), R"("channel":"status","type":"update","data":[{"version":)"));
  client.send(R"({"method":"ping","req_id":101})");
  CHECK(client.read().starts_with(R"({"method":"pong","req_id":101,"time_in":)"));
  client.send(
      R"({"method":"subscribe","params":{"channel":"ticker","symbol":["NOPE/USD","BTC/USD"],"event_trigger":"bbo"},"req_id":5})");
  CHECK(client.read().starts_with(
      R"({"error":"Currency pair not supported NOPE/USD","method":"subscribe","req_id":5,"success":false,"symbol":"NOPE/USD","time_in":)"));
  CHECK(client.read().starts_with(
      R"({"method":"subscribe","req_id":5,"result":{"channel":"ticker","event_trigger":"bbo","snapshot":true,"symbol":"BTC/USD"},"success":true,"time_in":)"));
  CHECK(client.read().starts_with(
      R"({"channel":"ticker","type":"snapshot","data":[{"symbol":"BTC/USD","bid":)"));
  CHECK(client.read() == R"({"channel":"heartbeat"})");
  CHECK(exchange.http("POST", "/sim/go").status == 200);
  const auto update = client.read_until([](const auto& f) { return contains(f, "ticker"); });
  CHECK(update.starts_with(R"({"channel":"ticker","type":"update","data":[{"symbol":"BTC/USD")"));
  client.send(R"({"method":"subscribe","params":{"channel":"ticker","symbol":["BTC/USD"]}})");
  CHECK(contains(client.read_until([](const auto& f) { return contains(f, "success"); }),
                 "Already subscribed"));
  client.send(R"({"method":"unsubscribe","params":{"channel":"ticker","symbol":["BTC/USD"]}})");
  CHECK(contains(client.read_until([](const auto& f) { return contains(f, "success"); }),
                 R"("method":"unsubscribe","result":{"channel":"ticker")"));
  for (const char* bad :
       {"{", "[]", R"({"method":"subscribe"})", R"({"method":7})",
        R"({"method":"subscribe","params":{"channel":"nosuch","symbol":["BTC/USD"]}})",
        R"({"method":"subscribe","params":{"channel":"ticker","symbol":[7]}})"}) {
    client.send(bad);
    CHECK(contains(client.read(), R"("success":false)"));
  }
  CHECK(upgrade(exchange.port(), "/").status == 404);
}

TEST_CASE("kraken: REST keeps the names of old") {
  running exchange({.exchange = "kraken", .markets = 30, .hold = true});
  const auto pairs = exchange.get("/0/public/AssetPairs");
  REQUIRE(pairs["result"].HasMember("XXBTZUSD"));
  CHECK(text(pairs["result"]["XXBTZUSD"], "wsname") == "XBT/USD");
  CHECK(text(pairs["result"]["XXBTZUSD"], "status") == "online");
  CHECK(text(pairs["result"]["XDGUSD"], "base") == "XXDG");
  CHECK(pairs["result"].MemberCount() > 30);
  CHECK(exchange.get("/0/public/Ticker")["result"].MemberCount() == 30);
  const auto one = exchange.get("/0/public/Ticker?pair=XBTUSD");
  CHECK(std::string(one["result"]["XXBTZUSD"]["c"][0].GetString()) ==
        text(exchange.state()[0], "last"));
  CHECK(text(exchange.get("/0/public/Assets")["result"]["XXBT"], "altname") == "XBT");
  CHECK(contains(exchange.http("GET", "/0/public/Ticker?pair=NOPE").body, "Unknown asset pair"));
}
