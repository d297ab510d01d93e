#include "actors/asset_store.hpp"
#include "tests/integration/store/asset_world.hpp"

#include <set>

using namespace tickboard;
using namespace tickboard::test;
using namespace std::chrono_literals;

TEST_CASE(
    "pages of assets equal a brute-force sort of what the markets say, through many changes") {
  const std::uint64_t seed = std::random_device{}();
  INFO("seed " << seed);
  asset_world on{seed};
  on.truth.add_markets(60, {"USD", "USDT", "BTC"});
  on.start();
  on.wait(3s);
  for (int round = 0; round < 12; ++round) {
    if (round % 4 == 3) {
      on.draw_catalogue();
      on.send(on.subject, catalogue_changed{on.catalogue});
    }
    if (round % 3 == 2)
      on.forget_some();
    if (round % 6 == 2)
      on.wait(1s); // else what comes back does so while the rest is leaving
    on.truth.add_markets(round % 3 == 2 ? 15 : 5, {"USD", "BTC"});
    on.tell(false);
    on.wait(1s);
    on.check_what_is_stored();
    for (int i = 0; i < 60; ++i) {
      const auto query = on.random_query();
      const auto outcome = on.ask(query, 1 + static_cast<std::uint32_t>(on.truth.pick(80)));
      INFO(query.target(query.page));
      REQUIRE_MESSAGE(outcome.problem.empty(), outcome.problem);
      const bool equal = *outcome.body == on.page(query); // too long to print
      REQUIRE(equal);
    }
    for (int i = 0; i < 20; ++i) {
      movers_query query;
      query.window = on.truth.pick(change_count);
      query.up = on.truth.pick(2) == 0;
      query.limit = 1 + static_cast<std::uint32_t>(on.truth.pick(9));
      query.min_volume_usd = static_cast<double>(on.truth.pick(8));
      const auto outcome = on.ask([&](auto done) {
        evaluate_movers(on.board_at, on.db.client, query,
                        1 + static_cast<std::uint32_t>(on.truth.pick(9)), assets_ms,
                        std::move(done));
      });
      INFO(query.canonical());
      REQUIRE_MESSAGE(outcome.problem.empty(), outcome.problem);
      const auto rows = on.movers(query);
      const bool equal = outcome.body->starts_with(rows + ",\"window\":\"");
      REQUIRE(equal);
    }
  }
}

TEST_CASE(
    "assets are not served before the board is whole, and again soon after Redis was emptied") {
  asset_world on{5};
  on.board_ready = false;
  on.truth.add_markets(30, {"USD"});
  on.start();
  on.wait(5s);
  asset_query all, filtered;
  filtered.symbols.unwanted = {"B1"};
  CHECK(on.ask(all).error == ec::rebuilding);
  CHECK(on.db.run({"KEYS", "*"}).elements.empty()); // the keeper may be about to wipe
  on.board_ready = true;
  on.wait(3s);
  CHECK(*on.ask(all).body == on.page(all));
  CHECK(*on.ask(filtered).body == on.page(filtered));

  on.db.run({"FLUSHALL"});
  CHECK(on.ask(all).error == ec::rebuilding);
  CHECK(on.ask(filtered).error == ec::rebuilding);
  on.wait(1s);
  CHECK(*on.ask(all).body == on.page(all));
  on.db.run({"FLUSHALL"}); // with changes to come
  on.tell(false);
  on.wait(1s);
  CHECK(*on.ask(all).body == on.page(all));

  // Another life of the actor knows nothing until it is told; what is there serves meanwhile.
  on.end(on.subject);
  on.start();
  CHECK(*on.ask(all).body == on.page(all));
  on.wait(3s);
  CHECK(*on.ask(all).body == on.page(all));

  // Redis comes back with an older state: nothing of it stays.
  for (const auto& [symbol, row] : on.all_rows())
    on.db.run({"HSET", on.board_at->assets.row, symbol, "{}"});
  on.db.run({"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"});
  on.tell(false);
  // Reconnecting takes real time, however much of the test's passes.
  const auto deadline = std::chrono::steady_clock::now() + 30s;
  while (*on.ask(all).body != on.page(all) && std::chrono::steady_clock::now() < deadline)
    on.wait(500ms);
  CHECK(*on.ask(all).body == on.page(all));
}

TEST_CASE("what an earlier life of Redis had goes once, and what daemons of this one wrote stays") {
  asset_world on{7};
  on.truth.add_markets(30, {"USD"});
  on.start();
  on.wait(3s);
  const auto& keys = on.board_at->assets;
  const auto put = [&](const std::string& symbol) {
    on.db.run({"HSET", keys.row, symbol, "{}"});
    on.db.run({"HSET", keys.tags, symbol, "|meme|"});
    for (const auto& index : keys.by)
      on.db.run({"ZADD", index, "0", symbol});
  };
  const auto reconnect = [&] {
    const auto before = on.readies();
    on.db.run({"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"});
    const auto deadline = std::chrono::steady_clock::now() + 30s;
    while (on.readies() == before && std::chrono::steady_clock::now() < deadline)
      on.wait(500ms);
    REQUIRE(on.readies() > before);
    on.wait(2s);
  };
  const auto claimed = on.db.run({"GET", keys.owner}).text;
  put("THEIRS"); // another daemon follows more
  reconnect();
  CHECK(on.db.run({"HEXISTS", keys.row, "THEIRS"}).integer == 1);
  CHECK(on.db.run({"GET", keys.owner}).text == claimed);

  on.db.run({"SET", keys.owner, "assets of another life"}); // as a restored file has it
  for (int i = 0; i < 50; ++i)
    put("GONE" + std::to_string(i));
  reconnect();
  on.check_what_is_stored();
  CHECK(on.db.run({"GET", keys.owner}).text == claimed);
  asset_query all;
  CHECK(*on.ask(all).body == on.page(all));
}

TEST_CASE("who claims a partition removes what another claim was for, and nothing else") {
  store redis;
  const board on{"t", {}};
  const auto& keys = on.assets;
  const auto fill = [&] {
    for (const auto& key : keys.all())
      if (key != keys.owner)
        redis.run({"SET", key, "x"});
    redis.run({"SET", "other", "x"});
  };
  const auto claim = [&](std::string_view owner) { // what is left then
    CHECK(redis.run(claim_assets(on, owner)).integer == 1);
    CHECK(redis.run({"GET", keys.owner}).text == owner);
    return redis.run({"DBSIZE"}).integer;
  };
  fill();
  CHECK(claim("first") == 2); // nobody had claimed it
  fill();
  CHECK(claim("first") == 1 + std::ssize(keys.all()));
  CHECK(claim("second") == 2);
}

TEST_CASE("assets leave only by who owns their partition") {
  store redis;
  const board on{"t", {}};
  const auto& keys = on.assets;
  const auto fill = [&] {
    for (const auto* symbol : {"A", "B", "C"}) {
      redis.run({"HSET", keys.row, symbol, "{}"});
      redis.run({"HSET", keys.tags, symbol, "||"});
      for (const auto& index : keys.by)
        redis.run({"ZADD", index, "1", symbol});
    }
  };
  const auto left = [&] {
    std::set<std::int64_t> counts{redis.run({"HLEN", keys.row}).integer,
                                  redis.run({"HLEN", keys.tags}).integer};
    for (const auto& index : keys.by)
      counts.insert(redis.run({"ZCARD", index}).integer);
    REQUIRE(counts.size() == 1); // everywhere the same
    return *counts.begin();
  };
  const auto drop = [&](std::string_view owner) {
    const std::vector<std::string> symbols{"A", "C", "never there"};
    return redis.run(drop_assets(on, owner, symbols)).integer;
  };
  fill();
  CHECK(drop("me") == -1); // emptied
  CHECK(left() == 3);
  redis.run({"SET", keys.owner, "another"});
  CHECK(drop("me") == 0);
  CHECK(left() == 3);
  CHECK(drop("another") == 1);
  CHECK(left() == 1);
  CHECK(redis.run({"HGET", keys.row, "B"}).text == "{}");
}

TEST_CASE("an asset comes with its markets, by turnover") {
  asset_world on{6};
  on.truth.add_markets(80, {"USD"});
  lane board_lane{*on.board_at, redis::layout::board};
  for (auto& market : on.truth.slots)
    board_lane.mark(market);
  test::drain(on.db, board_lane, "t");
  on.start();
  const auto ask = [&](const std::string& symbol) {
    return on.ask([&](auto done) {
      evaluate_asset(on.board_at, on.db.client, symbol, {}, assets_ms, std::move(done));
    });
  };
  CHECK(ask("B1").error == ec::rebuilding);
  on.wait(3s);
  const auto all = on.all_rows();
  const auto symbol = all.begin()->first;
  CHECK(ask(symbol).error == ec::rebuilding); // the board's rows are not whole
  on.db.run({"SET", on.board_at->layout[redis::layout::board].epoch, "1"});
  for (const auto& [one, row] : all) {
    view_query markets;
    markets.bases.values = {one};
    markets.sort = *find_sort_field("volume_usd_24h");
    markets.per_page = 250;
    const auto page = on.truth.page(markets, assets_ms);
    const auto rows = page.substr(8, page.find(",\"page\":") - 8); // "[...]"
    CHECK(*ask(one).body == "{\"data\":" + model::aged(row.text, assets_ms) + ",\"markets\":" +
                                rows + ",\"as_of_ms\":" + std::to_string(assets_ms) + "}");
  }
  CHECK_FALSE(ask("NONE").body);
  CHECK(ask("NONE").problem.empty());
}
