// Whom verify takes for alive, and what it makes of two of them.

#include "adapters/redis/verify/daemons.hpp"
#include "tests/integration/store/verified_board.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <string>

using namespace tickboard;
using test::filled_board;

namespace {

struct watched_board : filled_board {
  watched_board() : filled_board{5} { grow(40); }

  void beat(const std::string& daemon, int at) {
    redis.run({"ZADD", board->layout[redis::layout::board].daemons, std::to_string(at), daemon});
  }

  /// What is told of a market of which only its quote's own partition was changed.
  std::string found(const std::function<void(ticker&)>& change) {
    const auto one = std::find_if(truth.slots.begin(), truth.slots.end(),
                                  [](const slot& market) { return market.own_lane != 0; });
    REQUIRE(one != truth.slots.end());
    const auto& keys = board->layout[one->own_lane];
    const auto& id = one->subject->id;
    const auto row = redis.run({"GET", keys.row(id)}).text;
    const auto version = redis.run({"HGET", keys.version, id}).text;
    auto state = one->state;
    change(state);
    std::string other;
    append_row(other, *one->subject, state, one->stale, 9);
    redis.run({"SET", keys.row(id), other});
    redis.run({"HSET", keys.version, id, encode_version(state)});
    auto out = test::told(test::verify(*this));
    redis.run({"SET", keys.row(id), row});
    redis.run({"HSET", keys.version, id, version});
    return out;
  }
};

void hear_later(ticker& state) {
  state.received_ms += 3;
  for (auto* mark : {&state.trade_at, &state.quote_at, &state.stats_at})
    mark->received_ms += 3;
}

} // namespace

TEST_CASE("rows of the same updates, as two daemons heard them, are no damage") {
  watched_board on;
  on.beat("a", 1);
  CHECK(on.found(hear_later).find("row: version") != std::string::npos);
  on.beat("b", 1);
  CHECK(on.found(hear_later) == "");
  const auto with_another_price = [](ticker& state) {
    hear_later(state);
    state.trade.last = *decimal::parse("123456");
  };
  CHECK(on.found(with_another_price).find("row: version") != std::string::npos);
  const auto at_another_time = [](ticker& state) {
    hear_later(state);
    state.quote_at.sequence += 1;
  };
  CHECK(on.found(at_another_time).find("row: version") != std::string::npos);
}

TEST_CASE("a daemon is looked at for five seconds before it is taken for dead") {
  watched_board on;
  on.beat("quick", 1);
  on.beat("slow", 1);
  on.beat("stops", 1);
  on.beat("dead", 77);
  redis::conversation asking{
      *redis::parse_endpoint(on.redis.server->url()), {}, std::chrono::seconds{10}};
  const redis::layout keys{"t", {"USDT", "BTC"}};
  std::chrono::milliseconds waited{0};
  const auto found = redis::find_daemons(asking, keys, [&](std::chrono::milliseconds time) {
    waited += time;
    on.beat("quick", static_cast<int>(waited.count()));
    if (waited == std::chrono::seconds{5})
      on.beat("slow", 2);
    if (waited == std::chrono::seconds{2})
      on.redis.run({"ZREM", keys[redis::layout::board].daemons, "stops"});
  });
  CHECK(waited == std::chrono::seconds{5});
  CHECK(found.any_lives);
  CHECK(found.are_many);
  CHECK(found.ended_ms == std::vector<std::int64_t>{77});
}
