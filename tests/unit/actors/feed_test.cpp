#include "actors/error.hpp"
#include "tests/unit/actors/feed_fixture.hpp"

#include <algorithm>
#include <set>

using namespace tickboard;
using namespace tickboard::test;
using namespace std::chrono_literals;

namespace {

std::vector<std::string> natives_of(const std::vector<market_ptr>& markets) {
  std::vector<std::string> out;
  for (const auto& one : markets)
    out.push_back(one->native);
  return out;
}

using names = std::vector<std::string>;

} // namespace

TEST_CASE("a feed lists its exchange's markets and follows the configured ones") {
  feed_fixture one;
  one.config.settings.exclude = {"B1/*"};
  one.start();
  CHECK(one.asked == names{"https://rest.test/products"});
  REQUIRE(one.status.all<feed_status>().size() == 1);
  CHECK(one.status.all<feed_status>()[0].state == "discovering");
  CHECK(one.streams.opened.empty());

  one.list({"B0-USD", "B1-USD", "B2-USD", "B3-USD", "B4-USD", "B5-EUR"});
  const auto told = one.status.all<feed_status>().back();
  CHECK(told.state == "following");
  CHECK(told.feed == "coinbaseexchange");
  CHECK(told.exchange == "coinbaseexchange");
  CHECK(told.problem.empty());
  CHECK(told.markets == 4);
  REQUIRE(one.keeper.all<markets_expected>().size() == 1);
  CHECK(one.keeper.all<markets_expected>()[0].markets == 4);
  REQUIRE(one.search.all<markets_followed>().size() == 1);
  CHECK(one.search.all<markets_followed>()[0].feed == "coinbaseexchange");
  CHECK(natives_of(one.search.all<markets_followed>()[0].markets) ==
        names{"B0-USD", "B2-USD", "B3-USD", "B4-USD"});

  one.advance(1s);
  std::set<std::string> followed;
  for (const auto& stream : one.streams.opened) {
    CHECK(stream->options.url == "wss://ws.test");
    one.go_live(*stream);
    for (const auto& product : products_in(stream->sent[0]))
      CHECK(followed.insert(product).second);
  }
  CHECK(followed == std::set<std::string>{"B0-USD", "B2-USD", "B3-USD", "B4-USD"});
  std::set<std::uint32_t> sources;
  for (const auto& change : one.writer.all<source_liveness>())
    CHECK((change.live && sources.insert(change.source_id).second));
  CHECK(sources == std::set<std::uint32_t>{501, 502});
}

TEST_CASE("search is told again what is followed, in case it was restarted") {
  feed_fixture one;
  one.start_following(2);
  const auto first = one.search.take<markets_followed>();
  REQUIRE(first.size() == 1);
  probe<markets_followed> successor{one};
  one.config.search->set(successor.handle());
  one.advance(11s, 100ms);
  REQUIRE(successor.all<markets_followed>().size() == 1);
  CHECK(successor.all<markets_followed>()[0].markets == first[0].markets);
  CHECK(one.search.all<markets_followed>().empty());
}

TEST_CASE("a writer that was restarted is told what is followed, and whose rows are stale") {
  feed_fixture one;
  one.config.settings.stale_after = 5s;
  one.config.settings.stall_timeout = 1h;
  one.start_following(6);
  for (std::size_t i = 0; i < 2; ++i)
    one.go_live(*one.streams.opened[i]);
  one.lose(*one.streams.opened[0]);
  one.advance(6s);
  const auto first = one.writer.all<markets_followed>();
  REQUIRE(first.size() == 1);
  CHECK(first[0].sources == std::vector<std::uint32_t>{501, 501, 502, 502, 503, 503});
  probe<write_patches, source_liveness, markets_followed> successor{one};
  one.config.writers[0]->set(successor.handle());
  one.advance(11s, 100ms);
  REQUIRE(successor.all<markets_followed>().size() == 1);
  CHECK(successor.all<markets_followed>()[0].markets == first[0].markets);
  std::map<std::uint32_t, bool> live;
  for (const auto& told : successor.all<source_liveness>())
    live.try_emplace(told.source_id, told.live);
  CHECK_FALSE(live.at(501));
  CHECK(live.at(502));
  CHECK(one.writer.all<markets_followed>().size() == 1);
}

TEST_CASE("connects keep the exchange's distance") {
  feed_fixture one;
  one.start();
  one.list(numbered_natives(9, "-"));
  const auto interval = one.config.protocol->published_limits().connect_interval;
  for (std::size_t opened = 1; opened <= 5; ++opened) {
    CHECK(one.streams.opened.size() == opened);
    one.advance(interval - 1ms);
    CHECK(one.streams.opened.size() == opened);
    one.advance(1ms);
  }
  CHECK(one.streams.opened.size() == 5);
}

TEST_CASE("no more connections than configured") {
  feed_fixture one;
  one.config.settings.max_connections = 3;
  one.start();
  one.list(numbered_natives(20, "-"));
  one.advance(10s, 100ms);
  CHECK(one.streams.opened.size() == 3);
  CHECK(one.status.all<feed_status>().back().markets == 6);
  CHECK(one.keeper.all<markets_expected>().back().markets == 6);
}

TEST_CASE("a stream of all markets needs one connection") {
  feed_fixture one;
  one.config.settings.name = one.config.settings.exchange = "binance";
  one.config.settings.channels = {"!miniTicker@arr"};
  one.config.protocol = exchange::find_protocol("binance");
  one.start();
  std::string body = R"({"timezone":"UTC","symbols":[)";
  for (std::size_t i = 0; i < 50; ++i)
    body += fmt::format(R"({}{{"symbol":"B{}USD","status":"TRADING","baseAsset":"B{}",)"
                        R"("quoteAsset":"USD","isSpotTradingAllowed":true}})",
                        i == 0 ? "" : ",", i, i);
  one.list(net::http_reply{200, body + "]}"});
  one.advance(30s, 100ms);
  CHECK(one.status.all<feed_status>().back().markets == 50);
  CHECK(one.streams.opened.size() == 1);
}

TEST_CASE("a feed whose listing cannot be had ends and says why") {
  feed_fixture one;
  one.start();
  std::string problem;
  SUBCASE("no answer") {
    problem = "rest.test: connection refused";
    one.list(unexpected(problem));
  }
  SUBCASE("refused") {
    problem = "https://rest.test/products answered 429";
    one.list(net::http_reply{429, "slow down"});
  }
  SUBCASE("not a listing") {
    problem = "symbol listing: coinbaseexchange: the listing is not an array of products";
    one.list(net::http_reply{200, R"({"message":"maintenance"})"});
  }
  SUBCASE("cut off") {
    one.list(net::http_reply{200, coinbase_products({"BTC-USD"}).substr(0, 40)});
  }
  SUBCASE("nothing that is configured") {
    problem = "none of the 2 listed markets matches the configured symbols (*/USD)";
    one.list({"BTC-EUR", "ETH-EUR"});
  }
  REQUIRE(one.end_of_it->ended());
  CHECK(one.end_of_it->reason() == ec::discovery_failed);
  const auto told = one.status.all<feed_status>().back();
  CHECK(told.state == "failed");
  CHECK(told.problem == describe(one.end_of_it->reason()));
  if (problem.empty())
    CHECK(told.problem.starts_with("symbol listing: coinbaseexchange: "));
  else
    CHECK(told.problem == problem);
  CHECK(one.streams.opened.empty());
  CHECK(one.keeper.all<markets_expected>().empty());
}

TEST_CASE("a listing that comes when the feed is gone reaches nobody") {
  feed_fixture one;
  one.start();
  one.end(one.subject);
  one.list({"BTC-USD"});
  CHECK(one.streams.opened.empty());
}

TEST_CASE("rows are marked stale when their connection stays down, not before") {
  feed_fixture one;
  one.config.settings.stale_after = 5s;
  one.start_following();
  one.go_live(one.streams.last());
  CHECK(one.liveness() == std::vector{true});
  one.keep_live(one.streams.last());
  CHECK(one.liveness().empty());

  one.lose(one.streams.last());
  const auto ended = one.status.take<connection_ended>();
  REQUIRE(ended.size() == 1);
  CHECK(ended[0].feed == "coinbaseexchange");
  CHECK(ended[0].connection == 1);
  CHECK(ended[0].reason == "connection reset by peer");
  CHECK(ended[0].retry_in <= 1s);
  CHECK_FALSE(ended[0].alarm);
  one.advance(4'990ms); // a second life was started, but cannot connect
  CHECK(one.streams.opened.size() == 2);
  CHECK(one.liveness().empty());
  one.advance(10ms);
  CHECK(one.liveness() == std::vector{false});
  one.lose(one.streams.last());
  one.advance(10s);
  CHECK(one.liveness().empty()); // they are stale already
  one.go_live(one.streams.last());
  CHECK(one.liveness() == std::vector{true});

  one.lose(one.streams.last());
  one.advance(5s);
  CHECK(one.liveness() == std::vector{false}); // the next outage counts anew
}

TEST_CASE("rows of a connection that is soon back are never stale") {
  feed_fixture one;
  one.config.settings.stale_after = 5s;
  one.start_following();
  one.go_live(one.streams.last());
  one.liveness();
  for (int outage = 0; outage < 4; ++outage) {
    one.lose(one.streams.last());
    one.advance(4s);
    one.go_live(one.streams.last());
  }
  for (int second = 0; second < 20; ++second) {
    one.keep_live(one.streams.last());
    one.advance(1s, 100ms);
  }
  const auto told = one.liveness();
  CHECK(std::count(told.begin(), told.end(), false) == 0);
}

TEST_CASE("rows are stale when the feed itself ends, and live again with its next life") {
  feed_fixture one;
  one.start_following();
  one.go_live(one.streams.last());
  CHECK(one.liveness() == std::vector{true});
  one.end(one.subject, caf::make_error(ec::defect, std::string{"bug"}));
  CHECK(one.end_of_it->ended());
  CHECK(one.streams.last().closed);
  CHECK(one.liveness() == std::vector{false});
  one.start();
  one.list(numbered_natives(2, "-"));
  one.go_live(one.streams.last());
  CHECK(one.liveness() == std::vector{true});
}

TEST_CASE("an orderly shutdown is no outage") {
  feed_fixture one;
  one.start_following();
  one.go_live(one.streams.last());
  one.liveness();
  one.end(one.subject, caf::exit_reason::user_shutdown);
  CHECK(one.end_of_it->ended());
  CHECK(one.liveness().empty());
}

TEST_CASE("connections fail one by one") {
  feed_fixture one;
  one.start_following(6);
  for (const auto& stream : one.streams.opened)
    one.go_live(*stream);
  one.lose(*one.streams.opened[1]);
  one.advance(1s);
  REQUIRE(one.streams.opened.size() == 4);
  one.go_live(one.streams.last());
  CHECK(products_in(one.streams.opened[3]->sent[0]) == products_in(one.streams.opened[1]->sent[0]));
  CHECK_FALSE(one.streams.opened[0]->closed);
  CHECK_FALSE(one.streams.opened[2]->closed);
}
