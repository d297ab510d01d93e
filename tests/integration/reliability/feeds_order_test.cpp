// What must not be lost or frozen while all connections are well: clocks that are set, sequences
// that jump, connections that are renewed.

#include "tests/integration/reliability/feed_world.hpp"

#include <doctest/doctest.h>

using namespace tickboard;
using namespace tickboard::test;

TEST_CASE("an exchange's clock is set: its rows go on, whichever way, and end as it last said") {
  feed_world on{{exchange_on("kraken"), exchange_on("coinbaseexchange"), exchange_on("binance")}};
  row_watcher clients{on, {on.daemon->port()}, {"coinbaseexchange", "binance"}};
  const auto set_clocks = [&](int ahead_seconds) {
    for (const std::size_t i : {1, 2})
      on.post_exchange(i, "/sim/clock", R"({"ahead":)" + std::to_string(ahead_seconds) + "}");
  };
  const auto is_within_an_hour = [&](std::size_t i, int hours) {
    const auto id = on.exchanges[i].name + (i == 1 ? ":BTC-USD" : ":BTC-USDT");
    const auto row = parse_json(on.get("/v1/markets/" + id).body);
    const auto ahead = std::stoll(text_of(row, "ts_ms")) - std::stoll(text_of(row, "received_ms"));
    return std::abs(ahead - hours * 3'600'000LL) < 600'000;
  };
  for (const int hours : {1, 0, -1, 0, 2, -2}) {
    INFO(hours << " hours");
    const stopwatch since;
    set_clocks(hours * 3'600);
    on.wait_until("rows show its time",
                  [&] { return is_within_an_hour(1, hours) && is_within_an_hour(2, hours); });
    MESSAGE("a clock that is set to " << hours << " h: rows follow after " << since.ms() << " ms");
    on.wait_for_updates(1, "BTC-USD");
    on.wait_for_updates(2, "BTC-USDT");
    CHECK(is_within_an_hour(1, hours));
  }
  CHECK(on.converges().size() == 3 * markets_each);
  for (const std::size_t i : {0, 1, 2})
    CHECK(on.look(i).restarts == 0);
  CHECK(clients.take_stale().empty());
  CHECK(clients.finish() == "");
}

TEST_CASE("connections are renewed under load: every market is subscribed at each moment") {
  // So many that one request does not ask for all: the successor is live before it has all.
  auto exchanges = three_exchanges(0, 1'000, false);
  for (auto& one : exchanges)
    one.feed_options = "max_connection_age = \"10s\"\nstale_after = \"100ms\"\n";
  world on{exchanges};
  on.wait_until("all are served", [&] { return on.rows().size() == 1'500; });
  row_watcher clients{on, {on.daemon->port()}};
  const auto renewals = [&] {
    const auto log = on.log_text();
    std::size_t out = 0;
    for (auto at = log.find("msg=renewed "); at != log.npos; at = log.find("msg=renewed ", at + 1))
      ++out;
    return out;
  };
  std::array<std::uint64_t, 3> fewest{1'000'000, 1'000'000, 1'000'000};
  // Coinbase needs three connections, the others one each.
  on.wait_until("each connection is renewed, and renewed again", [&] {
    for (std::size_t i = 0; i < 3; ++i) {
      const auto status = parse_json(on.ask_exchange(i, "/sim/status").body);
      fewest[i] = std::min<std::uint64_t>(fewest[i], std::stoull(text_of(status, "subscriptions")));
    }
    return renewals() >= 10;
  });
  for (const auto one : fewest)
    CHECK(one >= 500);
  for (std::size_t i = 0; i < 3; ++i) {
    const auto sent =
        std::stoull(text_of(parse_json(on.ask_exchange(i, "/sim/status").body), "sent"));
    on.post_exchange(i, "/sim/rate",
                     R"({"rate":2000,"count":)" + std::to_string(sent + 5'000) + "}");
  }
  CHECK(converged_rows(on).size() == 1'500);
  CHECK(clients.take_stale().empty());
  CHECK(clients.finish() == "");
  const auto told = parse_json(on.get("/v1/exchanges").body);
  for (const auto& feed : told["data"].GetArray())
    for (const auto& one : feed["connections"].GetArray())
      CHECK(text_of(one, "restarts") == "0");
}
