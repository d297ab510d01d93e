// A writer beside that of another daemon: who of the two says that a market is stale.

#include "tests/integration/store/written_board.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace tickboard;
using namespace tickboard::test;
using namespace std::chrono_literals;

namespace {

const std::string doge = "x:DOGE-USDT";

struct shared_board : written_board {
  std::string row(std::size_t partition = 0) {
    return db.run({"GET", board_at->layout[partition].row(doge)}).text;
  }
  bool is_stale() {
    const auto text = row();
    INFO(text);
    REQUIRE(is_stale_row(row(1)) == is_stale_row(text));
    REQUIRE(db.run({"ZSCORE", board_at->layout[0].by[stale_index], doge}).text ==
            (is_stale_row(text) ? "1" : "0"));
    return is_stale_row(text);
  }

  /// As a daemon does that heard `later_ms` later of the same, or of what is newer by that.
  void another_says(bool stale, std::int64_t later_ms, bool is_newer) {
    for (const std::size_t partition : {0U, 1U}) {
      const auto& keys = board_at->layout[partition];
      auto state = *decode_row(row(partition), db.run({"HGET", keys.version, doge}).text);
      state.received_ms += later_ms;
      for (auto* mark : {&state.trade_at, &state.stats_at}) {
        mark->ts_ms += is_newer ? later_ms : 0;
        mark->received_ms += later_ms;
      }
      std::string text;
      append_row(text, **make_market("x", "DOGE", "USDT", "DOGEUSDT"), state, stale, 7);
      db.run({"SET", keys.owner, "another:1"});
      db.run({"SET", keys.row(doge), text});
      db.run({"HSET", keys.version, doge, encode_version(state)});
    }
    db.run({"ZADD", board_at->layout[0].by[stale_index], stale ? "1" : "0", doge});
  }
  bool is_of_another() { return row().find("\"source\":\"x/7\"") != std::string::npos; }
  /// Lets time pass while the other daemon is at work.
  void wait_beside(std::chrono::milliseconds time) {
    for (; time.count() > 0; time -= 250ms) {
      db.run({"ZADD", board_at->layout[0].daemons, std::to_string(now()), "another"});
      wait(250ms);
    }
  }
  void lose() { send(subject, source_liveness{1, true, {doge}}); }
};

} // namespace

TEST_CASE_FIXTURE(shared_board, "what another daemon marks stale is not, if this one hears of it") {
  hear("DOGE", "USDT", "0.1");
  another_says(true, 3, false);
  CHECK(is_stale());
  wait(1s);
  CHECK_FALSE(is_stale());
  CHECK_FALSE(is_of_another());

  lose();
  wait(1s);
  CHECK(is_stale()); // by its own word, which the look does not undo
}

TEST_CASE_FIXTURE(shared_board, "also where the other daemon is late with the quote's partition") {
  hear("DOGE", "USDT", "0.1");
  wait_beside(1s);
  another_says(true, 3, false);
  const auto late = row(1);
  wait_beside(2s);
  REQUIRE_FALSE(is_stale());
  const auto& keys = board_at->layout[1];
  db.run({"SET", keys.owner, "another:1"});
  db.run({"SET", keys.row(doge), late});
  wait_beside(5s);
  CHECK_FALSE(is_stale());
}

TEST_CASE_FIXTURE(shared_board, "all that is stale is looked through, a window at a time") {
  std::vector<ticker_patch> many(2 * others_watch::window + 10);
  for (std::size_t i = 0; i < many.size(); ++i) {
    many[i].subject = *make_market("x", "C" + std::to_string(i), "USDT", "C");
    many[i].at = {now(), 0};
    many[i].received_ms = now();
    many[i].trade = trade_group{*decimal::parse("1")};
  }
  send(subject,
       write_patches{1, std::make_shared<const std::vector<ticker_patch>>(std::move(many)), {}});
  wait(3s);
  send(subject, source_liveness{1, false});
  hear("DOGE", "USDT", "0.1"); // stale, as its source is
  wait(3s);
  CHECK(is_stale());
  send(subject, source_liveness{1, true});
  wait(3s);
  CHECK_FALSE(is_stale());
  const auto count = [&] {
    return db.run({"ZCOUNT", board_at->layout[0].by[stale_index], "1", "1"}).integer;
  };
  CHECK(count() == 0);
  // Of those that another daemon alone follows nothing is changed.
  for (int i = 0; i < static_cast<int>(2 * others_watch::window); ++i)
    db.run({"ZADD", board_at->layout[0].by[stale_index], "1", "a:" + std::to_string(i)});
  another_says(true, 3, false);
  wait(3s);
  CHECK_FALSE(is_stale());
  CHECK(count() == 2 * others_watch::window);
}

TEST_CASE_FIXTURE(shared_board, "a market that another daemon goes on hearing of is left to it") {
  hear("DOGE", "USDT", "0.1");
  wait_beside(1s);
  ask(index_set{});
  another_says(false, 500, true); // the last of this daemon's connection was before it
  lose();
  run();
  ask(index_set{}.set()); // while it is under way
  wait_beside(20s);
  CHECK(answers == 2); // nothing is owed any more
  CHECK_FALSE(is_stale());
  CHECK(is_of_another());
  CHECK(shown(doge, "ts_ms") == shown(doge, "ts_ms", 1));
  wait(4s);
  CHECK_FALSE(is_stale());
  wait(2s); // it is gone
  CHECK(is_stale());
}

TEST_CASE_FIXTURE(shared_board,
                  "rates that move write no stale rows over those of another daemon") {
  hear("BTC", "USD", "90000");
  hear("BTC", "USDT", "100000");
  hear("DOGE", "USDT", "0.1");
  wait_beside(5s);
  REQUIRE(shown(doge, "price_usd") == 0.09);
  lose();
  wait_beside(1s);
  REQUIRE(is_stale());
  another_says(false, 3, false);
  hear("BTC", "USD", "81000");
  wait_beside(20s);
  CHECK(is_of_another());
  CHECK_FALSE(is_stale());
  wait(6s);
  CHECK(is_stale());
  CHECK(shown(doge, "price_usd") == 0.081);
}

TEST_CASE_FIXTURE(shared_board, "whoever is alone says of all that its markets are stale") {
  hear("DOGE", "USDT", "0.1");
  db.run({"ZADD", board_at->layout[0].daemons, "5", "another"}); // one that was killed
  wait(10s);
  another_says(false, 500, true);
  lose();
  wait(1s);
  CHECK(is_stale());
}
