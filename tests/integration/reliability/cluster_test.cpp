// Redis in cluster mode, one node with all slots: a command has keys of one hash tag, or is
// refused.

#include "adapters/redis/layout.hpp"
#include "tests/integration/reliability/board_under_test.hpp"
#include "tests/integration/reliability/verified.hpp"
#include "tests/support/cluster.hpp"
#include "tests/support/redis_admin.hpp"

#include <doctest/doctest.h>

#include <csignal>

using namespace tickboard;
using namespace tickboard::test;

TEST_CASE("in a cluster of one node daemons start, serve, and stop as elsewhere") {
  board_under_test on{with(cluster_options()), false};
  redis_admin admin{on.redis->url()};
  take_all_slots(admin);
  const redis::layout keys{"tb", {}};
  const auto& daemons = keys[redis::layout::board].daemons;
  const auto stop = [](process& one) {
    one.kill(SIGTERM);
    CHECK(one.wait() == 0);
  };

  wait_until_ready(on); // over an empty one
  on.say_more();
  const auto rows = converged_rows(on);
  CHECK(on.get("/v1/markets?quote=USD&sort=-last").status == 200);
  CHECK(on.get("/v1/markets/kraken:BTC-USD/candles").status == 200);
  on.wait_until("assets are served", [&] { return on.get("/v1/assets").status == 200; });

  process second{
      {TICKBOARD_PROGRAM, "serve", "--config", on.redis->directory() + "/tickboard.toml"},
      on.log()};
  on.wait_until("the second one is ready",
                [&] { return on.get(second.port(), "/readyz").status == 200; });
  on.say_more();
  CHECK(converged_rows(on).size() == rows.size());
  CHECK(admin({"ZCARD", daemons}) == "2");
  stop(second);
  CHECK(admin({"ZCARD", daemons}) == "1");
  stop(*on.daemon);
  CHECK(admin({"ZCARD", daemons}) == "0");

  on.start_daemon(); // over a full one
  wait_until_ready(on);
  CHECK(converged_rows(on).size() == rows.size());
  on.daemon->kill(SIGKILL);
  on.daemon->wait();
  on.start_daemon();
  on.wait_until("what the killed one left is seen to", [&] {
    return admin({"ZCARD", daemons}) == "1";
  });
  wait_until_ready(on);
  CHECK(converged_rows(on).size() == rows.size());
  stop(*on.daemon);
  const auto found = verify(on);
  INFO(found.text);
  CHECK(found.status == 0);
  CHECK(on.log_lines_with("CROSSSLOT") == 0);
}
