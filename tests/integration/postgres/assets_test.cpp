#include "actors/messages/metadata.hpp"
#include "adapters/postgres/assets.hpp"
#include "adapters/postgres/migrations.hpp"
#include "adapters/postgres/schema.hpp"
#include "market/asset_csv.hpp"
#include "tests/integration/postgres/database.hpp"

#include <boost/asio/post.hpp>
#include <doctest/doctest.h>

#include <atomic>
#include <fstream>
#include <iterator>

using namespace tickboard;
using namespace tickboard::test;

namespace {

result<postgres::migration_report> migrate(database& db) {
  return db.ask<postgres::migration_report>(
      [](const auto& on, auto finish) { postgres::migrate(on, finish); });
}

result<asset_catalogue_ptr> load(database& db) {
  return db
      .ask<postgres::reply>(
          [](const auto& from, auto finish) { postgres::read_assets(from, finish); })
      .and_then(postgres::make_catalogue);
}

asset_catalogue_ptr loaded(database& db) {
  const auto out = load(db);
  REQUIRE_MESSAGE(out, (out ? "" : out.error()));
  return *out;
}

bool refused(const postgres::reply& answer) {
  return answer.code() == "23514"; // check_violation
}

} // namespace

TEST_CASE("an empty database is migrated, and once is enough") {
  database db;
  const auto untouched = load(db);
  REQUIRE(!untouched);
  CHECK(untouched.error().find("tickboard migrate makes them") != std::string::npos);

  const auto first = migrate(db);
  REQUIRE_MESSAGE(first, (first ? "" : first.error()));
  CHECK(first->from == 0);
  CHECK(first->to == postgres::schema_version());
  CHECK(loaded(db)->assets().empty());
  const auto again = migrate(db);
  REQUIRE(again);
  CHECK(again->from == again->to);
  CHECK(db.run("SELECT count(*) FROM tickboard.schema_version").text(0, 0) ==
        std::to_string(postgres::schema_version()));
}

TEST_CASE("two who migrate at once take turns") {
  database db;
  std::vector<std::shared_ptr<postgres::client>> clients;
  std::atomic<int> right = 0, answered = 0;
  for (int i = 0; i < 4; ++i) {
    postgres::client_events events;
    events.on_ready = [&, i] {
      postgres::migrate(clients[static_cast<std::size_t>(i)],
                        [&](const result<postgres::migration_report>& done) {
                          right += done && done->to == postgres::schema_version() ? 1 : 0;
                          ++answered;
                        });
    };
    clients.push_back(nullptr);
    boost::asio::post(db.io.context(), [&, i, events] {
      clients[static_cast<std::size_t>(i)] = db.connect(events);
    });
  }
  wait_until("four answers", [&] { return answered == 4; });
  CHECK(right == 4);
}

TEST_CASE("a schema that is newer or older than ours is told, and left alone") {
  database db;
  db.migrate();
  db.run("INSERT INTO tickboard.schema_version (version, name) VALUES (999, 'future')");
  const auto newer = load(db);
  REQUIRE(!newer);
  CHECK(newer.error().find("schema version 999, which is newer than") != std::string::npos);
  const auto refusal = migrate(db);
  REQUIRE(!refusal);
  CHECK(refusal.error().find("999") != std::string::npos);
  const auto import_refusal = db.ask<postgres::import_report>([&](const auto& into, auto finish) {
    postgres::import_assets(into, std::make_shared<asset_catalogue>(), finish);
  });
  CHECK(!import_refusal);

  const auto older = postgres::check_schema_version(1, 2);
  REQUIRE(!older);
  CHECK(older.error().find("version 1, which is older than 2") != std::string::npos);
  CHECK(older.error().find("tickboard migrate") != std::string::npos);
  CHECK(postgres::check_schema_version(2, 2));
}

TEST_CASE("a migration that fails changes nothing") {
  database db;
  db.run("CREATE SCHEMA tickboard; CREATE TABLE tickboard.category (other int)");
  const auto failed = migrate(db);
  REQUIRE(!failed);
  CHECK(failed.error().find("nothing was changed") != std::string::npos);
  CHECK(db.run("SELECT to_regclass('tickboard.asset') IS NULL").text(0, 0) == "t");
  CHECK(db.run("SELECT to_regclass('tickboard.schema_version') IS NULL").text(0, 0) == "t");
}

TEST_CASE("what is imported is what is loaded") {
  database db;
  db.migrate();
  const std::string csv = "symbol,name,slug,categories,circulating_supply,max_supply,website,"
                          "explorer,source_code\n"
                          "BTC,\"Bit \"\"{coin},\\\",bitcoin,Layer 1;A,1.50,21000000,https://x.org,"
                          "https://e.org,https://s.org\n"
                          "NULL,NULL,null,,,,,,\n"
                          "Z,Z\xC3\xBCs,zus,A,,,minimini.lol,,\n";
  const auto report = db.import(csv);
  CHECK(report.assets == 3);
  CHECK(report.added == 3);
  CHECK(report.changed == 0);
  CHECK(*loaded(db) == **parse_asset_csv(csv, "test"));
  const auto again = db.import(csv);
  CHECK(again.added == 0);
  CHECK(again.changed == 0);
}

TEST_CASE("an import brings up to date what it has, and leaves the rest") {
  database db;
  db.migrate();
  db.import("symbol,name,slug,categories,circulating_supply,website\n"
            "A,Ay,first,One;Two,5,https://a.org\nB,Bee,second,Two,,\nC,See,,,,\nD,Dee,,Two,,\n");
  const auto report = db.import("symbol,name,slug,categories,circulating_supply\n"
                                "A,Ay,second,Three;Two,\nB,Bee,first,,7\nD,Dee,,Two,\nE,Ee,,,\n");
  CHECK(report.added == 1);
  CHECK(report.changed == 2);
  const auto now = loaded(db);
  REQUIRE(now->assets().size() == 5);
  const auto& a = *now->find("A");
  CHECK(a.slug == "second"); // swapped with B
  CHECK(a.circulating_supply.text() == "5");
  CHECK(a.website == "https://a.org");
  REQUIRE(a.categories.size() == 2);
  CHECK(a.categories[0].name == "Three");
  CHECK(a.categories[1].name == "Two");
  const auto& b = *now->find("B");
  CHECK(b.circulating_supply.text() == "7");
  CHECK(b.categories.size() == 1);
  CHECK(now->find("C") != nullptr);
}

TEST_CASE("a slug that an import leaves empty is made for new assets alone") {
  database db;
  db.migrate();
  db.import("symbol,name,slug\nAVAX,Avalanche,avalanche-2\nLUNC,Terra Classic,terra\n"
            "MOVE,Old,moved\n");
  const auto report = db.import("symbol,name,slug,circulating_supply\nAVAX,Avalanche,,400000000\n"
                                "LUNA,Terra,,700\nMOVE,Old,old,\nNEW,Moved,,1\nX,Ex,,\n");
  CHECK(report.added == 3);
  CHECK(report.changed == 2);
  const auto now = loaded(db);
  CHECK(now->find("AVAX")->slug == "avalanche-2");
  CHECK(now->find("AVAX")->circulating_supply.text() == "400000000");
  CHECK(now->find("LUNC")->slug == "terra");
  CHECK(now->find("LUNA")->slug == "terra-luna");
  CHECK(now->find("NEW")->slug == "moved"); // MOVE left it
  CHECK(now->find("X")->slug == "ex");
  const auto again = db.import("symbol,name\nLUNA,Terra\nAVAX,Avalanche\n");
  CHECK(again.changed == 0);

  db.import("symbol,name,slug\nFOO,Bar,\nBAZ,Qux,bar\n"); // it is BAZ's, whoever comes first
  CHECK(loaded(db)->find("BAZ")->slug == "bar");
  CHECK(loaded(db)->find("FOO")->slug == "bar-foo");

  db.import("symbol,name,slug\nA,Ay,y\nB,Bee,y-c\n");
  const auto failed = db.try_import("symbol,name\nC,Y\n");
  REQUIRE(!failed); // both of its names are taken
  CHECK(failed.error().find("asset C: slug: \"y-c\" is another asset's already; allowed: each slug "
                            "once, as one of its own in the column slug") != std::string::npos);
}

TEST_CASE("an import is all or nothing") {
  database db;
  db.migrate();
  db.import("symbol,name,slug\nA,Ay,taken\n");
  const auto failed = db.try_import("symbol,name,slug\nB,Bee,bee\nC,See,taken\n");
  REQUIRE(!failed);
  CHECK(failed.error().find("asset C: slug: \"taken\" is another asset's already") !=
        std::string::npos);
  CHECK(loaded(db)->assets().size() == 1);
}

TEST_CASE("the tables keep the rules of catalogues") {
  database db;
  db.migrate();
  const auto insert = [&](const std::string& columns, const std::string& values) {
    return db.try_to("INSERT INTO tickboard.asset (symbol, name, slug" + columns + ") VALUES (" +
                     values + ")");
  };
  CHECK(refused(insert("", "'A B', 'Ay', 'a'")));
  CHECK(refused(insert("", "'A:B', 'Ay', 'a'")));
  CHECK(refused(insert("", "'A\\B', 'Ay', 'a'")));
  CHECK(refused(insert("", "repeat('A', 33), 'Ay', 'a'")));
  CHECK(refused(insert("", "'A', ' Ay', 'a'")));
  CHECK(refused(insert("", "'A', '', 'a'")));
  CHECK(refused(insert("", "'A', 'Ay', 'A'")));
  for (const std::string bad : {"-1", "'NaN'", "'Infinity'", "1e40"})
    CHECK(refused(insert(", circulating_supply", "'A', 'Ay', 'a', " + bad)));
  for (const std::string bad : {"'javascript:alert(1)'", "'ftp://x'", "'https://a b'",
                                "'b\xC3\xBC\x63her.de'", "repeat('a', 513)", "E'a.org\\n'"})
    for (const std::string link : {", website", ", explorer", ", source_code"})
      CHECK(refused(insert(link, "'A', 'Ay', 'a', " + bad)));
  for (const std::string bad : {"'a;b'", "'a|b'", "'--'", "''", "repeat('a', 65)"})
    CHECK(refused(db.try_to("INSERT INTO tickboard.category VALUES (" + bad + ")")));
  CHECK(!insert(", website, circulating_supply", "'A', 'Ay', 'a', 'a.org/x', 1.5").failed());
  CHECK(!insert(", website", "'B', 'Bee', 'b', ''").failed());
  CHECK(loaded(db)->assets().size() == 2);
}

TEST_CASE("an asset has as many categories as catalogues take, however they come") {
  database db;
  db.migrate();
  db.run("INSERT INTO tickboard.asset (symbol, name, slug) VALUES ('A', 'Ay', 'a'), "
         "('B', 'Bee', 'b')");
  db.run("INSERT INTO tickboard.category SELECT 'c' || i FROM generate_series(1, 33) i");
  const std::string add = "INSERT INTO tickboard.asset_category SELECT ";
  CHECK(refused(db.try_to(add + "'A', name FROM tickboard.category")));
  db.run(add + "'A', name FROM tickboard.category WHERE name <> 'c33'");
  const auto beyond = db.try_to(add + "'A', 'c33'");
  CHECK(refused(beyond));
  CHECK(beyond.error() == "asset A: categories: there would be 33; allowed: at most 32");
  db.run(add + "'B', 'c33'");
  CHECK(refused(db.try_to("UPDATE tickboard.asset_category SET symbol = 'A' WHERE symbol = 'B'")));
  CHECK(loaded(db)->find("A")->categories.size() == 32);
  db.run("UPDATE tickboard.asset SET symbol = 'AA' WHERE symbol = 'A'");
  std::string csv = "symbol,name,categories\nAA,Ay,";
  for (int i = 0; i < 32; ++i)
    csv += "d" + std::to_string(i) + ";";
  db.import(csv + "\n"); // 32 others in their place
  CHECK(loaded(db)->find("AA")->categories.size() == 32);
}

TEST_CASE("a migration names the rows that are in its way") {
  database db;
  db.run("CREATE SCHEMA tickboard; CREATE TABLE tickboard.schema_version "
         "(version integer PRIMARY KEY, name text NOT NULL, applied_at timestamptz DEFAULT now())");
  db.run(std::string{postgres::migrations::m0001_assets});
  db.run("INSERT INTO tickboard.schema_version VALUES (1, 'assets')");
  db.run("INSERT INTO tickboard.asset (symbol, name, slug, explorer) VALUES "
         "('A', 'Ay', 'a', 'b\xC3\xBC\x63her.de/x'), ('B', 'Bee', 'b', 'https://b.org'), "
         "('C', 'See', 'c', NULL)");
  db.run("INSERT INTO tickboard.category SELECT 'c' || i FROM generate_series(1, 33) i");
  db.run("INSERT INTO tickboard.asset_category SELECT 'C', name FROM tickboard.category");
  const auto failed = migrate(db);
  REQUIRE(!failed);
  CHECK(failed.error().find("from version 1 to") != std::string::npos);
  CHECK(failed.error().find("asset A: explorer: \"b\xC3\xBC\x63her.de/x\" is not allowed") !=
        std::string::npos);
  CHECK(failed.error().find("asset C: categories: there are 33; allowed: at most 32") !=
        std::string::npos);
  CHECK(failed.error().find("asset B") == std::string::npos);

  db.run("UPDATE tickboard.asset SET explorer = '' WHERE symbol = 'A'");
  db.run("DELETE FROM tickboard.asset_category WHERE category = 'c33'");
  const auto done = migrate(db);
  REQUIRE_MESSAGE(done, (done ? "" : done.error()));
  CHECK(loaded(db)->assets().size() == 3);
}

TEST_CASE("as many assets as may be are imported and loaded") {
  database db;
  db.migrate();
  std::string csv = "symbol,name,categories,circulating_supply,website\n";
  for (std::size_t i = 0; i < asset_limits::assets; ++i) {
    const auto n = std::to_string(i);
    csv += "S" + n + ",Name " + n + ",C" + std::to_string(i % 900) + ";D," + n + ",https://x.org/" +
           n + "\n";
  }
  CHECK(db.import(csv).added == asset_limits::assets);
  CHECK(loaded(db)->assets().size() == asset_limits::assets);
  db.run("INSERT INTO tickboard.asset (symbol, name, slug) VALUES ('X', 'X', 'x')");
  const auto beyond = load(db);
  REQUIRE(!beyond);
  CHECK(beyond.error().find("too many assets; allowed: at most 200000") != std::string::npos);
}

TEST_CASE("the shared list of assets is imported whole") {
  std::ifstream in{TICKBOARD_SHARED_DIR "/assets/assets.csv"};
  if (!in) {
    MESSAGE("NOT TESTED: there is no " TICKBOARD_SHARED_DIR "/assets/assets.csv");
    return;
  }
  const std::string csv{std::istreambuf_iterator<char>{in}, {}};
  database db;
  db.migrate();
  CHECK(db.import(csv).added == 1'195);
  CHECK(*loaded(db) == **parse_asset_csv(csv, "test"));
}
