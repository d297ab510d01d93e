#include "tests/integration/store/model.hpp"

using namespace tickboard;
using test::model;
using test::store;

namespace {

const std::vector<std::string> own_partitions{"USDT", "BTC"};
const std::vector<std::string> quotes{"USDT", "BTC", "EUR", "TRY"};

struct filled_board {
  explicit filled_board(std::uint64_t seed)
      : board(std::make_shared<const tickboard::board>("t", own_partitions)), truth(seed) {
    for (std::size_t i = 0; i < board->layout.size(); ++i)
      lanes.emplace_back(*board, i);
  }

  void mark(slot& market) {
    market.own_lane = board->layout.find(market.subject->quote);
    lanes[0].mark(market);
    if (market.own_lane != 0)
      lanes[market.own_lane].mark(market);
  }

  void flush() {
    for (auto& one : lanes) {
      const auto result = drain(redis, one, "token");
      REQUIRE(result.what == lane_result::outcome::done);
      REQUIRE(result.conflicts.empty());
    }
  }

  void set_epochs() {
    for (std::size_t i = 0; i < board->layout.size(); ++i)
      redis.run({"SET", board->layout[i].epoch, "1"});
  }

  evaluation_outcome ask(const view_query& query, std::uint32_t scan_limit) {
    std::promise<evaluation_outcome> promise;
    evaluate_page(board, redis.client, query, scan_limit,
                  [&](evaluation_outcome outcome) { promise.set_value(std::move(outcome)); });
    return promise.get_future().get();
  }

  view_query random_query() {
    view_query query;
    const auto some = [&](std::vector<std::string> from) {
      std::vector<std::string> out;
      for (auto& one : from)
        if (truth.pick(2) == 0)
          out.push_back(std::move(one));
      return out;
    };
    if (truth.pick(2) == 0)
      query.quotes = truth.pick(2) == 0 ? std::vector{quotes[truth.pick(quotes.size())]}
                                        : some({"BTC", "EUR", "NONE", "USDT"});
    if (truth.pick(3) == 0)
      query.exchanges = some({"a", "alpha", "beta", "none"});
    if (truth.pick(4) == 0)
      query.bases = some({"B1", "B10", "B2", "B3", "B33", "ZZ"});
    query.sort = truth.pick(sort_field_count);
    query.descending = truth.pick(2) == 0;
    query.per_page = 1 + static_cast<std::uint32_t>(truth.pick(40));
    query.page = 1 + static_cast<std::uint32_t>(truth.pick(6));
    return query;
  }

  store redis;
  board_ptr board;
  model truth;
  std::vector<lane> lanes;
};

} // namespace

TEST_CASE("every view equals a brute-force sort of the same markets, through many changes") {
  const std::uint64_t seed = std::random_device{}();
  INFO("seed " << seed);
  filled_board on{seed};
  on.set_epochs();
  for (int round = 0; round < 12; ++round) {
    on.truth.add_markets(20, quotes);
    for (auto& market : on.truth.slots)
      if (round == 0 || on.truth.pick(2) == 0) {
        on.truth.change(market);
        on.mark(market);
      }
    for (auto& market : on.truth.slots)
      if (!market.entries[0].merged)
        on.mark(market);
    on.flush();
    for (int i = 0; i < 100; ++i) {
      const auto query = on.random_query();
      const auto outcome = on.ask(query, 1 + static_cast<std::uint32_t>(on.truth.pick(300)));
      INFO(query.canonical());
      REQUIRE(outcome.problem.empty());
      const bool equal = *outcome.body == on.truth.page(query); // too long to print
      REQUIRE(equal);
    }
  }
}

TEST_CASE("a partition that is not whole is an error, never an empty page") {
  filled_board on{1};
  on.truth.add_markets(10, quotes);
  for (auto& market : on.truth.slots)
    on.mark(market);
  on.flush();
  view_query all, filtered, of_base;
  filtered.exchanges = {"alpha"};
  of_base.bases = {"B1"};
  for (const auto& query : {all, filtered, of_base})
    CHECK(on.ask(query, 100).error == ec::rebuilding);
  on.set_epochs();
  for (const auto& query : {all, filtered, of_base})
    CHECK(on.ask(query, 100).problem.empty());
  on.redis.run({"FLUSHALL"});
  for (const auto& query : {all, filtered, of_base})
    CHECK(on.ask(query, 100).error == ec::rebuilding);
}

TEST_CASE("one market's row, or none") {
  filled_board on{2};
  on.truth.add_markets(30, quotes);
  for (auto& market : on.truth.slots)
    on.mark(market);
  on.flush();
  const auto ask = [&](const std::string& id, const std::string& quote) {
    std::promise<evaluation_outcome> promise;
    evaluate_row(on.board, on.redis.client, id, quote,
                 [&](evaluation_outcome outcome) { promise.set_value(std::move(outcome)); });
    return promise.get_future().get();
  };
  CHECK(ask("alpha:X-USDT", "USDT").error == ec::rebuilding);
  on.set_epochs();
  for (const auto& market : on.truth.slots)
    CHECK(*ask(market.subject->id, market.subject->quote).body == model::row(market));
  CHECK_FALSE(ask("alpha:X-USDT", "USDT").body);
  CHECK(ask("alpha:X-USDT", "USDT").problem.empty());
}
