#include "actors/metadata.hpp"
#include "actors/metadata_worker.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace tickboard;
using namespace tickboard::test;
using namespace std::chrono_literals;

namespace {

/// Real files; the watch is the test's, so that it says when a change is seen.
struct scripted_watch final : files::file_watch {
  void stop() override {}
};

struct metadata_fixture : actor_fixture {
  caf::actor start() {
    config.spawn_worker = [this] { return spawn(metadata_worker); };
    auto at = make_address();
    at->set(subscriber.handle());
    config.subscribers = {at, make_address()}; // one that is down, too
    const auto out = spawn(metadata, config);
    run();
    return out;
  }

  void follow_file() {
    config.file = dir / "assets.csv";
    config.watch = [this](std::function<void()> on_change) {
      touched = std::move(on_change);
      return std::make_shared<scripted_watch>();
    };
  }

  /// The file says this from now on, and that is seen.
  void file_says(const std::string& text) {
    write_file(config.file, text);
    touched();
    advance(100ms);
  }

  metadata_health health(const caf::actor& of) {
    metadata_health out;
    out.state = "no answer";
    spawn([&out, of](caf::event_based_actor* self) {
      self->request(of, caf::infinite, metadata_health_asked{})
          .then([&out](const metadata_health& told) { out = told; });
    });
    run();
    return out;
  }

  asset_catalogue_ptr catalogue(const caf::actor& of) {
    asset_catalogue_ptr out;
    spawn([&out, of](caf::event_based_actor* self) {
      self->request(of, caf::infinite, catalogue_asked{})
          .then([&out](const catalogue_changed& told) { out = told.catalogue; });
    });
    run();
    return out;
  }

  temporary_directory dir;
  metadata_config config;
  std::function<void()> touched;
  probe<catalogue_changed> subscriber{*this};
};

} // namespace

TEST_CASE("built-in assets are there at once") {
  metadata_fixture one;
  one.config.built_in = "symbol,name\nBTC,Bitcoin\n";
  const auto asked = one.start();
  const auto told = one.subscriber.take<catalogue_changed>();
  REQUIRE(told.size() == 1);
  CHECK(told[0].catalogue->find("BTC") != nullptr);
  CHECK(one.catalogue(asked) == told[0].catalogue);
  const auto health = one.health(asked);
  CHECK(health.state == "ok");
  CHECK(health.source == "built-in");
  CHECK(health.assets == 1);
}

TEST_CASE("a file is read, and read again when it changes") {
  metadata_fixture one;
  one.follow_file();
  const auto asked = one.start();
  CHECK(one.health(asked).state == "failed");
  one.file_says("symbol,name\nBTC,Bitcoin\n");
  REQUIRE(one.subscriber.all<catalogue_changed>().size() == 1);
  CHECK(one.health(asked).state == "ok");
  CHECK(one.health(asked).source == "file");
  one.file_says("symbol,name\nBTC,Bitcoin\nETH,Ethereum\n");
  REQUIRE(one.subscriber.all<catalogue_changed>().size() == 2);
  CHECK(one.subscriber.take<catalogue_changed>().back().catalogue->find("ETH") != nullptr);
  one.file_says("name,symbol\nEthereum,ETH\nBitcoin,BTC\n"); // which says the same
  CHECK(one.subscriber.all<catalogue_changed>().empty());
}

TEST_CASE("a broken or missing file leaves the last good catalogue, and says why") {
  metadata_fixture one;
  one.follow_file();
  const auto asked = one.start();
  one.file_says("symbol,name\nBTC,Bitcoin\n");
  for (const std::string broken :
       {"", "symbol,name\nBTC,\n", "symbol,name,logo\nBTC,Bitcoin,x\n"}) {
    one.file_says(broken);
    const auto health = one.health(asked);
    CHECK(health.state == "degraded");
    CHECK(health.problem.find(one.config.file) == 0);
    CHECK(health.assets == 1);
    CHECK(one.catalogue(asked)->find("BTC") != nullptr);
  }
  std::filesystem::remove(one.config.file);
  one.touched();
  one.advance(100ms);
  CHECK(one.health(asked).problem.find("No such file") != std::string::npos);
  CHECK(one.subscriber.take<catalogue_changed>().size() == 1);
  one.file_says("symbol,name\nETH,Ethereum\n");
  CHECK(one.health(asked).state == "ok");
  CHECK(one.subscriber.take<catalogue_changed>().size() == 1);
}

TEST_CASE("changes within a tenth of a second are read together") {
  metadata_fixture one;
  one.follow_file();
  const auto asked = one.start();
  for (int i = 0; i < 10; ++i) {
    write_file(one.config.file, "symbol,name\nA,Name " + std::to_string(i) + "\n");
    one.touched();
    one.advance(5ms);
  }
  CHECK(one.subscriber.all<catalogue_changed>().empty());
  one.advance(50ms);
  const auto told = one.subscriber.take<catalogue_changed>();
  REQUIRE(told.size() == 1);
  CHECK(told[0].catalogue->find("A")->name == "Name 9");
}

TEST_CASE("whoever starts anew can ask, and a new life tells everybody again") {
  metadata_fixture one;
  one.config.built_in = "symbol,name\nBTC,Bitcoin\n";
  const auto first = one.start();
  one.end(first);
  one.subscriber.take<catalogue_changed>();
  const auto second = one.start();
  CHECK(one.subscriber.take<catalogue_changed>().size() == 1);
  CHECK(one.catalogue(second)->assets().size() == 1);
}

TEST_CASE("the worker and the actor end together") {
  metadata_fixture one;
  one.follow_file();
  caf::actor worker;
  one.start();
  const auto asked = [&] {
    one.config.spawn_worker = [&] { return worker = one.spawn(metadata_worker); };
    return one.spawn(metadata, one.config);
  }();
  one.run();
  obituary of_actor{asked};
  one.end(worker, make_error(caf::sec::runtime_error));
  CHECK(of_actor.ended()); // and its supervisor starts both again
}
