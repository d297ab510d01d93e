#include "tests/unit/exchange/support.hpp"

#include <doctest/doctest.h>
#include <rapidjson/document.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

using namespace tickboard;
using namespace tickboard::exchange;

namespace {

std::vector<market_ptr> some_markets(const protocol& speaks, std::size_t count) {
  std::vector<market_ptr> out;
  const std::map<std::string_view, std::string> separators{{"coinbaseexchange", "-"},
                                                           {"kraken", "/"}};
  const auto it = separators.find(speaks.name());
  for (std::size_t i = 0; i < count; ++i) {
    const auto base = "B" + std::to_string(i);
    const auto native = base + (it == separators.end() ? "" : it->second) + "USD";
    out.push_back(*make_market(speaks.name(), base, "USD", native));
  }
  return out;
}

std::vector<std::string> strings(const rapidjson::Value& list) {
  std::vector<std::string> out;
  for (const auto& one : list.GetArray())
    out.emplace_back(one.GetString());
  return out;
}

/// The streams, products or symbols that a subscribe message lists.
std::vector<std::string> asked(const protocol& speaks, const rapidjson::Document& message) {
  if (speaks.name() == "binance")
    return strings(message["params"]);
  if (speaks.name() == "coinbaseexchange")
    return strings(message["product_ids"]);
  return strings(message["params"]["symbol"]);
}

} // namespace

TEST_CASE("subscribe messages stay within the limits and ask for every market once a channel") {
  const auto seed = std::random_device{}();
  MESSAGE("seed " << seed);
  std::mt19937 random(seed);
  for (const auto& name : protocol_names())
    for (int round = 0; round < 60; ++round) {
      const auto& speaks = *find_protocol(name);
      const auto markets = some_markets(speaks, round == 0 ? 0 : random() % 700);
      std::vector<std::string> channels;
      for (const auto& channel : speaks.known_channels())
        if (random() % 2 == 0)
          channels.push_back(channel);
      CAPTURE(name);
      CAPTURE(markets.size());
      const std::uint64_t first_id = 1 + random() % 1000;
      const auto requests = speaks.subscribe(markets, channels, first_id);
      CHECK(requests.empty() == markets.empty());

      std::map<std::string, std::size_t> times;
      for (std::size_t i = 0; i < requests.size(); ++i) {
        const auto& one = requests[i];
        CHECK(one.id == first_id + i);
        CHECK_FALSE(one.natives.empty());
        rapidjson::Document message;
        message.Parse(one.text.c_str());
        REQUIRE_FALSE(message.HasParseError());
        const auto streams = asked(speaks, message);
        CHECK(streams.size() <= speaks.published_limits().streams_per_request);
        CHECK(std::set<std::string>(streams.begin(), streams.end()).size() == streams.size());
        for (const auto& native : one.natives)
          ++times[native];
      }
      // Kraken takes one message a trigger, the others name their channels together.
      const auto per_market = name == "kraken" ? speaks.streams_per_market(channels) : 1;
      CHECK(times.size() == markets.size());
      for (const auto& [native, count] : times)
        CHECK_MESSAGE(count == per_market, native);
    }
}

TEST_CASE("binance: streams are lower case, and the stream of all markets is asked for once") {
  const auto& speaks = *find_protocol("binance");
  const auto markets =
      std::vector{*make_market("binance", "BTC", "USDT", "BTCUSDT"),
                  *make_market("binance", "\xE5\xB8\x81", "USDT", "\xE5\xB8\x81USDT")};
  CHECK(speaks.subscribe(markets, {}, 5).at(0).text ==
        "{\"method\":\"SUBSCRIBE\",\"params\":[\"btcusdt@ticker\",\"btcusdt@bookTicker\","
        "\"\xE5\xB8\x81usdt@ticker\",\"\xE5\xB8\x81usdt@bookTicker\"],\"id\":5}");
  const std::vector<std::string> whole{"!miniTicker@arr"};
  CHECK(speaks.streams_per_market(whole) == 0);
  const auto many = some_markets(speaks, 3000);
  const auto requests = speaks.subscribe(many, whole, 1);
  REQUIRE(requests.size() == 1);
  CHECK(requests[0].text == R"({"method":"SUBSCRIBE","params":["!miniTicker@arr"],"id":1})");
  CHECK(requests[0].natives.size() == 3000);

  const std::vector<std::string> mixed{"!miniTicker@arr", "bookTicker"};
  std::size_t seen = 0;
  for (const auto& one : speaks.subscribe(many, mixed, 1))
    seen += one.text.find("!miniTicker@arr") != std::string::npos ? 1 : 0;
  CHECK(seen == 1);
}

TEST_CASE("subscribe messages are what the exchanges document") {
  const auto& coinbase = *find_protocol("coinbaseexchange");
  const std::vector<std::string> channels{"ticker_batch", "heartbeat"};
  CHECK(coinbase
            .subscribe(std::vector{*make_market("coinbaseexchange", "BTC", "USD", "BTC-USD")},
                       channels, 1)
            .at(0)
            .text == R"({"type":"subscribe","product_ids":["BTC-USD"],)"
                     R"("channels":["ticker_batch","heartbeat"]})");
  const auto& kraken = *find_protocol("kraken");
  const std::vector<std::string> bbo{"ticker.bbo"};
  CHECK(kraken.subscribe(std::vector{*make_market("kraken", "BTC", "USD", "BTC/USD")}, bbo, 9)
            .at(0)
            .text == R"({"method":"subscribe","params":{"channel":"ticker","symbol":["BTC/USD"],)"
                     R"("event_trigger":"bbo","snapshot":true},"req_id":9})");
  CHECK(kraken.keepalive(12) == R"({"method":"ping","req_id":12})");
  CHECK(coinbase.keepalive(1).empty());
}

TEST_CASE("adapters are found by name, and state usable limits") {
  CHECK(find_protocol("nyse") == nullptr);
  CHECK(find_protocol("") == nullptr);
  CHECK(protocol_names() == std::vector<std::string>{"binance", "coinbaseexchange", "kraken"});
  for (const auto& name : protocol_names()) {
    const auto& speaks = *find_protocol(name);
    CHECK(speaks.name() == name);
    const auto& limits = speaks.published_limits();
    CHECK(limits.streams_per_request > 0);
    CHECK(limits.streams_per_connection >= limits.streams_per_request);
    CHECK((limits.keepalive_interval.count() == 0) == speaks.keepalive(1).empty());
    for (const auto& channel : speaks.default_channels())
      CHECK(std::count(speaks.known_channels().begin(), speaks.known_channels().end(), channel) ==
            1);
  }
}
