// A market that is mute among live ones: suspected, looked up by REST, and its connection renewed.

#include "actors/cross_check.hpp"
#include "tests/unit/actors/feed_fixture.hpp"
#include "tests/unit/actors/gate_fixture.hpp"

using namespace tickboard;
using namespace tickboard::test;
using namespace std::chrono_literals;

namespace {

/// A cross-check whose requests the test answers.
struct check_fixture : actor_fixture {
  explicit check_fixture(std::string_view exchange = "coinbaseexchange") {
    config.feed = exchange;
    config.protocol = exchange::find_protocol(exchange);
    config.rest_url = "https://rest.test";
    config.pause = 10s;
    config.get = [this](const net::http_get_options& options, auto done) {
      asked.push_back(options.url);
      answer = std::move(done);
    };
    subject = spawn(cross_check, config);
    run();
  }

  void check(const std::vector<std::string>& natives) {
    cross_check_asked out;
    for (const auto& native : natives)
      out.markets.push_back(*config.protocol->market_from_symbol(native, config.feed));
    caf::send_as(asker.handle(), subject, std::move(out));
    run();
  }

  void reply(result<net::http_reply> what) {
    REQUIRE(answer);
    std::exchange(answer, nullptr)(std::move(what));
    run();
  }
  void reply_trade(int id) { reply(net::http_reply{200, fmt::format(R"({{"trade_id":{}}})", id)}); }

  std::vector<std::string> asked;
  std::function<void(result<net::http_reply>)> answer;
  probe<cross_checked> asker{*this};
  cross_check_config config;
  caf::actor subject;
};

/// A feed of Coinbase that follows B0-USD and B1-USD on one connection, live and known. REST says
/// what `trades` has.
struct mute_fixture : feed_fixture {
  mute_fixture() {
    config.settings.mute_after = 60s;
    config.settings.stall_timeout = 1h;
    config.settings.listing_interval = 24h;
    config.get = [this](const net::http_get_options& options, auto done) {
      asked.push_back(options.url);
      if (options.url.ends_with("/products"))
        answer_listing = std::move(done);
      else if (rest_is_down)
        done(unexpected(std::string{"rest.test: connection refused"}));
      else
        done(net::http_reply{200, fmt::format(R"({{"trade_id":{}}})",
                                              trades[options.url.find("B0") == options.url.npos])});
    };
    start_following();
    go_live(*streams.opened[0]);
    pass(*streams.opened[0], 30s, true);
    asked.clear();
  }

  /// Time passes while B0 trades, and B1 too if `both`, as the stream tells and REST knows.
  void pass(scripted_stream& on, std::chrono::seconds time, bool both = false) {
    for (; time.count() > 0; time -= 1s) {
      hear(on, "B0-USD");
      if (both)
        hear(on, "B1-USD");
      ++trades[0];
      trades[1] += both || b1_trades ? 1 : 0;
      advance(1s, 100ms);
    }
  }
  void hear(scripted_stream& on, std::string_view product) {
    on.receive({coinbase_ticker(product, ++sequence)});
    run();
  }

  connection_status last_status() {
    REQUIRE_FALSE(status.all<connection_status>().empty());
    return status.all<connection_status>().back();
  }

  int trades[2] = {100, 200};
  bool b1_trades = false, rest_is_down = false;
};

using names = std::vector<std::string>;

} // namespace

TEST_CASE("a cross-check asks nothing while the exchange has banned us, and tells of a ban") {
  actor_fixture in;
  gate_under_test gate{in};
  gate.config.file = "";
  gate.start();
  check_fixture one; // for its configuration
  std::vector<std::string> asked;
  auto config = one.config;
  config.gate = gate.at;
  config.get = [&](const net::http_get_options& options, auto done) {
    asked.push_back(options.url);
    done(net::http_reply{429, "", 120s});
  };
  gate.refuse("rest.test:443", 429, 60s);
  in.run();
  const auto subject = in.spawn(cross_check, config);
  probe<cross_checked> asker{in};
  const auto check = [&] {
    cross_check_asked out;
    out.markets.push_back(*config.protocol->market_from_symbol("A-USD", config.feed));
    caf::send_as(asker.handle(), subject, std::move(out));
    in.run();
  };
  check();
  in.advance(59s, 500ms);
  CHECK(asked.empty());
  in.advance(5s, 500ms);
  CHECK(asked.size() == 1); // which tells of another ban
  CHECK(asker.take<cross_checked>().size() == 1);
  check();
  in.advance(110s, 500ms);
  CHECK(asked.size() == 1);
  in.advance(20s, 500ms);
  CHECK(asked.size() == 2);
}

TEST_CASE("a cross-check asks one thing after the other and answers with all") {
  check_fixture one;
  one.check({"A-USD", "B-USD"});
  CHECK(one.asked == names{"https://rest.test/products/A-USD/ticker"});
  one.check({"C-USD"});
  one.reply_trade(5);
  CHECK(one.asked.size() == 2);
  CHECK(one.asker.all<cross_checked>().empty());
  one.reply_trade(6);
  const auto told = one.asker.take<cross_checked>();
  REQUIRE(told.size() == 1);
  REQUIRE(told[0].trades.size() == 2);
  CHECK(told[0].trades[0].native == "A-USD");
  CHECK(told[0].trades[0].mark == "5");
  CHECK(told[0].trades[1].mark == "6");

  one.advance(9'990ms); // the pause
  CHECK(one.asked.size() == 2);
  one.advance(10ms);
  CHECK(one.asked.size() == 3);
  one.reply_trade(7);
  CHECK(one.asker.take<cross_checked>().size() == 1);
  one.advance(1min);
  one.check({"D-USD"}); // at once, as nobody asked for long
  CHECK(one.asked.size() == 4);
}

TEST_CASE("a request that fails ends its check, and the pause grows up to a bound") {
  check_fixture one;
  const auto fail = [&](int failure) {
    switch (failure % 3) {
    case 0:
      return one.reply(unexpected(std::string{"rest.test: timed out"}));
    case 1:
      return one.reply(net::http_reply{503, "{}"});
    default:
      return one.reply(net::http_reply{200, R"({"message":"NotFound"})"});
    }
  };
  std::chrono::milliseconds waits[] = {20s, 40s, 80s, 160s, 320s, 600s, 600s};
  one.check({"A-USD", "B-USD"});
  one.reply_trade(5);
  fail(0);
  auto told = one.asker.take<cross_checked>();
  REQUIRE(told.size() == 1);
  CHECK(told[0].trades.size() == 1);
  int failure = 0;
  for (const auto wait : waits) {
    one.check({"A-USD", "B-USD"});
    const auto before = one.asked.size();
    one.advance(wait - 10ms, 1s);
    CHECK(one.asked.size() == before);
    one.advance(10ms);
    CHECK(one.asked.size() == before + 1);
    fail(++failure);
    CHECK(one.asked.size() == before + 1); // the other question is not asked
    CHECK(one.asker.take<cross_checked>().size() == 1);
  }
  one.advance(600s, 1s);
  one.check({"A-USD"});
  one.reply(net::http_reply{429, "", 45s});
  one.check({"A-USD"});
  one.advance(600s, 1s);
  one.reply_trade(1); // and all is as before
  one.check({"A-USD"});
  one.advance(10s);
  one.reply_trade(1);
  CHECK(one.asker.take<cross_checked>().size() == 3);
}

TEST_CASE("Retry-After is kept to") {
  check_fixture one;
  one.check({"A-USD"});
  one.reply(net::http_reply{429, "", 90s});
  one.check({"A-USD"});
  one.advance(89s, 1s);
  CHECK(one.asked.size() == 1);
  one.advance(1s);
  CHECK(one.asked.size() == 2);
}

TEST_CASE("checks that wait are bounded; who is too many is told nothing, at once") {
  check_fixture one;
  for (std::size_t i = 0; i < cross_check_state::most_waiting + 3; ++i)
    one.check({"A-USD"});
  CHECK(one.asker.take<cross_checked>().size() == 3);
  CHECK(one.asked.size() == 1);
}

TEST_CASE("a market that trades by REST alone is named, and its connection renewed, once") {
  mute_fixture one;
  auto& old = *one.streams.opened[0];
  one.b1_trades = true;
  one.pass(old, 57s);
  CHECK(one.asked.empty());
  one.pass(old, 5s);
  CHECK(one.asked == names{"https://rest.test/products/B1-USD/ticker"});
  one.pass(old, 25s);
  CHECK(one.asked.size() == 1);
  one.pass(old, 5s);
  CHECK(one.asked.size() == 2);
  CHECK(one.last_status().mute == 0);
  CHECK(one.streams.opened.size() == 1); // it might have been on its way
  one.pass(old, 10s);
  CHECK(one.last_status().mute == 1);
  CHECK(one.last_status().mute_markets == names{"coinbaseexchange:B1-USD"});
  REQUIRE(one.streams.opened.size() == 2);
  CHECK_FALSE(old.closed); // until the next one is live

  one.pass(old, 5min);
  CHECK(one.streams.opened.size() == 2);
  CHECK(one.asked.size() == 2);
  auto& next = *one.streams.opened[1];
  one.go_live(next);
  CHECK(old.closed);
  one.pass(next, 1min, true);
  CHECK(one.last_status().mute == 0);
  CHECK(one.status.all<connection_ended>().empty());
  CHECK(one.liveness() == std::vector{true});
}

TEST_CASE("a quiet market is looked up, seldom and seldomer, and nothing is renewed") {
  mute_fixture one;
  one.pass(*one.streams.opened[0], 3h);
  CHECK(one.streams.opened.size() == 1);
  CHECK(one.last_status().mute == 0);
  CHECK(one.asked.size() >= 5);
  CHECK(one.asked.size() <= 9); // at 1, 1.5, 2.5, 4.5, ... minutes
}

TEST_CASE("a market that is heard of while REST is asked is not mute") {
  mute_fixture one;
  auto& stream = *one.streams.opened[0];
  one.b1_trades = true;
  one.pass(stream, 94s);
  CHECK(one.asked.size() == 2); // both looks, and they differ
  one.hear(stream, "B1-USD");
  one.pass(stream, 60s);
  CHECK(one.streams.opened.size() == 1);
  CHECK(one.last_status().mute == 0);
}

TEST_CASE("without REST nothing is renewed, and it is asked again") {
  mute_fixture one;
  auto& stream = *one.streams.opened[0];
  one.b1_trades = one.rest_is_down = true;
  one.pass(stream, 30min);
  CHECK(one.streams.opened.size() == 1);
  CHECK(one.asked.size() >= 3);
  CHECK(one.asked.size() <= 9);
  one.rest_is_down = false;
  one.pass(stream, 25min);
  CHECK(one.streams.opened.size() == 2);
}

TEST_CASE("a market that stays mute has its connection renewed ever more seldom") {
  mute_fixture one;
  one.b1_trades = true;
  std::vector<std::chrono::minutes> after;
  for (int renewal = 0; renewal < 4; ++renewal) {
    auto& stream = *one.streams.opened.back();
    const auto before = one.streams.opened.size();
    std::chrono::seconds passed{0};
    for (; one.streams.opened.size() == before && passed < 12h; passed += 10s)
      one.pass(stream, 10s);
    after.push_back(std::chrono::duration_cast<std::chrono::minutes>(passed));
    one.go_live(*one.streams.opened.back());
    one.hear(*one.streams.opened.back(), "B1-USD"); // its snapshot
  }
  CHECK(after[0] < 2min);
  CHECK(after[1] >= 5min); // a market is known once 8 gaps are; until then 5 times the time counts
  CHECK(after[1] <= 9min);
  CHECK(after[2] >= 10min);
  CHECK(after[2] <= 11min);
  CHECK(after[3] >= 20min);
  CHECK(after[3] <= 21min);
}

TEST_CASE(
    "renewals because of mute markets: pauses grow to a bound and are forgotten after a day") {
  mute_renewals one;
  mute_renewals::clock::time_point now{1h};
  CHECK(one.pause(1min, now) == 0s);
  for (const auto pause : {5min, 10min, 20min, 40min, 80min, 160min, 320min, 360min, 360min}) {
    one.add(now);
    CHECK(one.pause(1min, now) == pause);
    now += 23h;
    CHECK(one.pause(1min, now) == pause);
  }
  now += 1h;
  CHECK(one.pause(1min, now) == 0s);
  one.add(now);
  CHECK(one.pause(1min, now) == 5min);
}

TEST_CASE("with mute_after 0 nobody is looked for") {
  feed_fixture one;
  one.config.settings.mute_after = 0s;
  one.config.settings.stall_timeout = 1h;
  one.config.settings.listing_interval = 24h;
  one.start_following();
  one.go_live(*one.streams.opened[0]);
  for (int second = 0; second < 1'200; ++second) {
    one.keep_live(*one.streams.opened[0]);
    one.advance(1s, 500ms);
  }
  CHECK(one.asked.size() == 1); // the listing
}

TEST_CASE("a subscription that was refused is not looked up") {
  connection_fixture one{"kraken", {"BTC/USD", "ETH/USD", "ADA/USD"}};
  probe<cross_check_asked> check{one};
  one.config.cross_check = check.handle();
  one.config.mute_after = 60s;
  one.config.stall_timeout = 1h;
  one.start();
  one.receive(kraken_ack(1, "BTC/USD"));
  one.receive(kraken_ack(1, "ADA/USD"));
  one.receive(kraken_refusal(1, "ETH/USD"));
  one.advance_with(kraken_ticker("BTC/USD"), 310s);
  REQUIRE(check.all<cross_check_asked>().size() == 1);
  const auto& markets = check.all<cross_check_asked>()[0].markets;
  REQUIRE(markets.size() == 1);
  CHECK(markets[0]->native == "ADA/USD");
}

TEST_CASE("quotes are not trades: a market of which they alone come is looked up") {
  connection_fixture one{"binance", {"BTCUSDT", "ETHUSDT"}};
  probe<cross_check_asked> check{one};
  one.config.cross_check = check.handle();
  one.config.mute_after = 60s;
  one.start();
  const auto ticker = [](std::string_view symbol) {
    return fmt::format(R"({{"e":"24hrTicker","E":1767225600123,"s":"{}","c":"91000.01"}})", symbol);
  };
  const std::string quote = R"({"u":7,"s":"ETHUSDT","b":"1","B":"2","a":"3","A":"4"})";
  one.receive(binance_ack(1));
  one.receive(ticker("ETHUSDT"));
  for (int second = 0; second < 310; ++second) {
    one.receive(ticker("BTCUSDT"));
    one.receive(quote);
    one.advance(1s, 500ms);
  }
  CHECK_FALSE(one.ended());
  REQUIRE(check.all<cross_check_asked>().size() == 1);
  REQUIRE(check.all<cross_check_asked>()[0].markets.size() == 1);
  CHECK(check.all<cross_check_asked>()[0].markets[0]->native == "ETHUSDT");
}
