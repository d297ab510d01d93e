#include "actors/keeper.hpp"
#include "actors/messages/store.hpp"
#include "actors/messages/writer.hpp"
#include "tests/integration/store/filled_board.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/held_client.hpp"
#include "tests/support/shared_workers.hpp"

#include <caf/all.hpp>

using namespace tickboard;
using test::filled_board;

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
