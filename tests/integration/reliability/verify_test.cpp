// What verify finds, and sets right, beside a daemon that goes on.

#include "adapters/redis/layout.hpp"
#include "tests/integration/reliability/verified.hpp"

using namespace tickboard;
using namespace tickboard::test;

TEST_CASE("beside a daemon that takes in 4,000 updates a second, verify finds damage alone") {
  world on{three_exchanges(0, 4'000.0 / 3, false)};
  wait_until_ready(on);
  const auto clean = verify(on);
  INFO(clean.text);
  CHECK(clean.status == 0);
  CHECK(clean.text.find(": 1500 markets") != clean.text.npos);

  const auto id = on.rows().begin()->first;
  const auto quote = id.substr(id.rfind('-') + 1);
  const redis::layout keys{"tb", {"USDT", "USD", "USDC", "BTC", "ETH", "EUR"}};
  const auto& board = keys[redis::layout::board];
  on.command({"ZREM", board.by[id_field], id});
  on.command({"ZREM", board.by[stale_index], id});
  on.command({"ZADD", board.by[*find_sort_field("last")], "1", "nowhere:A-B"});
  const auto found = verify(on, "--repair"); // tells what it found, and what it did
  INFO(found.text);
  CHECK(found.status == 1);
  CHECK(found.text.find("{:board} " + id + ": by:id: nothing is there") != found.text.npos);
  CHECK(found.text.find("{:board} " + id + ": by:stale: nothing is there") != found.text.npos);
  CHECK(found.text.find("{:board} nowhere:A-B: by:last: it is there, but there is no row") !=
        found.text.npos);
  CHECK(found.text.find("; 3 findings") != found.text.npos);

  CHECK(found.text.find("repaired: 2; changed meanwhile, or too many for one run: 0") !=
        found.text.npos);
  const auto after = verify(on);
  INFO(after.text);
  CHECK(after.status == 0);
  CHECK(on.get("/readyz").status == 200);
}
