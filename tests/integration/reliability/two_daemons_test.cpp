// Two daemons follow the same exchanges into one Redis: whoever lags, dies or comes back, no row
// goes back, and none is missed.

#include "tests/integration/reliability/feed_world.hpp"
#include "tests/integration/reliability/verified.hpp"

#include <doctest/doctest.h>

#include <csignal>

using namespace tickboard;
using namespace tickboard::test;

namespace {

class two_daemons : public feed_world {
public:
  two_daemons()
      : feed_world(
            {exchange_on("kraken"), exchange_on("coinbaseexchange"), exchange_on("binance")}) {
    second =
        std::make_unique<process>(std::vector<std::string>{TICKBOARD_PROGRAM, "serve", "--config",
                                                           redis->directory() + "/tickboard.toml"},
                                  log());
    wait_until("the second one is ready",
               [this] { return get(second->port(), "/readyz").status == 200; });
  }

  /// Rows go on, as the daemon at this port shows them.
  void wait_for_updates_at(std::uint16_t port) {
    serves_at = port;
    wait_for_updates(0, "BTC-USD", 10);
    wait_for_updates(1, "BTC-USD", 10);
    wait_for_updates(2, "BTC-USDT", 10);
    serves_at = 0;
  }

  std::unique_ptr<process> second;
};

} // namespace

TEST_CASE("two daemons on one Redis: one lags, dies and comes back, and nobody notices") {
  two_daemons on;
  const auto first = on.daemon->port(), second = on.second->port();
  row_watcher clients{on, {first, second}};
  on.wait_for_updates_at(first);
  on.wait_for_updates_at(second);

  // The oldest connections are the first one's: what it hears is older and older, then all at once.
  for (std::size_t i = 0; i < 3; ++i)
    on.fault(i, R"({"kind":"slow","connections":1,"seconds":600})");
  on.wait_for_updates_at(second);
  on.wait_for_updates_at(first);
  for (std::size_t i = 0; i < 3; ++i)
    on.clear_faults(i);
  on.wait_for_updates_at(first);
  CHECK(clients.take_stale().empty());

  clients.ask({second});
  const stopwatch since;
  on.daemon->kill(SIGKILL);
  on.daemon->wait();
  on.wait_for_updates_at(second);
  MESSAGE("one of two daemons is killed: rows of three exchanges had ten updates each "
          << since.ms() << " ms later");
  on.start_daemon();
  const auto back = on.daemon->port();
  on.wait_until("it is ready", [&] { return on.get("/readyz").status == 200; });
  MESSAGE("it is back, and ready, " << since.ms() << " ms after its end");
  clients.ask({second, back});
  on.wait_for_updates_at(back);
  on.wait_for_updates_at(second);
  CHECK(clients.take_stale().empty());

  CHECK(on.converges().size() == 3 * markets_each);
  on.serves_at = second;
  CHECK(converged_rows(on).size() == 3 * markets_each);
  CHECK(clients.take_stale().empty());
  CHECK(clients.finish() == "");
  CHECK(clients.looks() > 10);

  const auto found = verify(on); // though each has written a part of what both have heard
  INFO(found.text);
  CHECK(found.status == 0);
}

TEST_CASE("a clock that an exchange sets back is followed by two daemons as by one") {
  two_daemons on;
  on.post_exchange(1, "/sim/clock", R"({"ahead":-7200})");
  const stopwatch since;
  on.wait_until("rows show its time", [&] {
    const auto row = parse_json(on.get("/v1/markets/coinbaseexchange:BTC-USD").body);
    return std::stoll(text_of(row, "received_ms")) - std::stoll(text_of(row, "ts_ms")) > 7'000'000;
  });
  MESSAGE("rows show a clock that was set back " << since.ms() << " ms later");
  row_watcher clients{on, {on.daemon->port(), on.second->port()}, {"coinbaseexchange"}};
  on.wait_for_updates_at(on.second->port());
  on.wait_for_updates_at(on.daemon->port());
  CHECK(on.converges().size() == 3 * markets_each);
  CHECK(clients.finish() == "");
}

TEST_CASE("one of two daemons cannot reach an exchange: what the other hears of is not stale") {
  const auto way = std::make_shared<tcp_proxy>();
  auto quiet = exchange_on("kraken", way);
  quiet.options = {"--markets", std::to_string(markets_each), "--count", "300", "--rate", "0"};
  quiet.feed_options =
      "stall_timeout = \"10m\"\nstale_after = \"300ms\"\nconnect_attempts = 1000\n";
  feed_world on{{quiet}};
  on.exchanges[0].through = nullptr; // the second one goes straight there
  process second{{TICKBOARD_PROGRAM, "serve", "--config", on.write_config(on.daemon_options())},
                 on.log()};
  on.wait_until("the second one is ready",
                [&] { return on.get(second.port(), "/readyz").status == 200; });
  const auto how_many = [&](const char* stale) {
    const auto page =
        on.get(std::string{"/v1/markets?per_page=1&exchange=kraken&stale="} + stale).body;
    const auto json = parse_json(page);
    return json.HasMember("page") ? std::stoi(text_of(json["page"], "total")) : -1;
  };

  second.kill(SIGSTOP);
  way->refuse();
  on.wait_until("the first one marks all rows stale",
                [&] { return how_many("true") == markets_each; });
  second.kill(SIGCONT);
  on.wait_until("the second one has marked them live",
                [&] { return how_many("false") == markets_each; });
  for (int i = 0; i < 200; ++i) // they stay so
    REQUIRE(how_many("true") == 0);
  second.kill(SIGKILL);
  second.wait();
  on.wait_until("nobody hears of them", [&] { return how_many("true") == markets_each; });
  way->accept();
  on.wait_until("the first one does again", [&] { return how_many("false") == markets_each; });
}
