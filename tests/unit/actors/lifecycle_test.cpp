#include "actors/error.hpp"
#include "tests/unit/actors/feed_fixture.hpp"

using namespace tickboard;
using namespace tickboard::test;
using namespace std::chrono_literals;

namespace {

/// A feed below a root supervisor, as in the daemon.
struct rooted_feed : feed_fixture {
  rooted_feed() {
    quiet = running();
    config.settings.max_connection_age = 10s;
    child_spec spec;
    spec.name = "feed";
    spec.start = [this] { return system.spawn(feed, config); };
    root = system.spawn(supervisor, config.restarts, caf::actor_addr{}, std::uint64_t{1});
    send(root, add_child{std::move(spec)});
  }

  /// Nothing of what was started is left, once the last message is gone.
  void check_all_is_gone() {
    CHECK(running() == quiet);
    std::vector<std::weak_ptr<scripted_stream>> left;
    for (const auto& one : std::exchange(streams.opened, {})) {
      CHECK(one->closed);
      CHECK(one->held() == 0);
      left.push_back(one);
    }
    for (const auto& one : left)
      CHECK(one.expired());
    stop_all();
    CHECK(running() == 0);
  }

  void end_root() {
    end(root, caf::exit_reason::user_shutdown);
    root = nullptr;
    writer.take<write_patches>();
  }

  std::size_t quiet = 0; ///< actors that are the test's own
  caf::actor root;
};

} // namespace

TEST_CASE("ending the root ends the feed, its connections and their streams") {
  rooted_feed one;
  SUBCASE("while the markets are being listed") {
    one.end_root();
    one.list(numbered_natives(4, "-")); // the answer comes all the same
  }
  SUBCASE("while connections are being started") {
    one.list(numbered_natives(40, "-"));
    one.advance(1s);
    CHECK(one.streams.opened.size() > 1);
    CHECK(one.streams.opened.size() < 20);
    one.end_root();
  }
  SUBCASE("while they are live, wait for a restart and are renewed") {
    one.list(numbered_natives(8, "-"));
    one.advance(1s);
    REQUIRE(one.streams.opened.size() == 4);
    for (const auto& stream : one.streams.opened)
      one.go_live(*stream);
    for (int second = 0; second < 11; ++second) {
      for (std::size_t i = 0; i < 4; ++i)
        one.keep_live(*one.streams.opened[i]);
      one.advance(1s);
    }
    one.lose(*one.streams.opened[0]);
    CHECK(one.running() > one.quiet + 6);
    one.end_root();
    one.lose(*one.streams.opened[1]); // and the socket has a last word
    one.streams.opened[2]->receive({coinbase_ticker("B4-USD")});
  }
  SUBCASE("with frames on their way") {
    one.list(numbered_natives(2, "-"));
    one.go_live(one.streams.last());
    for (int i = 0; i < 10; ++i)
      one.streams.last().receive({coinbase_ticker("B0-USD")});
    CHECK(one.streams.last().held() > 0);
    one.end_root();
  }
  one.advance(3min, 100ms); // what was due is over: nothing comes back
  one.check_all_is_gone();
}

TEST_CASE("a feed that fails again and again leaves nothing behind") {
  rooted_feed one;
  for (int life = 0; life < 30; ++life) {
    if (life % 3 == 0) {
      one.list(unexpected(std::string{"rest.test: connection refused"}));
    } else {
      one.list(numbered_natives(6, "-"));
      one.advance(1s, 100ms);
      one.go_live(one.streams.last());
      const auto feed_now = state_of<supervisor_state>(one.root).children.at("feed").handle;
      one.end(feed_now, caf::make_error(ec::defect, std::string{"bug"}));
    }
    CHECK(one.running() == one.quiet + 1); // the root
    one.advance(2s, 100ms);
    REQUIRE(one.asked.size() == std::size_t(life + 2));
  }
  one.end_root();
  one.advance(3min, 100ms);
  one.check_all_is_gone();
}

TEST_CASE("connections that are lost again and again leave nothing behind") {
  rooted_feed one;
  one.list(numbered_natives(2, "-"));
  for (int life = 0; life < 50; ++life) {
    one.go_live(one.streams.last());
    one.lose(one.streams.last());
    one.writer.take<write_patches>();
    CHECK(one.running() == one.quiet + 4); // the root, the feed, its supervisor, its check
    one.advance(1s, 100ms);
    REQUIRE(one.streams.opened.size() == std::size_t(life + 2));
    CHECK(one.streams.opened[std::size_t(life)].use_count() == 1);
  }
  one.end_root();
  one.advance(3min, 100ms);
  one.check_all_is_gone();
}
