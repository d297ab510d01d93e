#include "actors/board.hpp"
#include "tests/support/store.hpp"

using namespace tickboard;
using test::store;

TEST_CASE("a partition is said to be whole, for a while, only while its owner's mark is there") {
  store redis;
  const board on{"t", {}};
  const auto& keys = on.assets;
  const auto keep = [&](std::string_view milliseconds) {
    redis::call one;
    one.by_sha = on.keep;
    one.keys = 2;
    one.arguments = redis::command{keys.epoch, keys.owner, milliseconds, "life"};
    return redis.run(std::move(one)).integer;
  };
  CHECK(keep("1000") == 0);
  CHECK(redis.run({"EXISTS", keys.epoch}).integer == 0);

  redis.run({"SET", keys.owner, "somebody"});
  CHECK(keep("60000") == 1);
  CHECK(redis.run({"GET", keys.epoch}).text == "life");
  const auto lifetime = [&] { return redis.run({"PTTL", keys.epoch}).integer; };
  CHECK(lifetime() > 30'000);
  CHECK(lifetime() <= 60'000);
  CHECK(keep("120000") == 1); // said again: from now on
  CHECK(lifetime() > 60'000);

  redis.run({"DEL", keys.owner}); // emptied: what was said stands until it expires
  CHECK(keep("600000") == 0);
  CHECK(lifetime() <= 120'000);
}
