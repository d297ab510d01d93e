#include "support.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>

using namespace tickboard::simulator;
using namespace tickboard::simulator::test;

namespace {

const std::string kraken_btc =
    R"({"method":"subscribe","params":{"channel":"ticker","symbol":["BTC/USD"]}})";

ws_client subscribed(const running& exchange) {
  ws_client client(exchange.port(), "/v2");
  client.send(kraken_btc);
  const auto frame = client.read_until(
      [](const auto& f) { return f.find("\"snapshot\",\"data\"") != std::string::npos; });
  REQUIRE(!frame.empty());
  return client;
}

bool is_ticker(const std::string& frame) {
  return frame.starts_with(R"({"channel":"ticker")");
}

/// The timestamp of a ticker frame; RFC 3339 sorts as text.
std::string time_of(const std::string& frame) {
  return text(parsed(frame)["data"][0], "timestamp");
}

} // namespace

TEST_CASE("bad control input is refused with what is allowed") {
  running exchange({.markets = 3, .hold = true});
  const std::array<std::array<const char*, 2>, 16> cases{{
      {"", "allowed members"},
      {"[]", "allowed members"},
      {R"({"kind":"explode"})", "drop, stall, refuse"},
      {R"({"kind":"stall","seconds":-1})", "seconds: allowed"},
      {R"({"kind":"stall","seconds":"5"})", "seconds: allowed"},
      {R"({"kind":"stall","seconds":1e9})", "seconds: allowed"},
      {R"({"kind":"drop","connections":0})", "connections: allowed"},
      {R"({"kind":"mute"})", "symbol: mute needs"},
      {R"({"kind":"mute","symbol":"XXX"})", "symbol: allowed"},
      {R"({"kind":"still"})", "symbol: still needs"},
      {R"({"kind":"drop","symbol":"BTCUSDT"})", "symbol: allowed with mute"},
      {R"({"kind":"refuse","status":200})", "status: allowed"},
      {R"({"kind":"refuse","retry_after":-1})", "retry_after: allowed"},
      {R"({"kind":"stall","retry_after":1})", "retry_after: allowed"},
      {R"({"kind":"refuse_rest","connections":1})", "connections: refusals"},
      {R"({"kind":"stall","sekonds":3})", "sekonds: allowed members"},
  }};
  for (const auto& [body, part] : cases) {
    CAPTURE(body);
    const auto answer = exchange.http("POST", "/sim/fault", body);
    CHECK(answer.status == 400);
    CHECK_MESSAGE(answer.body.find(part) != std::string::npos, answer.body);
  }
  CHECK(exchange.http("PUT", "/sim/fault").status == 405);
  CHECK(exchange.http("POST", "/sim/state").status == 405);
  CHECK(exchange.http("GET", "/sim/nosuch").status == 404);
  CHECK(exchange.http("POST", "/sim/rate", R"({"rate":-1})").status == 400);
  CHECK(exchange.http("POST", "/sim/rate", "{").status == 400);
  for (const auto* clock : {"", "{}", R"({"ahead":"1"})", R"({"ahead":1.5})", R"({"ahead":86401})"})
    CHECK(exchange.http("POST", "/sim/clock", clock).status == 400);
  for (const auto* listing : {R"({"symbol":"BTCUSDT"})", R"({"symbol":"BTCUSDT","listed":1})",
                              R"({"symbol":"nosuch","subscribable":false})"})
    CHECK(exchange.http("POST", "/sim/listing", listing).status == 400);
  CHECK(exchange.status()["faults"].Size() == 0);
}

TEST_CASE("drop cuts the oldest connections without a close frame") {
  running exchange({.exchange = "kraken", .markets = 3, .hold = true});
  auto first = subscribed(exchange);
  auto second = subscribed(exchange);
  exchange.fault(R"({"kind":"drop","connections":1})");
  CHECK(first.read_until([](const auto&) { return false; }).empty());
  CHECK(first.close_code() == 0);
  second.send(R"({"method":"ping"})");
  CHECK(!second.read_until([](const auto& f) { return f.find("pong") != f.npos; }).empty());
  exchange.wait([](const auto& now) { return text(now, "connections") == "1"; });
}

TEST_CASE("close says goodbye with 1001") {
  running exchange({.exchange = "kraken", .markets = 3, .hold = true});
  auto client = subscribed(exchange);
  exchange.fault(R"({"kind":"close"})");
  CHECK(client.read_until([](const auto&) { return false; }).empty());
  CHECK(client.close_code() == 1001);
}

TEST_CASE("shutdown is announced in the venue's words, then closes") {
  running exchange({.markets = 3, .hold = true});
  ws_client client(exchange.port(), "/stream?streams=btcusdt@ticker");
  exchange.wait([](const auto& now) { return text(now, "subscriptions") == "1"; });
  exchange.fault(R"({"kind":"shutdown","seconds":0.05})");
  CHECK(client.read().starts_with(R"({"stream":"!serverShutdown","data":{"e":"serverShutdown",)"));
  CHECK(client.read().empty());
  CHECK(client.close_code() == 1001);
}

TEST_CASE("refuse answers upgrades with its status until it is cleared") {
  running exchange({.markets = 3, .hold = true});
  exchange.fault(R"({"kind":"refuse","seconds":300,"status":429})");
  const auto refused = upgrade(exchange.port(), "/ws");
  CHECK(refused.status == 429);
  CHECK(refused.retry_after == "300");
  CHECK(exchange.http("GET", "/api/v3/ping").status == 200);
  CHECK(text(exchange.status()["faults"][0], "kind") == "refuse");
  CHECK(exchange.http("DELETE", "/sim/fault").status == 200);
  CHECK(upgrade(exchange.port(), "/ws").status == 101);
  CHECK(text(exchange.status(), "upgrades") == "2"); // the refused one, too
  CHECK(text(exchange.status(), "requests") == "1"); // without those of the control endpoint
}

TEST_CASE("refusals say when to come back, or not, of upgrades and of REST apart") {
  running exchange({.markets = 3, .hold = true});
  exchange.fault(R"({"kind":"refuse","seconds":300,"status":418,"retry_after":7200})");
  CHECK(upgrade(exchange.port(), "/ws").retry_after == "7200");
  CHECK(exchange.http("DELETE", "/sim/fault").status == 200);
  exchange.fault(R"({"kind":"refuse_rest","seconds":300,"status":429,"retry_after":0})");
  const auto refused = exchange.http("GET", "/api/v3/exchangeInfo");
  CHECK(refused.status == 429);
  CHECK(refused.retry_after.empty());
  CHECK(exchange.http("GET", "/sim/state").status == 200);
  CHECK(upgrade(exchange.port(), "/ws").status == 101);
}

TEST_CASE("stall stops data but not heartbeats or pongs, and nothing is lost by it") {
  running exchange({.exchange = "kraken", .markets = 3, .rate = 0, .count = 300, .hold = true});
  auto client = subscribed(exchange);
  auto driver = subscribed(exchange);
  exchange.fault(R"({"kind":"stall","connections":1,"seconds":300})");
  CHECK(exchange.http("POST", "/sim/go").status == 200);
  exchange.wait([](const auto& now) { return text(now, "sent") == "300"; });
  client.send(R"({"method":"ping"})");
  CHECK(client.read_until([](const auto& f) { return f.find("heartbeat") == f.npos; })
            .starts_with(R"({"method":"pong")"));
  CHECK(text(exchange.status(), "done") == "false");
  exchange.http("DELETE", "/sim/fault");
  const auto last = text(exchange.state()[0], "last");
  int tickers = 0;
  std::string frame;
  while (tickers < 100) {
    frame = client.read_until(is_ticker);
    REQUIRE(!frame.empty());
    ++tickers;
  }
  CHECK(text(parsed(frame)["data"][0], "last") == last);
  exchange.wait([](const auto& now) { return text(now, "done") == "true"; });
}

TEST_CASE("mute silences one market, which has its final state afterwards") {
  running exchange({.exchange = "kraken", .markets = 3, .rate = 0, .count = 300, .hold = true});
  auto client = subscribed(exchange);
  exchange.fault(R"({"kind":"mute","symbol":"BTC/USD","seconds":300})");
  CHECK(exchange.http("POST", "/sim/go").status == 200);
  exchange.wait([](const auto& now) { return text(now, "sent") == "300"; });
  client.send(R"({"method":"ping"})");
  CHECK(client.read_until([](const auto& f) { return is_ticker(f) || f.find("pong") != f.npos; })
            .starts_with(R"({"method":"pong")"));
  exchange.http("DELETE", "/sim/fault");
  const auto frame = client.read_until(is_ticker);
  CHECK(text(parsed(frame)["data"][0], "last") == text(exchange.state()[0], "last"));
}

TEST_CASE("REST tells of a market that is mute, and nothing new of one that seems to stand still") {
  const struct {
    const char* exchange;
    const char* symbol;
    const char* target;
    const char* stream;
    std::string subscribe;
  } all[] = {{"binance", "BTCUSDT", "/api/v3/ticker/24hr?symbols=%5B%22BTCUSDT%22%5D", "/ws",
              R"({"method":"SUBSCRIBE","params":["btcusdt@ticker"],"id":1})"},
             {"coinbaseexchange", "BTC-USD", "/products/BTC-USD/ticker", "/",
              R"({"type":"subscribe","product_ids":["BTC-USD"],"channels":["ticker"]})"},
             {"kraken", "BTC/USD", "/0/public/Ticker?pair=XBTUSD", "/v2", kraken_btc}};
  for (const auto& one : all) {
    CAPTURE(one.exchange);
    running exchange({.exchange = one.exchange, .markets = 3, .rate = 3000, .count = 300});
    const auto ask = [&] { return exchange.http("GET", one.target).body; };
    const auto fault = [&](const std::string& kind) {
      exchange.fault(R"({"kind":")" + kind + R"(","symbol":")" + one.symbol +
                     R"(","seconds":300})");
    };
    const auto move_on = [&](int count) {
      CHECK(
          exchange.http("POST", "/sim/rate", "{\"count\":" + std::to_string(count) + "}").status ==
          200);
      exchange.wait([&](const auto& now) { return text(now, "sent") == std::to_string(count); });
    };
    fault("mute");
    const auto before = ask();
    CHECK_FALSE(before.empty());
    ws_client client(exchange.port(), one.stream);
    client.send(one.subscribe);
    exchange.wait([](const auto& now) { return text(now, "sent") == "300"; });
    const auto kept = ask();
    CHECK(kept != before);
    fault("still");
    move_on(600);
    CHECK(ask() == kept);
    exchange.http("DELETE", "/sim/fault");
    CHECK(ask() != kept);
  }
}

TEST_CASE("duplicates and disorder repeat old frames, and the newest is the final state") {
  running exchange({.exchange = "kraken", .markets = 3, .rate = 300, .count = 90, .hold = true});
  auto client = subscribed(exchange);
  exchange.fault(R"({"kind":"duplicate","seconds":300})");
  exchange.fault(R"({"kind":"out_of_order","seconds":300})");
  CHECK(exchange.http("POST", "/sim/go").status == 200);
  exchange.wait([](const auto& now) { return text(now, "done") == "true"; });
  const auto last = text(exchange.state()[0], "last");
  client.send(R"({"method":"ping"})");
  std::vector<std::string> frames;
  for (auto frame = client.read(); frame.find("pong") == frame.npos; frame = client.read()) {
    REQUIRE(!frame.empty());
    if (is_ticker(frame))
      frames.push_back(frame);
  }
  const auto earlier = [](const auto& a, const auto& b) { return time_of(a) < time_of(b); };
  CHECK(frames.size() > 60); // of 30 updates
  CHECK(!std::is_sorted(frames.begin(), frames.end(), earlier));
  const auto newest = *std::max_element(frames.begin(), frames.end(), earlier);
  CHECK(text(parsed(newest)["data"][0], "last") == last);
  CHECK(std::count(frames.begin(), frames.end(), newest) == 2);
}

TEST_CASE("garbage comes between good frames, none of which is missing") {
  running exchange({.exchange = "kraken", .markets = 3, .rate = 3000, .count = 300, .hold = true});
  auto client = subscribed(exchange);
  exchange.fault(R"({"kind":"garbage","seconds":300})");
  CHECK(exchange.http("POST", "/sim/go").status == 200);
  int bad = 0;
  for (int good = 0; good < 100;) {
    const auto frame = client.read();
    REQUIRE(!frame.empty());
    rapidjson::Document document;
    const bool whole = !document.Parse(frame.c_str()).HasParseError() && is_ticker(frame) &&
                       frame.find("\"timestamp\"") != frame.npos;
    ++(whole ? good : bad);
  }
  CHECK(bad > 0);
}

TEST_CASE("a trickle still delivers everything") {
  running exchange({.exchange = "kraken", .markets = 3, .rate = 0, .count = 6, .hold = true});
  auto client = subscribed(exchange);
  exchange.fault(R"({"kind":"slow","seconds":300})");
  CHECK(exchange.http("POST", "/sim/go").status == 200);
  client.read_until(is_ticker);
  const auto last = client.read_until(is_ticker);
  CHECK(text(parsed(last)["data"][0], "last") == text(exchange.state()[0], "last"));
}

TEST_CASE("a clock that is set moves the times of what follows, forth and back") {
  running exchange({.exchange = "kraken", .markets = 1, .rate = 1'000});
  auto client = subscribed(exchange);
  const auto next = [&](const std::function<bool(const std::string&)>& wanted) {
    return time_of(
        client.read_until([&](const auto& f) { return is_ticker(f) && wanted(time_of(f)); }));
  };
  const auto right = next([](const auto&) { return true; });
  const auto hour_of = [](const std::string& time) { return time.substr(0, 13); };
  REQUIRE(exchange.http("POST", "/sim/clock", R"({"ahead":7200})").status == 200);
  const auto ahead = next([&](const auto& now) { return hour_of(now) > hour_of(right); });
  CHECK(ahead > right);
  REQUIRE(exchange.http("POST", "/sim/clock", R"({"ahead":-7200})").status == 200);
  const auto behind = next([&](const auto& now) { return hour_of(now) < hour_of(right); });
  CHECK(behind < right);
  CHECK(text(exchange.state()[0], "ts_ms") != "null");
  REQUIRE(exchange.http("POST", "/sim/clock", R"({"ahead":0})").status == 200);
  next([&](const auto& now) { return now > right; });
}

TEST_CASE("a market that cannot be subscribed is listed, and refused by name") {
  running exchange({.exchange = "kraken", .markets = 3, .hold = true});
  const auto refuse = [&](const char* can) {
    return exchange
        .http("POST", "/sim/listing",
              std::string{R"({"symbol":"BTC/USD","subscribable":)"} + can + "}")
        .status;
  };
  const auto listing = exchange.http("GET", "/0/public/AssetPairs").body;
  REQUIRE(refuse("false") == 200);
  CHECK(exchange.http("GET", "/0/public/AssetPairs").body == listing);
  ws_client client(exchange.port(), "/v2");
  client.send(kraken_btc);
  const auto answer = client.read_until([](const auto& f) { return f.find("success") != f.npos; });
  CHECK_MESSAGE(answer.find("Currency pair not supported BTC/USD") != answer.npos, answer);
  REQUIRE(refuse("true") == 200);
  subscribed(exchange);
}
