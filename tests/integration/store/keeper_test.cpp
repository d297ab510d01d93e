#include "actors/keeper.hpp"
#include "tests/integration/store/filled_board.hpp"
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
