#include "actors/error.hpp"
#include "tests/unit/actors/feed_fixture.hpp"

using namespace tickboard;
using namespace tickboard::test;
using namespace std::chrono_literals;

namespace {

/// A feed with one live connection that is too old: its successor's stream is open()ed by the test.
struct renewal_fixture : feed_fixture {
  renewal_fixture() {
    config.settings.max_connection_age = 10s;
    config.settings.stale_after = 3s;
    config.settings.stall_timeout = 1h;
    start_following();
    go_live(old());
    CHECK(liveness() == std::vector{true});
    pass(old(), 10s);
    REQUIRE(streams.opened.size() == 2);
  }

  scripted_stream& old() { return *streams.opened[0]; }

  /// Time passes while data flows on `stream`.
  void pass(scripted_stream& stream, std::chrono::seconds time) {
    for (; time.count() > 0; time -= 1s) {
      keep_live(stream);
      advance(1s);
    }
  }

  /// `stream` is live, and the exchange refuses the second of its two markets. Returns that.
  std::string go_live_refused(scripted_stream& stream) {
    stream.open();
    run();
    const auto products = products_in(stream.sent.at(0));
    stream.receive({coinbase_refusal(products.at(1) + " is not a valid product")});
    advance(1s);
    stream.receive({coinbase_subscriptions({products[0]})});
    keep_live(stream);
    return products[1];
  }

  /// What writers were told is stale, each time; "all" for all.
  std::vector<std::set<std::string>> told_stale() {
    std::vector<std::set<std::string>> out;
    for (const auto& one : writer.take<source_liveness>())
      out.push_back(one.live ? one.unserved : std::set<std::string>{"all"});
    return out;
  }

  /// The states that the status actor heard of, without repetition.
  std::vector<std::string> states() {
    std::vector<std::string> out;
    for (const auto& one : status.take<connection_status>())
      if (out.empty() || out.back() != one.state)
        out.push_back(one.state);
    return out;
  }
};

using names = std::vector<std::string>;
using stale_sets = std::vector<std::set<std::string>>;

} // namespace

TEST_CASE("a connection goes when its successor is live, not before") {
  renewal_fixture one;
  auto& next = one.streams.last();
  CHECK_FALSE(one.old().closed);
  next.open();
  one.run();
  one.pass(one.old(), 5s);
  CHECK_FALSE(one.old().closed);
  one.keep_live(next); // while some of its subscriptions may not be answered
  CHECK_FALSE(one.old().closed);
  one.go_live(next);
  CHECK(one.old().closed);
  CHECK_FALSE(next.closed);
  CHECK(products_in(next.sent[0]) == products_in(one.old().sent[0]));
  CHECK(one.liveness().empty());
  CHECK(one.states() == names{"connecting", "subscribing", "live"}); // of the first start
  CHECK(one.status.all<connection_ended>().empty());

  one.pass(next, 5s);
  CHECK(one.streams.opened.size() == 2);
  CHECK(one.states() == names{"live"});
  one.pass(next, 6s);
  CHECK(one.streams.opened.size() == 3); // which gets old in its turn
}

TEST_CASE("a successor that fails leaves the old connection alone") {
  renewal_fixture one;
  one.states();
  for (int failure = 0; failure < 5; ++failure) {
    one.lose(one.streams.last());
    one.pass(one.old(), 2s);
    REQUIRE(one.streams.opened.size() == std::size_t(3 + failure));
  }
  CHECK_FALSE(one.old().closed);
  CHECK(one.liveness().empty());
  CHECK(one.states() == names{"live"});
  CHECK(one.status.all<connection_ended>().empty());
  one.go_live(one.streams.last());
  CHECK(one.old().closed);
  CHECK(one.liveness().empty());
}

TEST_CASE("a successor that asks to be renewed before it serves is, once it does") {
  renewal_fixture one;
  auto& next = one.streams.last();
  next.open();
  one.run();
  const auto& share = state_of<feed_state>(one.subject).shares.at(1);
  one.send(one.subject, renewal_wanted{1, share.replacement, "the exchange closes"});
  one.pass(one.old(), 5s);
  CHECK(one.streams.opened.size() == 2); // one at a time
  SUBCASE("and not before") {
    one.go_live(next);
    CHECK(one.old().closed);
    CHECK(one.streams.opened.size() == 3);
    CHECK_FALSE(next.closed);
    one.go_live(one.streams.last());
    CHECK(next.closed);
    CHECK(one.streams.opened.size() == 3);
  }
  SUBCASE("but not its next try, which is another connection") {
    one.lose(next);
    one.pass(one.old(), 2s);
    REQUIRE(one.streams.opened.size() == 3);
    one.go_live(one.streams.last());
    CHECK(one.streams.opened.size() == 3);
    CHECK(share.replacement.empty());
  }
  SUBCASE("nor the old one, if that is back first") {
    one.lose(one.old());
    one.pass(next, 1s); // which is not whole
    REQUIRE(one.streams.opened.size() == 3);
    one.go_live(one.streams.last());
    CHECK(next.closed);
    CHECK(share.replacement.empty());
  }
}

TEST_CASE("an old connection that comes back before its successor is live replaces it") {
  renewal_fixture one;
  auto& successor = one.streams.last();
  one.lose(one.old());
  one.advance(1s);
  REQUIRE(one.streams.opened.size() == 3);
  auto& back = one.streams.last();
  one.go_live(back);
  CHECK(successor.closed);
  CHECK_FALSE(back.closed);
  one.pass(back, 5s);
  CHECK(one.streams.opened.size() == 3);
  CHECK(one.liveness() == std::vector{true}); // it was down, though too short to matter

  one.lose(back); // and it is watched like any other
  one.advance(3s);
  CHECK(one.liveness() == std::vector{false});
  CHECK(one.streams.opened.size() == 4);
}

TEST_CASE("a successor that is live first takes over from one that ended") {
  renewal_fixture one;
  auto& successor = one.streams.last();
  one.lose(one.old());
  one.go_live(successor);
  one.pass(successor, 8s);
  CHECK(one.streams.opened.size() == 2); // the old one is not started again
  CHECK(one.liveness() == std::vector{true});
}

TEST_CASE(
    "a successor without all of its markets does not make them live, nor hide that they are not") {
  renewal_fixture one;
  auto& successor = one.streams.last();
  one.lose(one.old());
  successor.open();
  one.run();
  one.keep_live(successor);
  one.lose(successor);
  one.advance(3s);
  CHECK(one.liveness() == std::vector{false});
}

TEST_CASE("rows are stale while neither life has data") {
  renewal_fixture one;
  one.lose(one.old());
  one.advance(2'990ms);
  CHECK(one.liveness().empty());
  one.advance(10ms);
  CHECK(one.liveness() == std::vector{false});
}

TEST_CASE("a successor that is refused what the old connection serves waits until it is not") {
  renewal_fixture one;
  auto& next = one.streams.last();
  const auto refused = one.go_live_refused(next);
  one.pass(one.old(), 50s);
  CHECK_FALSE(one.old().closed);
  CHECK_FALSE(next.closed);
  CHECK(one.told_stale().empty());
  CHECK(one.states() == names{"connecting", "subscribing", "live"}); // the old one speaks
  one.keep_live(next);
  one.pass(one.old(), 15s);
  REQUIRE(products_in(next.sent.back()) == names{refused}); // it goes on asking
  SUBCASE("refused again") {
    const auto asked = next.sent.size();
    next.receive({coinbase_refusal(refused + " is not a valid product")});
    one.keep_live(next);
    one.pass(one.old(), 20s);
    CHECK_FALSE(one.old().closed);
    CHECK(next.sent.size() == asked);
    CHECK(one.streams.opened.size() == 2);
  }
  SUBCASE("taken") {
    next.receive({coinbase_subscriptions(products_in(next.sent[0]))});
    one.keep_live(next);
    CHECK(one.old().closed);
    CHECK_FALSE(next.closed);
  }
  CHECK(one.told_stale().empty());
}

TEST_CASE("a successor that waits takes over when the old connection ends, with what it has") {
  renewal_fixture one;
  auto& next = one.streams.last();
  const auto refused = "coinbaseexchange:" + one.go_live_refused(next);
  one.lose(one.old());
  CHECK(one.status.all<connection_ended>().size() == 1);
  const auto& share = state_of<feed_state>(one.subject).shares.at(1);
  CHECK(share.replacement.empty());
  one.pass(next, 2s);
  CHECK(one.told_stale().empty());
  one.pass(next, 2s); // stale_after is three
  CHECK(one.told_stale() == stale_sets{{refused}});
  one.pass(next, 3s);
  CHECK(one.told_stale().empty());
  CHECK(one.streams.opened.size() == 2); // the old one is not started again
  SUBCASE("and its row is fresh once it is taken") {
    one.pass(next, 55s);
    next.receive({coinbase_subscriptions(products_in(next.sent[0]))});
    one.keep_live(next);
    CHECK(share.refused.unserved().empty());
  }
  SUBCASE("and its row stays stale through a short outage, and a long one") {
    one.lose(next);
    one.advance(1s);
    one.go_live_refused(one.streams.last());
    CHECK(one.told_stale() == stale_sets{{refused}});
    one.lose(one.streams.last());
    one.advance(5s);
    one.go_live_refused(one.streams.last());
    CHECK(one.told_stale() == stale_sets{{"all"}, {refused}});
  }
}

TEST_CASE("a successor is not held up by what the old connection is refused as well") {
  feed_fixture one;
  one.config.settings.max_connection_age = 10s;
  one.start_following();
  for (std::size_t i = 0; i < 2; ++i) {
    auto& stream = *one.streams.opened.at(i);
    stream.open();
    one.run();
    const auto products = products_in(stream.sent.at(0));
    stream.receive({coinbase_refusal(products.at(1) + " is not a valid product")});
    one.advance(1s);
    stream.receive({coinbase_subscriptions({products[0]})});
    for (int second = 0; i == 0 && second < 10; ++second) {
      one.keep_live(stream);
      one.advance(1s);
    }
    one.keep_live(stream);
  }
  CHECK(one.streams.opened[0]->closed);
  CHECK_FALSE(one.streams.opened[1]->closed);
}

TEST_CASE("a market that is refused from the start is stale in time, whoever told of it before") {
  renewal_fixture one;
  one.lose(one.old());
  one.lose(one.streams.last());
  one.advance(1s);
  REQUIRE(one.streams.opened.size() >= 3);
  auto& back = *one.streams.opened[2];
  const auto refused = "coinbaseexchange:" + one.go_live_refused(back);
  CHECK(one.told_stale() == stale_sets{{}});
  one.pass(back, 4s);
  CHECK(one.told_stale() == stale_sets{{refused}});
}

TEST_CASE("what a life that is gone said last changes nothing") {
  renewal_fixture one;
  auto& successor = one.streams.last();
  one.go_live(successor);
  one.status.take<connection_status>();
  const auto& share = state_of<feed_state>(one.subject).shares.at(1);
  const auto serving = share.child;
  for (const auto* life : {"coinbaseexchange/1#1", "nobody"}) {
    one.send(one.subject, connection_live{1, life});
    one.send(one.subject, renewal_wanted{1, life, "late"});
    connection_status late;
    late.connection = 1;
    late.life = life;
    one.send(one.subject, late);
  }
  one.send(one.subject, connection_live{99, "coinbaseexchange/99#1"});
  one.send(one.subject, renewal_wanted{99, "", "late"});
  CHECK(share.child == serving);
  CHECK(share.replacement.empty());
  CHECK(one.status.all<connection_status>().empty());
  CHECK(one.streams.opened.size() == 2);
  CHECK_FALSE(successor.closed);
}
