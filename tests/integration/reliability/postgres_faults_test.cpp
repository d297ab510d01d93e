// Whatever is wrong with PostgreSQL, rows and pages go on, assets keep the names that were last
// known, and changes are seen once it is well.

#include "tests/integration/postgres/database.hpp"
#include "tests/integration/reliability/feed_world.hpp"
#include "tests/support/temporary_directory.hpp"

#include <doctest/doctest.h>

using namespace tickboard;
using namespace tickboard::test;

namespace {

constexpr auto assets = "symbol,name,slug\nBTC,Bitcoin,bitcoin\nETH,Ethereum,ethereum\n";

class named_world : public feed_world {
public:
  explicit named_world(const temporary_directory& dir)
      : feed_world({exchange_on("kraken")},
                   "[metadata]\ndsn = \"" + server().dsn() + "\"\ncache_file = \"" +
                       (dir / "cache.csv") +
                       "\"\nbackoff_max = \"100ms\"\nconnect_timeout = \"500ms\"\n"
                       "reply_timeout = \"500ms\"\nprobe_interval = \"500ms\"\n") {}

  void wait_for_health(const std::string& text) {
    const auto what = "/healthz says " + text;
    wait_until(what.c_str(), [&] { return get("/healthz").body.find(text) != std::string::npos; });
  }

  bool is_named(const std::string& symbol, const std::string& name) {
    return get("/v1/assets/" + symbol).body.find("\"name\":\"" + name + "\"") != std::string::npos;
  }

  /// Pages are served and rows updated, as without it.
  void check_board() {
    wait_for_updates(0, "BTC-USD");
    CHECK(get("/readyz").status == 200);
    CHECK(get("/healthz").status == 200);
    CHECK(get("/v1/assets?per_page=5").status == 200);
    CHECK(get("/v1/search?q=BTC").status == 200);
    CHECK_FALSE(has_stale(0));
  }
};

/// Someone renames BTC, by whichever connection works.
void rename(database& db, const std::string& name) {
  wait_until("the rename", [&] {
    return !db.try_to("UPDATE tickboard.asset SET name = '" + name + "' WHERE symbol = 'BTC'")
                .failed();
  });
}

} // namespace

TEST_CASE("PostgreSQL is absent at the start: symbols without names, until it is there") {
  const temporary_directory dir;
  database db;
  db.migrate();
  db.import(assets);
  server().kill();
  named_world on{dir};
  on.wait_for_health(R"("state":"failed")");
  on.wait_for_health("PostgreSQL at ");
  on.wait_until("assets are served", [&] { return on.get("/v1/assets/BTC").status == 200; });
  on.check_board();
  CHECK_FALSE(on.is_named("BTC", "Bitcoin"));
  const stopwatch since;
  server().start();
  on.wait_until("names are known", [&] { return on.is_named("BTC", "Bitcoin"); });
  MESSAGE("absent at the start: names " << since.ms() << " ms after it is started");
  on.wait_for_health(R"("state":"ok")");
  CHECK(on.converges().size() == markets_each);
}

TEST_CASE("PostgreSQL is killed, frozen, without tables, with newer ones: the last names stay") {
  const temporary_directory dir;
  database db;
  db.migrate();
  db.import(assets);
  named_world on{dir};
  on.wait_until("names are known", [&] { return on.is_named("BTC", "Bitcoin"); });
  const auto meanwhile = [&](const std::string& said, const char* name) {
    on.wait_for_health(said);
    on.wait_for_health(R"("state":"degraded")");
    on.check_board();
    CHECK(on.is_named("BTC", name));
  };
  const auto recovers = [&](const std::string& fault, const stopwatch& since, const char* name) {
    on.wait_until("the new name is known", [&] { return on.is_named("BTC", name); });
    MESSAGE(fault << ": what changed is known " << since.ms() << " ms after its end");
    on.wait_for_health(R"("state":"ok")");
  };
  {
    server().kill();
    meanwhile("PostgreSQL at ", "Bitcoin");
    const stopwatch since;
    server().start();
    rename(db, "After the kill");
    recovers("killed", since, "After the kill");
  }
  {
    server().freeze();
    meanwhile("PostgreSQL at ", "After the kill");
    const stopwatch since;
    server().thaw();
    rename(db, "After the frost");
    recovers("frozen", since, "After the frost");
  }
  {
    db.run("INSERT INTO tickboard.schema_version (version, name) VALUES (999, 'future'); "
           "UPDATE tickboard.asset SET name = 'Future' WHERE symbol = 'BTC'");
    meanwhile("which is newer than", "After the frost");
    const stopwatch since;
    db.run("DELETE FROM tickboard.schema_version WHERE version = 999");
    recovers("newer tables", since, "Future");
  }
  {
    db.run("DROP SCHEMA tickboard CASCADE; NOTIFY tickboard_metadata");
    meanwhile("tickboard migrate makes them", "Future");
    db.migrate();
    const stopwatch since;
    db.import("symbol,name,slug\nBTC,Made anew,bitcoin\n");
    recovers("no tables", since, "Made anew");
  }
  CHECK(on.converges().size() == markets_each);
}
