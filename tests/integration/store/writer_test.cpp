#include "actors/messages/drain.hpp"
#include "actors/messages/followed.hpp"
#include "actors/messages/store.hpp"
#include "tests/integration/store/written_board.hpp"

using namespace tickboard;
using namespace tickboard::test;
using namespace std::chrono_literals;

namespace {

/// The daemon is about to stop, or asks so more than once.
struct stopped_board : written_board {
  void drain() {
    spawn([this](caf::event_based_actor* self) {
      self->request(subject, caf::infinite, drain_asked{})
          .then(
              [this](const drained& told) {
                ++drains;
                all = told.all;
              },
              [](const caf::error&) {});
    });
    run();
  }

  int drains = 0;   ///< answered
  bool all = false; ///< what the last of them said
};

} // namespace

TEST_CASE_FIXTURE(written_board, "rows show dollar values by live rates, and are ranked by them") {
  hear("BTC", "USD", "90000");
  hear("DOGE", "USDT", "0.1");
  CHECK(shown("x:BTC-USD", "price_usd") == 90'000);
  CHECK(shown("x:BTC-USD", "volume_usd_24h") == 500);
  CHECK(shown("x:DOGE-USDT", "price_usd") == null); // nothing is assumed of USDT
  hear("BTC", "USDT", "100000");
  wait(5s);
  for (const std::size_t partition : {0U, 1U}) {
    CHECK(shown("x:DOGE-USDT", "price_usd", partition) == 0.09);
    CHECK(shown("x:DOGE-USDT", "volume_usd_24h", partition) == 450);
    CHECK(score("x:DOGE-USDT", partition, "volume_usd_24h") == 450);
  }
  CHECK(score("x:DOGE-USDT", 0, "price_usd") == 0.09);

  hear("BTC", "USD", "90001"); // no news
  wait(5s);
  CHECK(shown("x:DOGE-USDT", "price_usd") == 0.09);
  hear("BTC", "USD", "81000");
  wait(5s);
  CHECK(shown("x:DOGE-USDT", "price_usd") == 0.081);

  // Another market of the quote's own counts alone; when it is silent for too long, BTC is back.
  hear("USDT", "USD", "0.99");
  wait(5s);
  CHECK(shown("x:DOGE-USDT", "price_usd") == 0.099);
  wait(40s);
  hear("BTC", "USD", "81000");
  hear("BTC", "USDT", "100000");
  wait(25s);
  CHECK(shown("x:DOGE-USDT", "price_usd") == 0.081);
  send(subject, source_liveness{1, false});
  wait(5s);
  CHECK(shown("x:DOGE-USDT", "price_usd") == null);
  CHECK(shown("x:BTC-USD", "price_usd") == 81'000);
  send(subject, source_liveness{1, true});
  wait(5s);
  CHECK(shown("x:DOGE-USDT", "price_usd") == 0.081);
}

TEST_CASE_FIXTURE(written_board,
                  "a new rates actor learns everything anew; without one rates end") {
  hear("BTC", "USD", "90000");
  hear("BTC", "USDT", "100000");
  hear("DOGE", "USDT", "0.1");
  wait(5s);
  CHECK(shown("x:DOGE-USDT", "price_usd") == 0.09);
  end(rates_at->get());
  rates_at->set(nullptr);
  wait(20s);
  CHECK(shown("x:DOGE-USDT", "price_usd") == 0.09);
  wait(20s);
  CHECK(shown("x:DOGE-USDT", "price_usd") == null);
  rates_at->set(spawn(rates, rates_config{{writer_at}, 60s, [this] { return now(); }}));
  wait(5s);
  CHECK(shown("x:DOGE-USDT", "price_usd") == 0.09);
}

TEST_CASE_FIXTURE(written_board, "windows move with time alone, and outlive the writer") {
  hear("A", "USD", "100");
  wait(10s);
  hear("A", "USD", "110");
  wait(56s);
  CHECK(shown("x:A-USD", "change_1m_pct") == 10);
  CHECK(score("x:A-USD", 0, "change_1m_pct") == 10);
  CHECK(shown("x:A-USD", "change_5m_pct") == null);
  wait(15s);
  CHECK(shown("x:A-USD", "change_1m_pct") == 0); // nothing happened meanwhile
  hear("A", "USD", "121");
  CHECK(shown("x:A-USD", "change_1m_pct") == 10);
  wait(25s);

  SUBCASE("a new writer, on a board that is wiped") {
    end(subject);
    writer_at->set(nullptr);
    advance(8s);
    for (const auto& key : db.run({"KEYS", board_at->layout.rows_pattern(0)}).elements)
      db.run({"DEL", key.text});
    for (const auto& key : {board_at->layout[0].version, board_at->layout[0].owner})
      db.run({"DEL", key});
    start_writer();
    hear("A", "USD", "130");
    CHECK(shown("x:A-USD", "change_1m_pct") == doctest::Approx(18.1818));
    wait(206s);
    hear("A", "USD", "132");
    CHECK(shown("x:A-USD", "change_5m_pct") == 20);
  }
  SUBCASE("not while nobody looked for long") {
    end(subject);
    writer_at->set(nullptr);
    advance(30min, 1s);
    start_writer();
    hear("A", "USD", "130");
    CHECK(shown("x:A-USD", "change_1m_pct") == null);
    CHECK(shown("x:A-USD", "change_5m_pct") == null);
  }
  SUBCASE("damaged histories begin anew") {
    end(subject);
    writer_at->set(nullptr);
    for (const auto& key : db.run({"KEYS", "*history*"}).elements)
      db.run({"HSET", key.text, "x:A-USD", "nonsense"});
    start_writer();
    hear("A", "USD", "130");
    CHECK(shown("x:A-USD", "change_1m_pct") == null);
    wait(65s);
    CHECK(shown("x:A-USD", "change_1m_pct") == 0);
  }
  SUBCASE("a stale row has none, nor has the time of the outage") {
    send(subject, source_liveness{1, false});
    settle();
    CHECK(shown("x:A-USD", "change_1m_pct") == null);
    wait(30s);
    send(subject, source_liveness{1, true});
    hear("A", "USD", "130");
    settle();
    CHECK(shown("x:A-USD", "change_1m_pct") != null);
    wait(45s); // its start lies within the outage
    CHECK(shown("x:A-USD", "change_1m_pct") == null);
    wait(25s);
    CHECK(shown("x:A-USD", "change_1m_pct") == 0);
  }
}

TEST_CASE_FIXTURE(written_board,
                  "histories expire, are written in turns, and the keeper spares them") {
  for (int i = 0; i < 300; ++i)
    hear("A" + std::to_string(i), "USD", std::to_string(1 + i));
  wait(21s, 50ms);
  const auto keys = db.run({"KEYS", "*history*"}).elements;
  REQUIRE(keys.size() == 1);
  CHECK(db.run({"HLEN", keys[0].text}).integer == 300);
  const auto matches = db.run({"KEYS", board_at->layout.pattern()}).elements;
  CHECK(matches.size() > 10);
  for (const auto& one : matches)
    CHECK(one.text.find("history") == std::string::npos);
}

TEST_CASE_FIXTURE(written_board, "who asks for indexes is answered when they are right") {
  const auto turnover = *find_sort_field("quote_volume_24h");
  index_set few;
  few.set(turnover);
  hear("BTC", "USD", "90000");
  ask(few);
  CHECK(answers == 1); // nothing lagged
  hear("BTC", "USD", "90001");
  hear("BTC", "USD", "90002");
  CHECK(shown("x:BTC-USD", "price_usd") == 90'002);
  CHECK(score("x:BTC-USD", 0, "last") == 90'000);

  few.set(*find_sort_field("last"));
  ask(few);
  CHECK(answers == 1); // Redis has not said yet that it is written
  settle();
  CHECK(answers == 2);
  CHECK(score("x:BTC-USD", 0, "last") == 90'002);
  hear("BTC", "USD", "90003");
  CHECK(score("x:BTC-USD", 0, "last") == 90'003);

  few.reset(*find_sort_field("last"));
  ask(few);
  hear("BTC", "USD", "90004");
  CHECK(score("x:BTC-USD", 0, "last") == 90'003);
  wait(lane::lag + lane::grace + 500ms);
  CHECK(score("x:BTC-USD", 0, "last") == 90'004);

  const auto own = board_at->layout.find("USDT");
  redis::partition_indexes board_only(board_at->layout.size(), few);
  board_only[redis::layout::board].set(*find_sort_field("last"));
  ask(board_only);
  hear("BTC", "USDT", "1");
  hear("BTC", "USDT", "2");
  CHECK(score("x:BTC-USDT", redis::layout::board, "last") == 2);
  CHECK(score("x:BTC-USDT", own, "last") == 1);
  wait(lane::lag + lane::grace + 500ms);
  CHECK(score("x:BTC-USDT", own, "last") == 2);

  wait(31s); // nobody says any more what is asked for
  hear("BTC", "USD", "90005");
  hear("BTC", "USD", "90006");
  CHECK(score("x:BTC-USD", 0, "last") == 90'006);
}

TEST_CASE_FIXTURE(written_board, "who asks for indexes is told when Redis is away") {
  let_lag();
  ask(index_set{}.set()); // Redis has yet to answer
  CHECK(refusals.empty());
  send(subject, store_lost{"gone"});
  CHECK(refusals.size() == 1);
  ask(index_set{}.set());
  CHECK(refusals.size() == 2);
  CHECK(answers == 1);

  // It is back, but what it has is not looked over.
  send(subject, store_ready{});
  ask(index_set{}.set());
  CHECK(refusals.size() == 3);
  send(subject, rebuild{++incarnation});
  ask(index_set{}.set());
  CHECK(answers == 1);
  settle();
  CHECK(answers == 2);
  CHECK(score("x:BTC-USD", 0, "last") == 90'001);
}

TEST_CASE_FIXTURE(written_board, "indexes that Redis refuses are not said to be right") {
  let_lag();
  db.run({"CONFIG", "SET", "maxmemory", "1"});
  ask(index_set{}.set());
  settle();
  CHECK(answers == 1);
  CHECK(score("x:BTC-USD", 0, "last") == 90'000);
  CHECK(refusals.empty()); // the next batch may get through
  ask(index_set{}.set());
  REQUIRE(refusals.size() == 2); // that of who asked before, too
  CHECK(refusals[1].find("OOM") != std::string::npos);

  db.run({"CONFIG", "SET", "maxmemory", "0"});
  wait(500ms);
  CHECK(score("x:BTC-USD", 0, "last") == 90'001);
  ask(index_set{}.set());
  CHECK(answers == 2);
}

TEST_CASE_FIXTURE(written_board, "over a new connection nothing is written by the old token") {
  const auto owner = [this] { return db.run({"GET", board_at->layout[0].owner}).text; };
  hear("BTC", "USD", "90000");
  const auto before = owner();
  send(subject, store_lost{"gone"});
  send(subject, rebuild{incarnation}); // was on its way
  send(subject, store_ready{});
  CHECK(keeper.all<writer_connected>().front().last == 0);
  CHECK(keeper.all<writer_connected>().back().last == incarnation);
  hear("BTC", "USD", "90001");
  CHECK(shown("x:BTC-USD", "price_usd") == 90'000);
  send(subject, rebuild{++incarnation});
  settle();
  CHECK(shown("x:BTC-USD", "price_usd") == 90'001);
  CHECK(owner() != before);
}

TEST_CASE_FIXTURE(written_board, "rows go as plain commands while nobody else claims a partition") {
  const auto& keys = board_at->layout[0];
  const auto owner = [&] { return db.run({"GET", keys.owner}).text; };
  hear("BTC", "USDT", "90000"); // merged ...
  hear("BTC", "USDT", "90001"); // ... written by the script, and the owners are watched from now on
  db.run({"CONFIG", "RESETSTAT"});
  for (int i = 0; i < 5; ++i) {
    hear("BTC", "USDT", std::to_string(90'002 + i));
    for (const std::size_t partition : {0U, 1U})
      CHECK(score("x:BTC-USDT", partition, "last") == 90'002 + i);
  }
  CHECK(calls_of("exec") == 5); // both partitions together
  CHECK(calls_of("evalsha") == 0);

  const auto mine = owner();
  SUBCASE("somebody does, and the row is merged with what that wrote") {
    db.run({"SET", keys.owner, "another"});
    hear("BTC", "USDT", "90007");
    CHECK(owner() == mine);
    CHECK(score("x:BTC-USDT", 0, "last") == 90'007);
  }
  SUBCASE("somebody does while the next batch is on its way") {
    receive("BTC", "USDT", "90007");
    db.run({"SET", keys.owner, "another"});
    settle();
    CHECK(owner() == mine);
    CHECK(score("x:BTC-USDT", 0, "last") == 90'007);
  }
  SUBCASE("the partition is lost") {
    db.run({"FLUSHALL"});
    hear("BTC", "USDT", "90007");
    hear("BTC", "USDT", "90008");
    CHECK(keeper.take<state_lost>().size() > 0);
  }
  SUBCASE("a new market is merged, then all goes on as it was") {
    hear("ETH", "USDT", "4000");
    hear("BTC", "USDT", "90007");
    db.run({"CONFIG", "RESETSTAT"});
    hear("BTC", "USDT", "90008");
    hear("ETH", "USDT", "4001");
    CHECK(calls_of("exec") == 2);
    CHECK(calls_of("evalsha") == 0);
    CHECK(score("x:ETH-USDT", 1, "last") == 4'001);
  }
  SUBCASE("Redis refuses to write, and says why") {
    db.run({"CONFIG", "SET", "maxmemory", "1"});
    hear("BTC", "USDT", "90007");
    CHECK(state_of<writer_state>(subject).refusal.find("OOM") != std::string::npos);
    db.run({"CONFIG", "SET", "maxmemory", "0"});
    wait(500ms);
    CHECK(score("x:BTC-USDT", 0, "last") == 90'007);
  }
}

TEST_CASE_FIXTURE(written_board,
                  "after a large batch Redis rests, also where another daemon writes") {
  bool shared = false;
  SUBCASE("alone") {
  }
  SUBCASE("beside another") {
    shared = true;
  }
  const auto receive_all = [&](const std::string& last) {
    for (int i = 0; i < 100; ++i)
      receive("B" + std::to_string(i), "USD", last);
  };
  receive_all("1");
  wait(1s);
  if (shared)
    db.run({"SET", board_at->layout[0].owner, "another"});
  receive_all("2"); // the first goes alone
  link->exchange();
  run();
  auto& state = state_of<writer_state>(subject);
  REQUIRE(state.lanes[0].batch_size() >= 99);
  CHECK_FALSE(state.paused[0]);
  advance(2ms); // so long Redis takes
  link->exchange();
  run();
  CHECK(state.paused[0]);
  wait(500ms);
  CHECK_FALSE(state.paused[0]);
  CHECK(score("x:B99-USD", 0, "last") == 2);
}

TEST_CASE_FIXTURE(written_board, "a connection that was lost is no refusal") {
  hear("BTC", "USDT", "90000");
  receive("BTC", "USDT", "90001");
  db.run(
      {"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"}); // unsent: fails as what is sent does
  settle();
  const auto& state = state_of<writer_state>(subject);
  CHECK(state.config.figures->refused.value() > 0);
  CHECK(state.refusal.empty());
}

TEST_CASE_FIXTURE(written_board, "what is answered behind a rebuild orders no other one") {
  db.run({"ACL", "SETUSER", "default", "-watch"}); // batches go by script, which tells more
  hear("BTC", "USDT", "90000");
  receive("BTC", "USDT", "90001");
  db.run({"FLUSHALL"});
  link->exchange(); // the answer is on its way to the writer ...
  caf::anon_send<caf::message_priority::high>(subject, rebuild{++incarnation}); // ... behind this
  settle();
  const auto told = keeper.take<state_lost>();
  CHECK(told.size() == 2); // of both partitions
  for (const auto& one : told)
    CHECK(one.incarnation == incarnation - 1);
  CHECK(shown("x:BTC-USDT", "price_usd") == null);
}

TEST_CASE_FIXTURE(stopped_board, "a stop waits for what Redis refused, and for what was void") {
  hear("BTC", "USDT", "90000");
  hear("BTC", "USDT", "90001");
  receive("BTC", "USDT", "90002");
  SUBCASE("it refuses") {
    db.run({"CONFIG", "SET", "maxmemory", "1"});
    drain();
    hear("ETH", "USDT", "4000"); // comes later, and counts for nothing
    wait(1s);
    CHECK(drains == 0);
    db.run({"CONFIG", "SET", "maxmemory", "0"});
    wait(500ms);
  }
  SUBCASE("it refuses for want of a right, which does not pass") {
    db.run({"ACL", "SETUSER", "default", "-watch", "-multi", "-evalsha"});
    drain();
    wait(1s); // for what it tries next, by script
    CHECK(drains == 1);
    return;
  }
  SUBCASE("it has not begun to write") {
    start_writer(false);
    receive("BTC", "USDT", "90003");
    drain();
    CHECK(drains == 1);
    return;
  }
  SUBCASE("another daemon has claimed the partition") {
    for (const std::size_t partition : {0U, 1U})
      db.run({"SET", board_at->layout[partition].owner, "another"});
    drain();
    link->exchange();
    run();
    CHECK(drains == 0);
    settle();
  }
  SUBCASE("it is rebuilt meanwhile") {
    drain();
    send(subject, rebuild{++incarnation});
    CHECK(drains == 0);
    settle();
  }
  SUBCASE("the market leaves") {
    db.run({"CONFIG", "SET", "maxmemory", "1"});
    drain();
    send(subject, markets_followed{"x", {}});
    settle();
    CHECK(drains == 1);
    CHECK(all);
    return;
  }
  CHECK(drains == 1);
  CHECK(all);
  for (const std::size_t partition : {0U, 1U})
    CHECK(score("x:BTC-USDT", partition, "last") == 90'002);
}

TEST_CASE_FIXTURE(stopped_board, "a stop says so if Redis went away before it had everything") {
  hear("BTC", "USDT", "90000");
  receive("BTC", "USDT", "90001");
  drain();
  CHECK(drains == 0);
  send(subject, store_lost{"gone"});
  CHECK(drains == 1);
  CHECK_FALSE(all);
}

TEST_CASE_FIXTURE(stopped_board, "a writer that was never told to begin has nothing to stop for") {
  start_writer(false);
  hear("BTC", "USDT", "90000");
  drain();
  CHECK(drains == 1);
  CHECK(all);
}

TEST_CASE_FIXTURE(written_board, "where Redis lets nobody watch, the script goes on") {
  db.run({"ACL", "SETUSER", "default", "-watch"});
  for (int i = 0; i < 5; ++i)
    hear("BTC", "USDT", std::to_string(90'000 + i));
  CHECK(score("x:BTC-USDT", 1, "last") == 90'004);
  CHECK(calls_of("exec") == 0);
  CHECK(calls_of("unwatch") == 1); // and nobody asks again
}

TEST_CASE_FIXTURE(written_board,
                  "a partition of our own that begins is not taken for somebody else's") {
  for (const auto* last : {"90000", "90001", "90002"})
    hear("BTC", "USD", last); // of the board alone
  CHECK(calls_of("exec") > 0);
  hear("BTC", "USDT", "90000"); // merged: that partition has an owner now
  db.run({"CONFIG", "RESETSTAT"});
  hear("BTC", "USD", "90003");
  hear("BTC", "USD", "90004");
  CHECK(calls_of("hget") == 0); // as for merging
  CHECK(calls_of("exec") > 0);
  CHECK(score("x:BTC-USD", 0, "last") == 90'004);
}

TEST_CASE_FIXTURE(written_board,
                  "a rebuild ends though another daemon claims a partition after every batch") {
  const std::size_t markets = 2 * lane::max_batch + 1;
  for (std::size_t i = 0; i < markets; ++i)
    hear("A" + std::to_string(i), "USDT", "1");
  keeper.take<rebuilt>();
  std::size_t batches = 0;
  send(subject, rebuild{++incarnation});
  while (keeper.all<rebuilt>().empty() && ++batches < 20) {
    link->exchange();
    db.run({"SET", board_at->layout[batches % 2].owner, "another"});
    run();
  }
  CHECK(batches == 3); // no sooner
  CHECK(keeper.all<rebuilt>().size() == 1);
  for (const std::size_t partition : {0U, 1U})
    CHECK(db.run({"ZCARD", board_at->layout[partition].by[id_field]}).integer ==
          static_cast<long long>(markets));
}

TEST_CASE_FIXTURE(written_board,
                  "a rebuild waits for markets that come meanwhile, not for those that leave") {
  hear("A", "USDT", "1");
  keeper.take<rebuilt>();
  send(subject, rebuild{++incarnation});
  receive("B", "USDT", "1");
  link->exchange();
  run();
  CHECK(keeper.all<rebuilt>().empty()); // A alone is in Redis
  SUBCASE("it comes to be written") {
    settle();
  }
  SUBCASE("it leaves before it is") {
    send(subject, markets_followed{"x", {*make_market("x", "A", "USDT", "AUSDT")}, {1}});
  }
  CHECK(keeper.all<rebuilt>().size() == 1);
}

TEST_CASE_FIXTURE(written_board, "before anything is written nothing is said to be right") {
  end(subject);
  writer_at->set(nullptr);
  start_writer(false);
  ask(index_set{});
  CHECK(answers == 0);
  CHECK(refusals.size() == 1);
}
