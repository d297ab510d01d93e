// Connections and feeds that have to wait until the connect gate lets them go.

#include "tests/unit/actors/feed_fixture.hpp"
#include "tests/unit/actors/gate_fixture.hpp"

using namespace tickboard;
using namespace tickboard::test;
using namespace std::chrono_literals;

namespace {

const std::string ws_host = "ws.test:443", rest_host = "rest.test:443";

struct waiting_connection : connection_fixture {
  waiting_connection() : connection_fixture("kraken", {"BTC/USD"}) {
    config.gate = gate.at;
    config.attempt = {ws_host, {2, 60s}, 1s};
  }

  void start_waiting() {
    subject = spawn(connection, config, feed.handle());
    end_of_it.emplace(subject);
    run();
  }

  gate_under_test gate{*this};
};

struct waiting_feed : feed_fixture {
  waiting_feed() {
    config.settings.mute_after = 0s; // REST is asked for listings alone
    gate.config.file = "";
    gate.start();
    config.gate = gate.at;
  }

  std::string state_of_connection() {
    const auto& all = status.all<connection_status>();
    return all.empty() ? "nothing" : all.back().state + ": " + all.back().waits_for;
  }
  feed_status feed_state_now() {
    REQUIRE_FALSE(status.all<feed_status>().empty());
    return status.all<feed_status>().back();
  }

  gate_under_test gate{*this};
};

} // namespace

TEST_CASE("a connection opens nothing before it may, says why, and does not end for it") {
  waiting_connection one;
  one.gate.config.file = "";
  one.gate.start();
  one.gate.refuse(ws_host, 429, 2h);
  one.start_waiting();
  CHECK(one.status().state == "waiting");
  CHECK(one.status().waits_for.starts_with("banned by the exchange (HTTP status 429) until 20"));
  one.feed.take<connection_status>();
  one.advance(2h - 10s, 500ms);
  CHECK_FALSE(one.ended()); // neither stalled nor not acknowledged
  CHECK(one.streams.opened.empty());
  CHECK(one.feed.all<connection_status>().size() > 7'000); // it gives its account all the same
  CHECK(one.status().state == "waiting");
  one.advance(16s);
  REQUIRE(one.streams.opened.size() == 1);
  CHECK(one.status().state == "connecting");
  CHECK(one.status().waits_for.empty());
  one.streams.last().open();
  one.run();
  one.receive(kraken_ticker("BTC/USD"));
  CHECK(one.status().state == "live");
  one.send(one.subject, connect_delayed{"said late"});
  one.send(one.subject, connect_allowed{});
  CHECK(one.status().state == "live");
  CHECK(one.streams.opened.size() == 1);
}

TEST_CASE("a connection waits for the gate, but not for good, and finds the one that comes back") {
  waiting_connection one;
  one.gate.config.file = "";
  SUBCASE("there is none") {
    one.start_waiting();
    one.advance(9'900ms);
    CHECK(one.streams.opened.empty());
    one.advance(700ms);
    CHECK(one.streams.opened.size() == 1);
    one.streams.last().open();
    one.run();
    CHECK(one.status().state == "subscribing");
  }
  SUBCASE("it comes within that time") {
    one.start_waiting();
    one.advance(9s);
    one.gate.start();
    one.advance(600ms);
    CHECK(one.streams.opened.size() == 1);
  }
  SUBCASE("it is started again while we wait") {
    one.gate.start();
    one.gate.refuse(ws_host, 429, 60s);
    one.start_waiting();
    for (int i = 0; i < 3; ++i) {
      one.advance(10s);
      one.end(one.gate.at->get());
      one.gate.at->set(nullptr);
      one.advance(5s);
      one.gate.start();
    }
    one.advance(14s);
    CHECK(one.streams.opened.empty());
    one.advance(7s);
    CHECK(one.streams.opened.size() == 1);
  }
  SUBCASE("it goes for good while we wait") {
    one.gate.start();
    one.gate.refuse(ws_host, 429, 60s);
    one.start_waiting();
    one.end(one.gate.at->get());
    one.gate.at->set(nullptr);
    one.advance(11s);
    CHECK(one.streams.opened.size() == 1);
  }
  CHECK_FALSE(one.ended());
}

TEST_CASE("a refused upgrade keeps all connections to the host away, and is one failure") {
  waiting_feed one;
  one.start_following(4); // two connections
  one.streams.opened[0]->fail("ws.test:443: refused with HTTP status 429", {429, 3h});
  one.run();
  one.streams.opened[1]->fail("ws.test:443: connection reset by peer");
  one.run();
  auto second = one.config;
  second.settings.name = "second";
  second.first_source_id = 700;
  const auto other = one.spawn(feed, second);
  one.run();
  one.list({"B0-USD"}); // another host, which did not ban us
  one.advance(2s);
  CHECK(one.status.all<connection_ended>().size() == 2);
  CHECK(one.streams.opened.size() == 2);
  CHECK(one.state_of_connection().starts_with("waiting: banned by the exchange (HTTP status 429)"));
  one.advance(3h - 10s, 1s);
  CHECK(one.status.all<connection_ended>().size() == 2); // waiting is no failure
  CHECK(one.streams.opened.size() == 2);
  for (const auto& told : one.status.all<connection_ended>())
    CHECK_FALSE(told.alarm);

  one.advance(16s); // with 5 s of jitter
  REQUIRE(one.streams.opened.size() > 2);
  one.go_live(*one.streams.opened[2]);
  one.advance(5s);
  REQUIRE(one.streams.opened.size() == 5);
  one.go_live(*one.streams.opened[3]);
  CHECK(one.status.all<connection_ended>().size() == 2);
}

TEST_CASE("a refusal without a time is one too, others are ordinary failures") {
  waiting_feed one;
  one.start_following();
  one.streams.last().fail("refused", {503, 0s});
  one.advance(1s);
  CHECK(one.streams.opened.size() == 2);
  one.streams.last().fail("refused", {500, 0s});
  one.advance(1s);
  CHECK(one.streams.opened.size() == 3);
  one.streams.last().fail("refused", {418, 0s});
  one.advance(59s);
  CHECK(one.streams.opened.size() == 3);
  one.advance(7s);
  CHECK(one.streams.opened.size() == 4);
}

TEST_CASE("a listing that was refused is not asked for while the host has banned us") {
  waiting_feed one;
  one.config.settings.listing_interval = 10min;
  SUBCASE("the first") {
    one.start();
    one.list(net::http_reply{429, "slow down", 600s});
    CHECK(one.end_of_it->ended()); // and its supervisor starts it again, soon
    one.start();
    CHECK(one.feed_state_now().state == "discovering");
    CHECK(one.feed_state_now().problem.starts_with("banned by the exchange (HTTP status 429)"));
    one.advance(595s, 100ms);
    CHECK_FALSE(one.end_of_it->ended());
    CHECK(one.asked.size() == 1);
    one.advance(11s);
    REQUIRE(one.asked.size() == 2);
    one.list({"B0-USD"});
    CHECK(one.feed_state_now().state == "following");
    CHECK(one.feed_state_now().problem.empty());
  }
  SUBCASE("a later one") {
    one.start_following();
    one.go_live(one.streams.last());
    const auto live_for = [&](std::chrono::milliseconds time) {
      for (; time.count() > 0; time -= 10s) {
        one.advance(10s, 100ms);
        one.keep_live(one.streams.last());
      }
    };
    live_for(610s);
    REQUIRE(one.asked.size() == 2);
    one.list(net::http_reply{418, "banned", 3600s});
    CHECK(one.feed_state_now().problem == "https://rest.test/products answered 418");
    live_for(59min);
    CHECK(one.asked.size() == 2);
    CHECK(one.feed_state_now().state == "following");
    CHECK(one.feed_state_now().problem.starts_with("banned by the exchange (HTTP status 418)"));
    live_for(70s);
    REQUIRE(one.asked.size() == 3);
    one.list({"B0-USD", "B1-USD"});
    CHECK(one.feed_state_now().problem.empty());
    CHECK(one.streams.opened.size() == 1); // the connection has another host, and noticed nothing
    CHECK(one.status.all<connection_ended>().empty());
  }
}
