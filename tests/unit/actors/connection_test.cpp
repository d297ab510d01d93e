#include "actors/error.hpp"
#include "tests/unit/actors/connection_fixture.hpp"

using namespace tickboard;
using namespace tickboard::test;
using namespace std::chrono_literals;

namespace {

const std::vector<std::string> two_pairs{"BTC/USD", "ETH/USD"};
const std::string heartbeat_frame = R"({"channel":"heartbeat"})";

/// A connection to Kraken that follows two markets, both acknowledged.
struct subscribed_fixture : connection_fixture {
  subscribed_fixture() : connection_fixture("kraken", two_pairs) {}

  scripted_stream& start_subscribed() {
    auto& stream = start();
    for (const auto& native : two_pairs)
      receive(kraken_ack(1, native));
    return stream;
  }
};

} // namespace

TEST_CASE("a connection opens its stream and follows its markets") {
  subscribed_fixture one;
  auto& stream = one.start(false);
  CHECK(stream.options.url == "wss://exchange.test/");
  CHECK(one.status().state == "connecting");
  CHECK(stream.sent.empty());
  stream.open();
  one.run();
  CHECK(one.status().state == "subscribing");
  REQUIRE(stream.sent.size() == 1);
  CHECK(stream.sent[0].find(R"("symbol":["BTC/USD","ETH/USD"])") != std::string::npos);
  CHECK(one.feed.all<connection_live>().empty());

  one.receive(kraken_ticker("BTC/USD"));
  const auto live = one.feed.take<connection_live>();
  REQUIRE(live.size() == 1);
  CHECK(live[0].connection == 3);
  CHECK(live[0].life == "the life");
  CHECK_FALSE(live[0].whole);
  const auto status = one.status();
  CHECK(status.state == "live");
  CHECK(status.feed == "kraken");
  CHECK(status.connection == 3);
  CHECK(status.life == "the life");
  CHECK(status.markets == 2);
  CHECK(status.frames == 1);
  CHECK(status.patches == 1);
  CHECK(status.last_frame_ms == stream.received_ms);
  REQUIRE(one.writer.all<write_patches>().size() == 1);
  CHECK(one.writer.all<write_patches>()[0].source_id == 7);

  one.receive(kraken_ticker("ETH/USD"));
  CHECK(one.feed.all<connection_live>().empty()); // once
  one.receive(kraken_ack(1, "BTC/USD"));
  CHECK(one.feed.all<connection_live>().empty());
  one.receive(kraken_ack(1, "ETH/USD"));
  const auto told = one.feed.take<connection_live>();
  REQUIRE(told.size() == 1);
  CHECK(told[0].whole);
  one.receive(kraken_ticker("ETH/USD"));
  CHECK(one.feed.all<connection_live>().empty());
}

TEST_CASE("a connection whose every subscription is answered tells that with its first data") {
  subscribed_fixture one;
  one.start_subscribed();
  CHECK(one.feed.all<connection_live>().empty());
  one.receive(kraken_ticker("BTC/USD"));
  const auto live = one.feed.take<connection_live>();
  REQUIRE(live.size() == 1);
  CHECK(live[0].whole);
}

TEST_CASE("a connection gives its account about once a second") {
  subscribed_fixture one;
  one.start_subscribed();
  one.receive(kraken_ticker("BTC/USD"));
  one.advance(1s);
  one.feed.take<connection_status>();
  one.streams.last().receive(std::vector<std::string_view>(10, heartbeat_frame));
  one.run();
  one.receive("not json");
  one.advance(1s);
  const auto told = one.feed.take<connection_status>();
  REQUIRE(told.size() == 1);
  CHECK(told[0].frames == 14); // two acknowledgements, a ticker, these
  CHECK(told[0].patches == 1);
  CHECK(told[0].malformed == 1);
  CHECK(told[0].frames_per_second == doctest::Approx(11.0));
  one.advance(10s);
  CHECK(one.feed.take<connection_status>().size() == 10);
}

TEST_CASE("no rate is made of less than a second") {
  subscribed_fixture one;
  one.start_subscribed();
  one.advance(100ms);
  one.feed.take<connection_status>();
  one.receive(kraken_ticker("BTC/USD")); // live, which is told at once
  const auto live = one.feed.take<connection_status>();
  REQUIRE(live.size() == 1);
  CHECK(live[0].frames == 3);
  CHECK(live[0].frames_per_second == 0);
  one.advance(2s);
  const auto later = one.feed.take<connection_status>();
  REQUIRE_FALSE(later.empty());
  CHECK(later.back().frames_per_second > 0);
  CHECK(later.back().frames_per_second <= 3);
}

TEST_CASE("subscribe requests keep the exchange's distance") {
  for (const auto& [exchange, separator, markets] :
       {std::tuple{"coinbaseexchange", "-", std::size_t{175}},
        {"kraken", "/", std::size_t{420}},
        {"binance", "", std::size_t{350}}}) {
    CAPTURE(exchange);
    connection_fixture one{exchange, numbered_natives(markets, separator)};
    const auto total =
        one.config.from->protocol->subscribe(one.config.from->symbols->markets(), {}, 1).size();
    REQUIRE(total > 3);
    auto& stream = one.start();
    for (std::size_t sent = 1; sent <= total; ++sent) {
      CHECK(stream.sent.size() == sent);
      one.advance(one.config.request_interval - 1ms);
      CHECK(stream.sent.size() == sent);
      one.advance(1ms);
    }
    CHECK(stream.sent.size() == total);
  }
}

TEST_CASE("a stream that closes or cannot be had ends the connection with the reason") {
  subscribed_fixture one;
  auto& stream = one.start(false);
  SUBCASE("refused") {
    stream.fail("exchange.test: connection refused");
  }
  SUBCASE("later") {
    stream.open();
    one.run();
    one.receive(kraken_ticker("BTC/USD"));
    stream.fail("exchange.test: connection refused");
  }
  one.run();
  REQUIRE(one.ended());
  CHECK(one.reason() == ec::connection_lost);
  CHECK(describe(one.reason()) == "exchange.test: connection refused");
}

TEST_CASE("the stream is closed however the connection ends") {
  subscribed_fixture one;
  auto& stream = one.start_subscribed();
  CHECK_FALSE(stream.closed);
  one.end(one.subject);
  CHECK(stream.closed);
}

TEST_CASE("heartbeats and pings are not data: a stall ends the connection when its time is up") {
  subscribed_fixture one;
  one.config.stall_timeout = 30s;
  auto& stream = one.start_subscribed();
  SUBCASE("without any data") {
  }
  SUBCASE("after some") {
    one.advance_with(kraken_ticker("BTC/USD"), 60s);
    one.receive(kraken_ticker("BTC/USD"));
  }
  for (int second = 0; second < 29; ++second) {
    one.receive(heartbeat_frame);
    stream.ping();
    one.advance(1s, 100ms);
  }
  one.receive(heartbeat_frame);
  one.advance(990ms);
  CHECK_FALSE(one.ended());
  one.advance(10ms);
  REQUIRE(one.ended());
  CHECK(one.reason() == ec::stalled);
  CHECK(describe(one.reason()) == "no data for 30000 ms, though the connection is open");
}

TEST_CASE("a connect that takes long is not a stall") {
  subscribed_fixture one;
  one.start(false);
  one.advance(5min, 500ms); // the stream has a timeout of its own
  CHECK_FALSE(one.ended());
}

TEST_CASE("unanswered subscriptions end the connection, though data flows") {
  connection_fixture one{"kraken", two_pairs};
  one.config.acknowledge_timeout = 15s;
  one.start();
  one.receive(kraken_ack(1, "BTC/USD"));
  one.advance_with(kraken_ticker("BTC/USD"), 15s - 1s);
  one.receive(kraken_ticker("BTC/USD"));
  one.advance(990ms);
  CHECK_FALSE(one.ended());
  one.advance(10ms);
  REQUIRE(one.ended());
  CHECK(one.reason() == ec::not_acknowledged);
  CHECK(describe(one.reason()) == "subscriptions were not answered: ETH/USD");
}

TEST_CASE("the sentence about many unanswered symbols stays short") {
  connection_fixture one{"kraken", numbered_natives(90, "/")};
  one.start();
  one.advance(16s, 100ms);
  CHECK(describe(one.reason()) ==
        "subscriptions were not answered: B0/USD, B1/USD, B10/USD, B11/USD, B12/USD and 85 more");
}

TEST_CASE("acknowledgements settle their requests, by symbol or by id") {
  SUBCASE("kraken: each symbol") {
    connection_fixture one{"kraken", two_pairs};
    one.start();
    for (const auto& native : two_pairs)
      one.receive(kraken_ack(1, native));
    one.advance_with(kraken_ticker("BTC/USD"), 60s);
    CHECK_FALSE(one.ended());
  }
  SUBCASE("kraken: each channel's request has its own") {
    connection_fixture one{"kraken", two_pairs};
    one.config.channels = {"ticker", "ticker.bbo"};
    one.start();
    one.advance(1s);
    for (const auto& native : two_pairs)
      one.receive(kraken_ack(1, native));
    one.advance_with(kraken_ticker("BTC/USD"), 20s);
    CHECK(one.reason() == ec::not_acknowledged);
  }
  SUBCASE("binance: the request's id") {
    connection_fixture one{"binance", numbered_natives(150, "")};
    one.start();
    one.advance(1s);
    one.receive(binance_ack(1));
    one.receive(binance_ack(2));
    const auto& state = state_of<connection_state>(one.subject);
    CHECK(state.unanswered.empty());
    CHECK(state.unsent.empty());
  }
  SUBCASE("binance: an id alone settles no other request") {
    connection_fixture one{"binance", numbered_natives(150, "")};
    one.start();
    one.advance(1s);
    one.receive(binance_ack(1));
    CHECK(state_of<connection_state>(one.subject).unanswered.size() == 1);
  }
  SUBCASE("coinbase: the list of all that is subscribed") {
    const auto natives = numbered_natives(80, "-");
    connection_fixture one{"coinbaseexchange", natives};
    one.start();
    one.advance(1s);
    one.receive(coinbase_subscriptions({natives.begin(), natives.begin() + 50}));
    CHECK(state_of<connection_state>(one.subject).unanswered.size() == 1);
    one.receive(coinbase_subscriptions(natives));
    CHECK(state_of<connection_state>(one.subject).unanswered.empty());
  }
}

TEST_CASE("a wanted reply is sent at once, as it is") {
  subscribed_fixture one;
  auto& stream = one.start_subscribed();
  one.hear(exchange::reply_wanted{R"({"pong":1492420473027})"});
  CHECK(stream.sent.back() == R"({"pong":1492420473027})");
}

TEST_CASE("keepalives go out at the exchange's interval") {
  subscribed_fixture one;
  auto& stream = one.start_subscribed();
  REQUIRE(one.config.keepalive_interval == 30s);
  const auto before = stream.sent.size();
  one.advance_with(kraken_ticker("BTC/USD"), 30s - 500ms, 500ms);
  CHECK(stream.sent.size() == before);
  one.advance_with(kraken_ticker("BTC/USD"), 500ms, 500ms);
  REQUIRE(stream.sent.size() == before + 1);
  CHECK(stream.sent.back() == R"({"method":"ping","req_id":2})");
  one.advance_with(kraken_ticker("BTC/USD"), 10 * 30s);
  CHECK(stream.sent.size() == before + 11);

  subscribed_fixture without;
  without.config.keepalive_interval = 0ms;
  auto& quiet = without.start_subscribed();
  without.advance_with(kraken_ticker("BTC/USD"), 2min);
  CHECK(quiet.sent.size() == 1);
}

TEST_CASE("an exchange without keepalives gets none, whatever the interval") {
  connection_fixture one{"coinbaseexchange", {"BTC-USD"}};
  one.config.keepalive_interval = 1s;
  auto& stream = one.start();
  one.receive(coinbase_subscriptions({"BTC-USD"}));
  one.advance_with(coinbase_ticker("BTC-USD"), 20s);
  CHECK(stream.sent.size() == 1);
}

TEST_CASE("renewal is asked for once") {
  subscribed_fixture one;
  SUBCASE("at the age limit") {
    one.config.max_age = 60s;
    one.start_subscribed();
    one.advance_with(kraken_ticker("BTC/USD"), 59s);
    one.advance(490ms);
    CHECK(one.feed.all<renewal_wanted>().empty());
    one.advance_with(kraken_ticker("BTC/USD"), 60s);
  }
  SUBCASE("when the exchange says so, as often as it does") {
    connection_fixture other{"binance", {"BTCUSDT"}};
    other.start();
    for (int i = 0; i < 3; ++i)
      other.receive(R"({"stream":"!serverShutdown","data":{"e":"serverShutdown","E":1}})");
    CHECK(other.feed.all<renewal_wanted>().size() == 1);
    one.start_subscribed();
    for (int i = 0; i < 3; ++i)
      one.hear(exchange::reconnect_wanted{"maintenance"});
  }
  const auto asked = one.feed.take<renewal_wanted>();
  REQUIRE(asked.size() == 1);
  CHECK(asked[0].connection == 3);
  CHECK(asked[0].life == "the life");
  CHECK_FALSE(asked[0].reason.empty());
  CHECK_FALSE(one.ended()); // it goes on until it is relieved
}

TEST_CASE("without a normalizer frames are let go, and the stall is noticed") {
  subscribed_fixture one;
  auto& stream = one.start_subscribed();
  one.config.normalizer->set(nullptr);
  one.receive(kraken_ticker("BTC/USD"));
  CHECK(stream.held() == 0);
  one.advance(31s, 100ms);
  CHECK(one.reason() == ec::stalled);
}
