// One bad exchange is nobody else's trouble, and a connection that is lost leaves nothing behind.

#include "tests/integration/reliability/feed_world.hpp"

#include <doctest/doctest.h>

#include <map>

using namespace tickboard;
using namespace tickboard::test;

namespace {

/// The others say something more while exchange `bad` is as it is, and every row of theirs comes
/// to it, to the last digit.
void check_others_converge(feed_world& on, std::size_t bad) {
  for (std::size_t i = 0; i < on.exchanges.size(); ++i) {
    if (i == bad)
      continue;
    const auto& name = on.exchanges[i].name;
    INFO(name);
    const auto sent =
        std::stoull(text_of(parse_json(on.ask_exchange(i, "/sim/status").body), "sent"));
    on.post_exchange(i, "/sim/rate",
                     R"({"rate":2000,"count":)" + std::to_string(sent + 3'000) + "}");
    on.wait_until("it is shown as it is", [&] {
      const auto status = parse_json(on.ask_exchange(i, "/sim/status").body);
      if (text_of(status, "done") != "true")
        return false;
      auto rows = on.rows();
      std::erase_if(rows, [&](const auto& row) { return !row.first.starts_with(name + ":"); });
      return difference_from_exchange(on, i, rows).empty();
    });
    on.post_exchange(i, "/sim/rate", R"({"rate":600,"count":0})");
  }
}

} // namespace

TEST_CASE("an exchange that floods or crawls does not keep the others' rows from being right") {
  feed_world on{{exchange_on("kraken"), exchange_on("coinbaseexchange"), exchange_on("binance")}};
  row_watcher clients{on, {on.daemon->port()}};
  const auto check = [&](const std::string& fault, std::size_t bad) {
    INFO(fault);
    const auto before = on.look(bad);
    std::map<std::string, std::uint64_t> changes;
    for (const auto* id : {"kraken:BTC-USD", "coinbaseexchange:BTC-USD", "binance:BTC-USDT"})
      if (!std::string{id}.starts_with(on.exchanges[bad].name))
        changes[id] = clients.changes(id);
    const stopwatch since;
    check_others_converge(on, bad);
    for (const auto& [id, count] : changes)
      CHECK(clients.changes(id) >= count + 5); // of 50: step by step, not all at once at the end
    MESSAGE(fault << ": the others said 3,000 updates each meanwhile, shown after " << since.ms()
                  << " ms; it " << on.look(bad).patches - before.patches << " updates and "
                  << on.look(bad).malformed - before.malformed << " malformed frames");
    CHECK(on.look(bad).patches > before.patches); // it was still at it
    CHECK(clients.take_stale().count(on.exchanges[bad].name) == 0);
  };
  on.post_exchange(1, "/sim/rate", R"({"rate":0})");
  check("as fast as it is read", 1);
  on.fault(1, R"({"kind":"garbage","seconds":600})");
  on.fault(1, R"({"kind":"duplicate","seconds":600})");
  check("a flood with garbage", 1);
  on.clear_faults(1);
  on.post_exchange(1, "/sim/rate", R"({"rate":600})");
  on.fault(0, R"({"kind":"slow","seconds":600})");
  check("a crawl", 0);
  on.clear_faults(0);
  CHECK(on.converges().size() == 3 * markets_each);
  CHECK(clients.finish() == "");
}

TEST_CASE("a thousand reconnects leave nothing behind, neither descriptors nor memory") {
  constexpr std::uint64_t connections = 20;
  auto exchange = exchange_on("coinbaseexchange", std::make_shared<tcp_proxy>());
  exchange.feed_options +=
      "streams_per_connection = " + std::to_string(markets_each / connections) + "\n";
  feed_world on{{exchange, exchange_on("kraken")}};
  auto& proxy = *on.exchanges[0].through;
  const auto reconnect = [&](std::uint64_t times) {
    for (const auto until = on.look(0).restarts + times; on.look(0).restarts < until;) {
      const auto accepted = proxy.accepted();
      proxy.reset();
      on.wait_until("all are back", [&] { return proxy.accepted() >= accepted + connections; });
    }
    on.wait_until("rows are live", [&] { return !on.has_stale(0); });
    on.wait_for_updates(0, "BTC-USD", 20);
  };
  reconnect(300);
  const auto memory = on.daemon->resident_kb();
  const auto descriptors = on.daemon->descriptors();
  const stopwatch since;
  reconnect(1'000);
  MESSAGE("1,000 reconnects in " << since.ms() << " ms: memory " << memory << " KB before, "
                                 << on.daemon->resident_kb() << " after; descriptors "
                                 << descriptors << ", " << on.daemon->descriptors());
  CHECK(on.daemon->resident_kb() < memory + 1'024);
  // A question of the test's own may still be closing.
  on.wait_until("there are no more descriptors than before",
                [&] { return on.daemon->descriptors() <= descriptors; });
  CHECK(on.converges().size() == 2 * markets_each);
}
