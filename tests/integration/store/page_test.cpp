#include "tests/integration/store/filled_board.hpp"

using namespace tickboard;
using test::filled_board;
using test::model;

TEST_CASE("every view equals a brute-force sort of the same markets, through many changes") {
  const std::uint64_t seed = std::random_device{}();
  INFO("seed " << seed);
  filled_board on{seed};
  on.set_epochs();
  for (int round = 0; round < 12; ++round) {
    on.grow(20);
    for (int i = 0; i < 100; ++i) {
      const auto query = on.random_query();
      const auto outcome = on.ask(query, 1 + static_cast<std::uint32_t>(on.truth.pick(300)));
      INFO(query.canonical());
      REQUIRE(outcome.problem == "");
      const bool equal =
          (outcome.body ? *outcome.body : "") == on.truth.page(query, on.now_ms()); // too long
      REQUIRE(equal);
    }
  }
}

TEST_CASE("a partition that is not whole is an error, never an empty page") {
  filled_board on{1};
  on.truth.add_markets(10, on.quotes());
  for (auto& market : on.truth.slots)
    on.mark(market);
  on.flush();
  view_query all, filtered, of_base;
  filtered.exchanges.values = {"alpha"};
  of_base.bases.values = {"B1"};
  for (const auto& query : {all, filtered, of_base})
    CHECK(on.ask(query, 100).error == ec::rebuilding);
  on.set_epochs();
  for (const auto& query : {all, filtered, of_base})
    CHECK(on.ask(query, 100).problem.empty());
  on.redis.run({"FLUSHALL"});
  for (const auto& query : {all, filtered, of_base})
    CHECK(on.ask(query, 100).error == ec::rebuilding);
}

TEST_CASE("a Redis that does not sort, or not fetch by a pattern, is asked by a script") {
  filled_board on{3};
  on.grow(60);
  on.set_epochs();
  SUBCASE("all keys of the board alone may be read") {
    on.redis.run({"ACL", "SETUSER", "default", "resetkeys", "~t:*"});
  }
  SUBCASE("the command may not be run") {
    on.redis.run({"ACL", "SETUSER", "default", "-sort_ro"});
  }
  CHECK(on.redis.run({"SORT_RO", "t:k", "BY", "nosort", "GET", "t:*"}).failed);
  for (int i = 0; i < 20; ++i) {
    view_query query;
    query.sort = on.truth.pick(sort_field_count);
    query.descending = i % 2 == 0;
    query.page = static_cast<std::uint32_t>(1 + i % 3);
    query.per_page = 17;
    const auto outcome = on.ask(query, 1'000);
    INFO(query.canonical());
    REQUIRE(outcome.problem == "");
    CHECK(*outcome.body == on.truth.page(query, on.now_ms()));
  }
}

TEST_CASE("one market's row, or none") {
  filled_board on{2};
  on.truth.add_markets(30, on.quotes());
  for (auto& market : on.truth.slots)
    on.mark(market);
  on.flush();
  const auto ask = [&](const std::string& id, const std::string& quote) {
    std::promise<evaluation_outcome> promise;
    evaluate_row(on.board, on.redis.client, id, quote, on.now_ms(),
                 [&](evaluation_outcome outcome) { promise.set_value(std::move(outcome)); });
    return promise.get_future().get();
  };
  CHECK(ask("alpha:X-USDT", "USDT").error == ec::rebuilding);
  on.set_epochs();
  for (const auto& market : on.truth.slots)
    CHECK(*ask(market.subject->id, market.subject->quote).body ==
          model::aged(model::row(market), on.now_ms()));
  CHECK_FALSE(ask("alpha:X-USDT", "USDT").body);
  CHECK(ask("alpha:X-USDT", "USDT").problem.empty());
}
