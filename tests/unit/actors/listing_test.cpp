// What a feed makes of a listing that changes while it follows markets.

#include "actors/messages/drain.hpp"
#include "tests/unit/actors/feed_fixture.hpp"

#include <set>

using namespace tickboard;
using namespace tickboard::test;
using namespace std::chrono_literals;

namespace {

using id_set = std::set<std::string>;

/// Four markets on two live connections, listed anew every minute.
struct listing_fixture : feed_fixture {
  listing_fixture() {
    config.settings.listing_interval = 60s;
    config.settings.stall_timeout = 1h;
    start();
    list({"A-USD", "B-USD", "C-USD", "D-USD"});
    advance(1s);
    REQUIRE(streams.opened.size() == 2);
    for (const auto& stream : streams.opened)
      go_live(*stream);
    announced();
    search.take<markets_followed>();
    asked.clear();
  }

  /// A minute later the exchange lists these.
  void list_later(const std::vector<std::string>& products) {
    advance(60s, 1s);
    REQUIRE(asked.size() == 1);
    asked.clear();
    list(products);
    advance(1s);
  }

  /// What writers were told is followed, each time.
  std::vector<id_set> announced() { return bases(writer.take<markets_followed>()); }
  std::vector<id_set> told_search() { return bases(search.take<markets_followed>()); }

  static std::vector<id_set> bases(const std::vector<markets_followed>& told) {
    std::vector<id_set> out;
    for (const auto& one : told) {
      out.emplace_back();
      for (const auto& market : one.markets)
        out.back().insert(market->base);
    }
    return out;
  }

  std::vector<std::string> products(std::size_t stream) {
    return products_in(streams.opened.at(stream)->sent.at(0));
  }
};

using lists = std::vector<id_set>;
using texts = std::vector<std::string>;

} // namespace

TEST_CASE_FIXTURE(listing_fixture, "a listing that says the same changes nothing") {
  for (int i = 0; i < 3; ++i)
    list_later({"A-USD", "B-USD", "C-USD", "D-USD"});
  CHECK(streams.opened.size() == 2);
  CHECK_FALSE(streams.opened[0]->closed);
  CHECK(announced() == lists(3, id_set{"A", "B", "C", "D"})); // in case that something was missed
}

TEST_CASE_FIXTURE(listing_fixture,
                  "a market that is delisted leaves once its connection was renewed without it") {
  list_later({"A-USD", "B-USD", "D-USD"});
  REQUIRE(streams.opened.size() == 3); // that of C alone
  CHECK_FALSE(streams.opened[1]->closed);
  CHECK(announced().empty()); // frames that tell of it may still come
  streams.opened[2]->open();
  run();
  CHECK(products(2) == texts{"D-USD"});
  CHECK_FALSE(streams.opened[1]->closed);
  go_live(*streams.opened[2]);
  CHECK(streams.opened[1]->closed);
  CHECK(announced() == lists{{"A", "B", "D"}});
  CHECK(told_search().back() == id_set{"A", "B", "D"});
  CHECK(keeper.all<markets_expected>().back().markets == 3);
  CHECK(status.all<feed_status>().back().markets == 3);
  CHECK(std::ranges::none_of(writer.all<source_liveness>(), [](auto& one) { return !one.live; }));
}

TEST_CASE_FIXTURE(
    listing_fixture,
    "an old connection that comes back first does not keep what is not followed any more") {
  list_later({"A-USD", "B-USD", "D-USD"});
  REQUIRE(streams.opened.size() == 3);
  lose(*streams.opened[1]);
  advance(1s);
  REQUIRE(streams.opened.size() == 4); // the next life of the old one
  go_live(*streams.opened[3]);
  CHECK(products(3) == texts{"C-USD", "D-USD"});
  CHECK(announced().empty());
  go_live(*streams.opened[2]);
  CHECK(streams.opened[3]->closed);
  CHECK_FALSE(streams.opened[2]->closed);
  CHECK(announced() == lists{{"A", "B", "D"}});
}

TEST_CASE_FIXTURE(
    listing_fixture,
    "a writer that was restarted just before a listing hears what was followed first") {
  probe<write_patches, source_liveness, markets_followed> successor{*this};
  advance(60s, 1s);
  config.writers[0]->set(successor.handle());
  list({"A-USD", "B-USD", "D-USD"});
  advance(1s);
  CHECK(bases(successor.take<markets_followed>()) == lists{{"A", "B", "C", "D"}});
  go_live(*streams.opened[2]);
  CHECK(bases(successor.take<markets_followed>()) == lists{{"A", "B", "D"}});
}

TEST_CASE_FIXTURE(listing_fixture, "new markets go where there is room, then to a new connection") {
  list_later({"A-USD", "B-USD", "D-USD", "E-USD", "F-USD"});
  advance(1s);
  REQUIRE(streams.opened.size() == 4);
  for (std::size_t i = 2; i < 4; ++i)
    go_live(*streams.opened[i]);
  CHECK(products(2) == texts{"D-USD", "E-USD"});
  CHECK(products(3) == texts{"F-USD"});
  CHECK(streams.opened[1]->closed);
  CHECK_FALSE(streams.opened[0]->closed);
  CHECK(announced() == lists{{"A", "B", "D", "E", "F"}});
}

TEST_CASE_FIXTURE(listing_fixture, "a connection without markets ends, and its place is free") {
  list_later({"A-USD", "B-USD"});
  CHECK(streams.opened.size() == 2);
  CHECK(streams.opened[1]->closed);
  CHECK(announced() == lists{{"A", "B"}});
  REQUIRE(status.all<connection_gone>().size() == 1);
  CHECK(status.all<connection_gone>()[0].connection == 2);
  list_later({"A-USD", "B-USD", "G-USD"});
  REQUIRE(streams.opened.size() == 3);
  go_live(*streams.opened[2]);
  CHECK(products(2) == texts{"G-USD"});
}

TEST_CASE_FIXTURE(listing_fixture, "a second change while a renewal is under way counts") {
  list_later({"A-USD", "B-USD", "D-USD"});
  REQUIRE(streams.opened.size() == 3);
  list_later({"A-USD", "B-USD", "C-USD", "D-USD"}); // it is back
  CHECK(streams.opened[2]->closed);
  REQUIRE(streams.opened.size() == 4);
  go_live(*streams.opened[3]);
  CHECK(id_set{products(3)[0], products(3)[1]} == id_set{"C-USD", "D-USD"});
  CHECK(streams.opened[1]->closed);
  CHECK(announced() == lists{{"A", "B", "C", "D"}});
}

TEST_CASE_FIXTURE(listing_fixture, "other symbols are followed while all rows stay live") {
  const auto all = std::vector<std::string>{"A-USD", "B-USD", "C-USD", "D-USD", "E-EUR"};
  const auto choose = [&](texts symbols, texts exclude) {
    asked.clear();
    send(subject, symbols_chosen{std::move(symbols), std::move(exclude)});
    REQUIRE(asked.size() == 1);
  };
  SUBCASE("one more") {
    choose({"*/USD", "e/eur"}, {});
    list(all);
    advance(1s);
    REQUIRE(streams.opened.size() == 3); // there is no room on the others
    go_live(*streams.opened[2]);
    CHECK(products(2) == texts{"E-EUR"});
    CHECK(announced() == lists{{"A", "B", "C", "D", "E"}});
    CHECK_FALSE(streams.opened[0]->closed);
    CHECK_FALSE(streams.opened[1]->closed);
  }
  SUBCASE("most of them not any more: that is no fault of the exchange") {
    choose({"*/USD"}, {"A/*", "B/*", "C/*"});
    list(all);
    advance(1s);
    CHECK(status.all<feed_status>().back().problem.empty());
    CHECK(status.all<feed_status>().back().markets == 1);
    CHECK(streams.opened[0]->closed);
    REQUIRE(streams.opened.size() == 3);
    CHECK_FALSE(streams.opened[1]->closed);
    go_live(*streams.opened[2]);
    CHECK(streams.opened[1]->closed);
    CHECK(announced() == lists{{"D"}});
  }
  SUBCASE("nothing that is listed: what is followed stays") {
    choose({"X/USD"}, {});
    list(all);
    advance(1s);
    CHECK(status.all<feed_status>().back().problem ==
          "none of the 5 listed markets matches the configured symbols (X/USD)");
    CHECK(streams.opened.size() == 2);
    CHECK(announced().empty());
  }
  SUBCASE("the listing is asked at once, and once in an interval after that") {
    choose({"*/USD"}, {});
    list(all);
    asked.clear();
    advance(59s, 1s);
    CHECK(asked.empty());
    advance(1s);
    CHECK(asked.size() == 1);
  }
  CHECK(std::ranges::none_of(writer.all<source_liveness>(), [](auto& one) { return !one.live; }));
  CHECK_FALSE(end_of_it->ended());
}

TEST_CASE("a feed that looks at the listing but once looks until it has the symbols it is told") {
  feed_fixture one;
  one.config.settings.symbols = {"B0/USD"};
  one.config.settings.listing_interval = 0s;
  one.config.settings.stall_timeout = 1h;
  one.start_following(1);
  one.go_live(one.streams.last());
  one.asked.clear();
  one.send(one.subject, symbols_chosen{{"*/USD"}, {}});
  one.list(unexpected<std::string>("connection refused"));
  CHECK(one.asked.size() == 1);
  one.advance(60s, 1s);
  REQUIRE(one.asked.size() == 2);
  one.list(numbered_natives(2, "-"));
  CHECK(one.status.all<feed_status>().back().markets == 2);
  one.advance(10min, 1s);
  CHECK(one.asked.size() == 2);
}

TEST_CASE("symbols that are chosen before the first listing count for it") {
  feed_fixture one;
  one.start();
  one.send(one.subject, symbols_chosen{{"B1/USD"}, {}});
  CHECK(one.asked.size() == 1);
  one.list(numbered_natives(3, "-"));
  CHECK(one.status.all<feed_status>().back().markets == 1);
}

TEST_CASE("what is configured and not listed is told, as of each listing") {
  feed_fixture one;
  one.config.settings.symbols = {"a-b/*", "B0/USD", "b1/usd", "GONE/USD"};
  one.config.settings.exclude = {"*/EUR"};
  one.config.settings.listing_interval = 60s;
  one.start();
  CHECK(one.status.all<feed_status>().back().unmatched == 0); // not known yet
  one.list({"B0-USD", "B1-USD", "B2-USD"});
  auto told = one.status.all<feed_status>().back();
  CHECK(told.markets == 2);
  CHECK(told.problem.empty());
  CHECK(told.unmatched == 3);
  CHECK(told.unmatched_symbols == texts{"a-b/*", "GONE/USD", "!*/EUR"});
  one.advance(60s, 1s);
  one.list({"B0-USD", "B1-USD", "GONE-USD", "B2-EUR"});
  told = one.status.all<feed_status>().back();
  CHECK(told.unmatched_symbols == texts{"a-b/*"});
}

TEST_CASE_FIXTURE(listing_fixture,
                  "a listing that cannot be had or lacks most markets changes nothing") {
  result<net::http_reply> answer;
  SUBCASE("no answer") {
    answer = unexpected<std::string>("connection refused");
  }
  SUBCASE("an error") {
    answer = net::http_reply{503, "maintenance"};
  }
  SUBCASE("not a listing") {
    answer = net::http_reply{200, "<html>"};
  }
  SUBCASE("most are missing") {
    answer = net::http_reply{200, coinbase_products({"A-USD", "Z-USD"})};
  }
  SUBCASE("none is what is configured") {
    answer = net::http_reply{200, coinbase_products({"A-EUR"})};
  }
  advance(60s, 1s);
  REQUIRE(asked.size() == 1);
  list(std::move(answer));
  advance(2s);
  CHECK_FALSE(end_of_it->ended());
  CHECK(streams.opened.size() == 2);
  CHECK(announced().empty());
  const auto told = status.all<feed_status>().back();
  CHECK(told.state == "following");
  CHECK(told.markets == 4);
  CHECK(told.problem != "");
  asked.clear();
  list_later({"A-USD", "B-USD", "C-USD", "D-USD"});
  CHECK(status.all<feed_status>().back().problem == "");
}

TEST_CASE_FIXTURE(listing_fixture,
                  "a feed that retires answers when its connections have ended, and starts none") {
  int answers = 0;
  spawn([&](caf::event_based_actor* self) {
    self->request(subject, caf::infinite, retire_asked{}).then([&](const drained&) { ++answers; });
  });
  run();
  CHECK(answers == 1);
  CHECK(streams.opened[0]->closed);
  CHECK(streams.opened[1]->closed);
  CHECK(writer.all<source_liveness>().back().live == false);
  advance(5min, 1s);
  CHECK(streams.opened.size() == 2);
  CHECK(asked.empty());
  CHECK_FALSE(end_of_it->ended()); // it is for its supervisor to end it
}
