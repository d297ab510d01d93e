#include "actors/keeper.hpp"
#include "actors/messages/drain.hpp"
#include "actors/messages/store.hpp"
#include "actors/messages/writer.hpp"
#include "tests/integration/store/filled_board.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/cluster.hpp"
#include "tests/support/held_client.hpp"
#include "tests/support/shared_workers.hpp"

#include <caf/all.hpp>

using namespace tickboard;
using namespace std::chrono_literals;
using test::filled_board;

namespace {

/// Keepers of several daemons on one real Redis. Time is the test's.
struct started_daemons : test::actor_fixture {
  struct daemon {
    std::string id{};
    std::shared_ptr<test::held_client> link = std::make_shared<test::held_client>();
    std::unique_ptr<test::probe<rebuild>> writer{};
    caf::actor keeper{};

    keeper_state& state() const { return test::state_of<keeper_state>(keeper); }
  };

  explicit started_daemons(const std::vector<std::string>& server = {}) : redis({}, server) {}
  ~started_daemons() { stop_all(); }

  daemon start(std::string id, std::size_t feeds = 0) {
    daemon out;
    out.id = std::move(id);
    out.writer = std::make_unique<test::probe<rebuild>>(*this);
    keeper_config config;
    config.daemon_id = out.id;
    config.board = board_at;
    config.open = [this, link = out.link](std::vector<board::script_ptr> scripts,
                                          redis::client_events events) {
      link->hold(redis.connect(std::move(scripts), link->held(std::move(events))));
      return link;
    };
    config.feeds = feeds;
    config.writers = {make_address()};
    config.writers[0]->set(out.writer->handle());
    out.keeper = spawn(keeper, std::move(config));
    run();
    return out;
  }

  /// What is asked of Redis is answered, once.
  void step(const daemon& one) {
    one.link->exchange();
    run();
  }
  /// Until it has begun to write, or waits for time to pass.
  void settle(const daemon& one) {
    for (int i = 0; i < 20; ++i)
      step(one);
  }
  void wait(std::chrono::milliseconds time, const std::vector<const daemon*>& of) {
    for (; time.count() > 0; time -= 250ms) {
      advance(250ms);
      for (const auto* one : of)
        settle(*one);
    }
  }
  static bool has_begun(const daemon& one) { return !one.writer->all<rebuild>().empty(); }

  void leave_rows(int count) {
    redis.run({"EVAL", "for i = 1, tonumber(ARGV[2]) do redis.call('SET', ARGV[1] .. i, '{}') end",
               "0", keys.rows + "x:OLD", std::to_string(count)});
  }
  std::size_t rows_left() { return redis.run({"KEYS", keys.rows + "x:OLD*"}).elements.size(); }
  bool is_there(const std::string& key) { return redis.run({"EXISTS", key}).integer == 1; }
  void beat(const std::string& id) {
    redis.run({"ZADD", keys.daemons, std::to_string(++beats), id});
  }
  bool is_listed(const std::string& id) { return !redis.run({"ZSCORE", keys.daemons, id}).nil; }

  test::store redis;
  board_ptr board_at = std::make_shared<const board>("t", std::vector<std::string>{"USDT"});
  const redis::partition_keys& keys = board_at->layout[redis::layout::board];
  std::int64_t beats = 1'700'000'000'000;
};

struct daemons_in_cluster : started_daemons {
  daemons_in_cluster() : started_daemons(test::cluster_options()) {
    test::take_all_slots(
        [this](std::initializer_list<std::string_view> words) { return redis.run(words).text; });
  }
};

} // namespace

TEST_CASE("what an earlier life left is removed without a page of a part of it") {
  filled_board on{4};
  on.grow(300);
  on.set_epochs();
  const auto& board_keys = on.board->layout[redis::layout::board];
  on.redis.run({"EVAL", "for i = 1, 30000 do redis.call('SET', ARGV[1] .. i, '{}') end", "0",
                board_keys.rows + "x:OLD"}); // so that it takes many steps
  view_query query;
  query.per_page = 50;
  REQUIRE(filled_board::ids_in(*on.ask(query, 1'000).body).size() == 50);

  test::shared_workers settings;
  caf::actor_system system{settings};
  keeper_config config;
  config.daemon_id = "next";
  config.board = on.board;
  config.open = [&on](std::vector<board::script_ptr> scripts, redis::client_events events) {
    return on.redis.connect(std::move(scripts), std::move(events));
  };
  const auto subject = system.spawn(keeper, std::move(config));
  std::size_t parts = 0, refused = 0;
  while (on.redis.run({"EXISTS", board_keys.rows + "x:OLD1", board_keys.rows + "x:OLD30000"})
             .integer != 0) {
    const auto outcome = on.ask(query, 1'000);
    if (!outcome.body)
      refused += outcome.error == ec::rebuilding ? 1 : 0;
    else if (filled_board::ids_in(*outcome.body).size() != 50)
      ++parts;
  }
  CHECK(parts == 0);
  CHECK(refused > 0);
  caf::anon_send_exit(subject, caf::exit_reason::user_shutdown);
}

TEST_CASE_FIXTURE(started_daemons,
                  "of daemons that start together one removes what was left, and nobody what the "
                  "other has written") {
  leave_rows(3'000);
  const auto first = start("b"), second = start("a");
  step(first);
  while (rows_left() == 3'000)
    step(first); // is under way
  settle(second);
  CHECK(rows_left() > 0);
  CHECK_FALSE(has_begun(second));
  while (!has_begun(first))
    step(first);
  const auto row = keys.row("x:NEW");
  redis.run({"SET", row, "{}"});
  redis.run({"ZADD", keys.by[id_field], "0", "x:NEW"});
  settle(first);
  CHECK(is_listed("b"));
  CHECK_FALSE(is_there(keys.starter));
  wait(1s, {&first, &second});
  CHECK(has_begun(second));
  CHECK(is_there(row));
  CHECK(is_there(keys.by[id_field]));
  CHECK(is_listed("a"));
  CHECK_FALSE(is_there(keys.starter));
}

TEST_CASE_FIXTURE(started_daemons, "what was left is gone before a row is written") {
  leave_rows(10);
  const auto one = start("one");
  while (!has_begun(one))
    step(one);
  CHECK(rows_left() == 0);
}

TEST_CASE_FIXTURE(daemons_in_cluster, "in a cluster, too, what was left is removed") {
  leave_rows(10);
  const auto row = board_at->layout[1].row("x:OLD"), owner = board_at->layout[1].owner;
  for (const auto& key : {row, owner, keys.owner, board_at->assets.row})
    redis.run({"SET", key, "{}"});
  const auto one = start("one");
  settle(one);
  CHECK(has_begun(one));
  CHECK(rows_left() == 0);
  for (const auto& key : {row, owner, keys.owner, board_at->assets.row})
    CHECK_FALSE(is_there(key));
}

TEST_CASE_FIXTURE(started_daemons, "whose heartbeat stands still is dead, however late it was") {
  leave_rows(10);
  beat("killed");
  const auto one = start("next");
  settle(one);
  CHECK_FALSE(has_begun(one));
  CHECK(rows_left() == 10);
  SUBCASE("nobody lives") {
    wait(4'750ms, {&one});
    CHECK_FALSE(has_begun(one));
    CHECK(rows_left() == 10);
    wait(500ms, {&one});
    CHECK(has_begun(one));
    CHECK(rows_left() == 0);
    CHECK(is_listed("killed")); // until all is written anew
    send(one.keeper, rebuilt{0, 1});
    wait(500ms, {&one});
    CHECK_FALSE(is_listed("killed"));
    CHECK(is_listed("next"));
  }
  SUBCASE("another lives") {
    beat("peer");
    wait(250ms, {&one});
    CHECK(has_begun(one));
    CHECK(rows_left() == 10);
    CHECK_FALSE(is_there(keys.starter));
    send(one.keeper, rebuilt{0, 1});
    wait(500ms, {&one});
    CHECK(is_listed("killed")); // perhaps it was only slow
    beat("peer");
    wait(5s, {&one});
    CHECK_FALSE(is_listed("killed"));
    CHECK(is_listed("peer"));
  }
}

TEST_CASE_FIXTURE(started_daemons, "nobody is dead for want of answers of Redis") {
  leave_rows(10);
  beat("peer");
  const auto one = start("next");
  settle(one);
  advance(10s); // asked once, and not answered
  settle(one);  // what the peer sent meanwhile comes later than our look
  wait(1s, {&one});
  CHECK_FALSE(has_begun(one));
  CHECK(rows_left() == 10);
  beat("peer");
  wait(250ms, {&one});
  CHECK(has_begun(one));
  CHECK(rows_left() == 10);
}

TEST_CASE_FIXTURE(started_daemons, "who writes during a wipe is made to write all of it anew") {
  leave_rows(3'000);
  const auto one = start("next");
  while (rows_left() == 3'000)
    step(one);
  REQUIRE_FALSE(has_begun(one));
  for (std::size_t i = 0; i < board_at->layout.size(); ++i)
    for (const auto& key : {board_at->layout[i].owner, board_at->layout[i].epoch})
      redis.run({"SET", key, "of one that was taken for dead"});
  settle(one);
  CHECK(has_begun(one));
  for (std::size_t i = 0; i < board_at->layout.size(); ++i)
    for (const auto& key : {board_at->layout[i].owner, board_at->layout[i].epoch})
      CHECK_FALSE(is_there(key));
}

TEST_CASE_FIXTURE(started_daemons, "who waits for the turn gets it when its owner is gone") {
  leave_rows(10);
  redis.run({"SET", keys.starter, "another"});
  const auto one = start("next");
  wait(5s, {&one});
  CHECK_FALSE(has_begun(one));
  SUBCASE("it is given back") {
    redis.run({"DEL", keys.starter});
    wait(250ms, {&one});
    CHECK(has_begun(one));
    CHECK(rows_left() == 0);
  }
  SUBCASE("it never is") {
    wait(26s, {&one});
    CHECK(has_begun(one));
    CHECK(rows_left() == 10);
    CHECK(is_there(keys.starter));
  }
  SUBCASE("Redis is away for a while, which is no wait") {
    wait(20s, {&one});
    send(one.keeper, store_lost{"gone"});
    send(one.keeper, store_ready{});
    wait(20s, {&one});
    CHECK_FALSE(has_begun(one));
    wait(11s, {&one});
    CHECK(has_begun(one));
  }
}

TEST_CASE_FIXTURE(started_daemons, "a wipe whose turn was taken over begins anew") {
  leave_rows(3'000);
  const auto one = start("next");
  while (rows_left() == 3'000)
    step(one);
  redis.run({"SET", keys.starter, "another"});
  settle(one);
  CHECK_FALSE(has_begun(one));
  CHECK(rows_left() > 0);
  redis.run({"DEL", keys.starter});
  wait(500ms, {&one});
  CHECK(has_begun(one));
  CHECK(rows_left() == 0);
}

TEST_CASE_FIXTURE(started_daemons, "a wipe without a turn ends once anybody can have one") {
  leave_rows(3'000);
  redis.run({"CONFIG", "SET", "maxmemory", "1"});
  const auto one = start("next");
  while (rows_left() == 3'000)
    step(one);
  redis.run({"CONFIG", "SET", "maxmemory", "0"});
  SUBCASE("it is ours") {
    settle(one);
    CHECK(rows_left() > 0);
    CHECK(redis.run({"GET", keys.starter}).text == "next");
    wait(250ms, {&one});
    CHECK(has_begun(one));
    CHECK(rows_left() == 0);
  }
  SUBCASE("it is another's, who begins to write") {
    redis.run({"SET", keys.starter, "another"});
    wait(500ms, {&one});
    CHECK_FALSE(has_begun(one));
    redis.run({"DEL", keys.starter});
    beat("another");
    wait(250ms, {&one});
    beat("another");
    wait(250ms, {&one});
    CHECK(has_begun(one));
    CHECK(rows_left() > 0);
  }
}

TEST_CASE_FIXTURE(started_daemons, "a full Redis is made room in, one that refuses is told of") {
  leave_rows(10);
  SUBCASE("full") {
    redis.run({"CONFIG", "SET", "maxmemory", "1"});
    const auto one = start("next");
    settle(one);
    CHECK(has_begun(one));
    CHECK(rows_left() == 0);
  }
  SUBCASE("refuses") {
    redis.run({"ACL", "SETUSER", "default", "-unlink"});
    const auto one = start("next");
    wait(500ms, {&one});
    CHECK_FALSE(has_begun(one));
    CHECK(one.state().report().reason.starts_with("Redis refuses what is written: NOPERM"));
    redis.run({"ACL", "SETUSER", "default", "+unlink"});
    wait(250ms, {&one});
    CHECK(has_begun(one));
    CHECK(rows_left() == 0);
  }
}

TEST_CASE_FIXTURE(started_daemons,
                  "a board without a market is not served, however long no exchange is reached") {
  const auto one = start("one", 2);
  settle(one);
  send(one.keeper, rebuilt{0, 1});
  wait(15s, {&one}); // longer than `warmup`
  CHECK_FALSE(one.state().report().ready);
  CHECK(one.state().report().reason ==
        "waiting for the first data: no exchange has told of any market yet; /v1/exchanges says "
        "why");
  CHECK_FALSE(is_there(keys.epoch));
  one.state().held[0] = 1; // the other feed is not waited for any more
  wait(500ms, {&one});
  CHECK(one.state().report().ready);
  CHECK(is_there(keys.epoch));
}

TEST_CASE_FIXTURE(started_daemons, "a daemon that stops in order takes its heartbeat with it") {
  const auto one = start("one");
  SUBCASE("at work") {
    settle(one);
    REQUIRE(is_listed("one"));
  }
  SUBCASE("in the middle of its start") {
    leave_rows(3'000);
    while (!one.state().has_turn)
      step(one);
  }
  bool over = false;
  spawn([&](caf::event_based_actor* self) {
    self->request(one.keeper, caf::infinite, drain_asked{})
        .then([&](const drained&) { over = true; }, [](const caf::error&) {});
  });
  run();
  CHECK_FALSE(over); // Redis has yet to hear of it
  step(one);
  CHECK(over);
  wait(1s, {&one});
  CHECK_FALSE(is_listed("one"));
  CHECK_FALSE(is_there(keys.starter));
}

TEST_CASE_FIXTURE(
    test::actor_fixture,
    "no incarnation goes over two connections of a writer, whoever else has come back") {
  test::store redis;
  auto link = std::make_shared<test::held_client>();
  test::probe<rebuild> first{*this}, second{*this};
  keeper_config config;
  config.daemon_id = "d";
  config.board = std::make_shared<const board>("t", std::vector<std::string>{});
  config.open = [&](std::vector<board::script_ptr> scripts, redis::client_events events) {
    link->hold(redis.connect(std::move(scripts), link->held(std::move(events))));
    return link;
  };
  config.writers = {make_address(), make_address()};
  config.writers[0]->set(first.handle());
  config.writers[1]->set(second.handle());
  const auto subject = spawn(keeper, std::move(config));
  const auto settle = [&] {
    for (int i = 0; i < 6; ++i) {
      run();
      link->exchange();
    }
    run();
  };
  const auto ordered = [](test::probe<rebuild>& one) {
    const auto news = one.take<rebuild>();
    return news.empty() ? 0 : news.back().incarnation;
  };
  send(subject, writer_connected{0, 0}); // before the keeper is
  settle();
  CHECK(ordered(first) == 1);
  CHECK(ordered(second) == 1);
  send(subject, writer_connected{1, 0}); // its first
  CHECK(ordered(second) == 1);
  CHECK(ordered(first) == 0);

  send(subject, writer_connected{0, 1});
  CHECK(ordered(first) == 2);
  CHECK(ordered(second) == 2);
  send(subject, writer_connected{1, 1}); // had not yet come back
  CHECK(ordered(second) == 2);
  CHECK(ordered(first) == 0);
  send(subject, writer_connected{1, 0}); // it was restarted: its life before may have sent things
  CHECK(ordered(second) == 3);
  CHECK(ordered(first) == 3);

  send(subject, store_lost{"gone"});
  send(subject, writer_connected{0, 3});
  CHECK(ordered(first) == 0); // that comes with the keeper's connection
  send(subject, store_ready{});
  CHECK(ordered(first) == 4);
  CHECK(ordered(second) == 4);
  stop_all();
}
