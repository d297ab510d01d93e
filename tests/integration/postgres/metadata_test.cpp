#include "actors/metadata.hpp"
#include "actors/metadata_worker.hpp"
#include "adapters/log/output.hpp"
#include "adapters/postgres/schema.hpp"
#include "market/asset_csv.hpp"
#include "tests/integration/postgres/database.hpp"
#include "tests/support/temporary_directory.hpp"

#include <caf/all.hpp>

#include <mutex>

using namespace tickboard;
using namespace tickboard::test;
using namespace std::chrono_literals;

namespace {

/// The metadata actor on a database, as in the daemon, and a subscriber.
class metadata_world {
public:
  explicit metadata_world(database& db, std::string cache_file = {}) : self_(system_) {
    tickboard::log::set_level("off"); // what it warns of is what the tests are about
    metadata_config config;
    config.open = [&db](postgres::client_events events) {
      postgres::client_options options;
      options.listen = {std::string{postgres::changes_channel}};
      options.connect_timeout = 500ms;
      options.reply_timeout = 500ms;
      options.probe_interval = 100ms;
      return db.connect(std::move(events), std::move(options));
    };
    config.cache_file = std::move(cache_file);
    config.spawn_worker = [this] { return system_.spawn<caf::detached>(metadata_worker); };
    subscriber_ = system_.spawn([this]() -> caf::behavior {
      return {[this](const catalogue_changed& told) {
        const std::lock_guard lock{mutex_};
        told_ = told.catalogue;
      }};
    });
    auto at = make_address();
    at->set(subscriber_);
    config.subscribers = {at};
    config.retry = 50ms;
    actor_ = system_.spawn(metadata, config);
  }
  ~metadata_world() {
    for (const auto& one : {actor_, subscriber_})
      caf::anon_send_exit(one, caf::exit_reason::user_shutdown);
    self_->wait_for(actor_, subscriber_);
  }

  metadata_health health() { return ask<metadata_health>(metadata_health_asked{}); }
  asset_catalogue_ptr catalogue() { return ask<catalogue_changed>(catalogue_asked{}).catalogue; }
  /// What the subscriber was told last; null if nothing.
  asset_catalogue_ptr told() {
    const std::lock_guard lock{mutex_};
    return told_;
  }

  std::string name_told(const std::string& symbol) {
    const auto all = told();
    const auto* const found = all ? all->find(symbol) : nullptr;
    return found ? found->name : "";
  }

  void wait_for_state(const std::string& state) {
    wait_until(state.c_str(), [&] { return health().state == state; });
  }

private:
  template <class Answer, class Question>
  Answer ask(Question question) {
    Answer out;
    self_->request(actor_, 1min, std::move(question))
        .receive([&](const Answer& answer) { out = answer; },
                 [&](const caf::error& error) { FAIL(caf::to_string(error)); });
    return out;
  }

  caf::actor_system_config config_;
  caf::actor_system system_{config_};
  caf::scoped_actor self_;
  std::mutex mutex_;
  asset_catalogue_ptr told_;
  caf::actor subscriber_, actor_;
};

constexpr auto two_assets = "symbol,name\nBTC,Bitcoin\nETH,Ethereum\n";

} // namespace

TEST_CASE("changes in the database reach subscribers, from whoever makes them") {
  database db;
  db.migrate();
  db.import(two_assets);
  metadata_world world{db};
  wait_until("the assets", [&] { return world.name_told("BTC") == "Bitcoin"; });
  world.wait_for_state("ok");
  CHECK(world.health().assets == 2);
  CHECK(world.health().source == "postgres");
  CHECK(world.health().problem == "");
  CHECK(world.health().age_ms >= 0);

  db.run("UPDATE tickboard.asset SET name = 'Bit coin' WHERE symbol = 'BTC'");
  wait_until("the update", [&] { return world.name_told("BTC") == "Bit coin"; });
  db.run("INSERT INTO tickboard.category VALUES ('Layer 1'); "
         "INSERT INTO tickboard.asset_category VALUES ('ETH', 'Layer 1')");
  wait_until("the category", [&] { return world.told()->find_category("layer-1") != nullptr; });
  db.run("UPDATE tickboard.category SET name = 'Smart contracts'");
  wait_until("the rename",
             [&] { return world.told()->find_category("smart-contracts") != nullptr; });
  db.run("DELETE FROM tickboard.asset WHERE symbol = 'ETH'");
  wait_until("the removal", [&] { return world.told()->assets().size() == 1; });
  db.import("symbol,name\nSOL,Solana\n");
  wait_until("the import", [&] { return world.name_told("SOL") == "Solana"; });
  db.run("TRUNCATE tickboard.asset CASCADE");
  wait_until("nothing left", [&] { return world.told()->assets().empty(); });
  CHECK(world.health().state == "ok");
}

TEST_CASE("many changes are few loads, and the last one counts") {
  database db;
  db.migrate();
  db.import(two_assets);
  metadata_world world{db};
  for (int i = 0; i < 500; ++i)
    db.run("UPDATE tickboard.asset SET name = 'N" + std::to_string(i) + "' WHERE symbol = 'BTC'");
  wait_until("the last name", [&] { return world.name_told("BTC") == "N499"; });
}

TEST_CASE("a server that is killed leaves the last known, and its successor is followed") {
  database db;
  db.migrate();
  db.import(two_assets);
  metadata_world world{db};
  world.wait_for_state("ok");
  server().kill();
  world.wait_for_state("degraded");
  CHECK(world.catalogue()->assets().size() == 2);
  CHECK(world.health().assets == 2);
  CHECK(world.health().problem.find("PostgreSQL at ") == 0);
  server().start();
  world.wait_for_state("ok");
  wait_until("our own connection", [&] {
    return !db.try_to("UPDATE tickboard.asset SET name = 'New' WHERE symbol = 'BTC'").failed();
  });
  wait_until("the new data", [&] { return world.name_told("BTC") == "New"; });
}

TEST_CASE("what changed while the connection was lost is seen after it") {
  database db;
  db.migrate();
  db.import(two_assets);
  metadata_world world{db};
  world.wait_for_state("ok");
  // In one transaction, so that whoever comes back waits for the change, and is not notified of it.
  db.run("LOCK TABLE tickboard.asset; ALTER TABLE tickboard.asset DISABLE TRIGGER changed; "
         "UPDATE tickboard.asset SET name = 'Silent' WHERE symbol = 'BTC'; "
         "ALTER TABLE tickboard.asset ENABLE TRIGGER changed; "
         "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
         "WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'");
  wait_until("the change", [&] { return world.name_told("BTC") == "Silent"; });
  world.wait_for_state("ok");
}

TEST_CASE("a server that hangs hurts nobody") {
  database db;
  db.migrate();
  db.import(two_assets);
  metadata_world world{db};
  world.wait_for_state("ok");
  server().freeze();
  world.wait_for_state("degraded"); // which the actor says while nothing answers it
  CHECK(world.catalogue()->assets().size() == 2);
  metadata_world newcomer{db};
  wait_until("its failed attempt",
             [&] { return newcomer.health().problem.find("took too long") != std::string::npos; });
  CHECK(newcomer.health().state == "failed");
  server().thaw();
  world.wait_for_state("ok");
  newcomer.wait_for_state("ok");
}

TEST_CASE("without a server at the start, the cache file serves") {
  const temporary_directory dir;
  const auto cache = dir / "cache.csv";
  database db;
  db.migrate();
  db.import("symbol,name,categories,circulating_supply\nBTC,\"Bit,coin\",Layer 1,19.50\n");
  asset_catalogue_ptr before;
  {
    metadata_world world{db, cache};
    world.wait_for_state("ok");
    before = world.catalogue();
    wait_until("the cache", [&] { return std::filesystem::exists(cache); });
    db.run("UPDATE tickboard.asset SET website = 'https://x.org'");
    wait_until("the change", [&] { return *world.catalogue() != *before; });
    before = world.catalogue();
    wait_until("the cache of the change", [&] {
      std::ifstream in{cache};
      return std::string{std::istreambuf_iterator<char>{in}, {}} == to_csv(*before);
    });
  }
  server().kill();
  {
    metadata_world world{db, cache};
    world.wait_for_state("degraded");
    wait_until("the cached assets", [&] { return world.told() != nullptr; });
    CHECK(*world.told() == *before);
    CHECK(world.health().problem.find("PostgreSQL") != std::string::npos);
    server().start();
    world.wait_for_state("ok");
    CHECK(*world.catalogue() == *before);
  }
  server().kill();
  for (const std::string broken : {"", "symbol,name\nBTC", "\xFF\xFE\x01"}) {
    write_file(cache, broken);
    metadata_world world{db, cache};
    world.wait_for_state("failed");
    CHECK(world.catalogue()->assets().empty());
  }
  metadata_world without{db, dir / "none.csv"};
  without.wait_for_state("failed");
  CHECK(without.health().age_ms == -1);
  server().start();
  without.wait_for_state("ok");
}

TEST_CASE("tables that are missing, newer or broken are said, and put in order without a restart") {
  database db;
  metadata_world world{db};
  const auto says = [&](const char* what) {
    wait_until(what, [&] { return world.health().problem.find(what) != std::string::npos; });
  };
  says("tickboard migrate makes them");
  CHECK(world.health().state == "failed");
  db.migrate();
  world.wait_for_state("ok");
  db.import(two_assets);
  wait_until("the assets", [&] { return world.name_told("BTC") == "Bitcoin"; });

  db.run("INSERT INTO tickboard.schema_version (version, name) VALUES (999, 'future'); "
         "UPDATE tickboard.asset SET name = 'Future' WHERE symbol = 'BTC'");
  says("which is newer than");
  CHECK(world.health().state == "degraded");
  CHECK(world.catalogue()->find("BTC")->name == "Bitcoin");
  db.run("DELETE FROM tickboard.schema_version WHERE version = 999"); // nobody is notified
  wait_until("the assets again", [&] { return world.name_told("BTC") == "Future"; });

  db.run("ALTER TABLE tickboard.asset DROP CONSTRAINT asset_website_check; "
         "UPDATE tickboard.asset SET website = 'javascript:x' WHERE symbol = 'BTC'");
  says("asset BTC: website: \"javascript:x\" is not allowed");
  CHECK(world.catalogue()->find("BTC")->website == "");
  db.run("UPDATE tickboard.asset SET website = NULL");
  world.wait_for_state("ok");

  db.run("ALTER TABLE tickboard.asset RENAME COLUMN explorer TO other");
  db.run("NOTIFY tickboard_metadata");
  says("the assets cannot be read");
  db.run("ALTER TABLE tickboard.asset RENAME COLUMN other TO explorer");
  world.wait_for_state("ok");
  db.run("DROP SCHEMA tickboard CASCADE; NOTIFY tickboard_metadata");
  says("tickboard migrate makes them");
  CHECK(world.catalogue()->assets().size() == 2);
}

TEST_CASE("a cache that cannot be written is said, and hurts nothing else") {
  const temporary_directory dir;
  database db;
  db.migrate();
  db.import(two_assets);
  metadata_world world{db, dir / "no/such/place.csv"};
  world.wait_for_state("ok");
  wait_until("the problem",
             [&] { return world.health().problem.find("no/such/place.csv") != std::string::npos; });
  CHECK(world.health().state == "ok");
}
