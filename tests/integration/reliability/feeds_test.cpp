// Whatever is wrong with one exchange's connection: its rows are served on and say so, the other
// exchange's are not touched, and it ends as the exchanges last said.

#include "tests/integration/reliability/feed_world.hpp"
#include "tests/support/temporary_directory.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <functional>

using namespace tickboard;
using namespace tickboard::test;

namespace {

constexpr std::size_t kraken = 0, coinbase = 1;
using passage = tcp_proxy::passage;

/// Kraken is left alone, unless a test says otherwise; Coinbase is reached through the proxy.
class two_feeds : public feed_world {
public:
  two_feeds()
      : feed_world({exchange_on("kraken"),
                    exchange_on("coinbaseexchange", std::make_shared<tcp_proxy>())}),
        proxy(*exchanges[coinbase].through) {}

  tcp_proxy& proxy;
};

struct injected {
  std::string fault;
  std::string said; ///< by /v1/exchanges; empty: nothing
  bool stale;       ///< rows are, while it lasts
  std::function<void()> begin, end;
};

/// While it lasts, rows of `of` are as it says and those of the other exchange are live and
/// updated; then rows of both are.
void check(two_feeds& on, row_watcher& clients, std::size_t of, const injected& what) {
  INFO(what.fault);
  const auto other = kraken + coinbase - of;
  clients.take_stale();
  const auto before = on.look(of);
  const auto other_before = on.look(other);
  const stopwatch since_begin;
  what.begin();
  if (!what.said.empty())
    on.wait_until(what.said.c_str(), [&] {
      const auto now = on.look(of);
      return now.restarts > before.restarts && now.problems.find(what.said) != std::string::npos;
    });
  const auto noticed_after = since_begin.ms();
  if (what.stale)
    on.wait_until("its rows are stale", [&] { return on.has_stale(of); });
  on.wait_for_updates(other, "BTC-USD");

  const stopwatch since_end;
  what.end();
  on.wait_until("its rows are live again",
                [&] { return !on.has_stale(of) && on.look(of).state == "live"; });
  const auto live_after = since_end.ms();
  on.wait_for_updates(of, "BTC-USD");
  MESSAGE(what.fault << ": noticed after " << noticed_after << " ms, over " << live_after
                     << " ms after its end");
  const auto stale = clients.take_stale();
  CHECK(stale.count(on.exchanges[other].name) == 0);
  if (what.said.empty())
    CHECK(stale.empty());
  CHECK(on.look(other).restarts == other_before.restarts);
}

} // namespace

TEST_CASE("whatever is wrong with one connection, its rows say so, and no others") {
  two_feeds on;
  row_watcher clients{on, {on.daemon->port()}};
  const auto nothing = [] {};
  const auto inject = [&](std::size_t which, const std::string& fault) {
    return [&on, which, fault] { on.fault(which, fault); };
  };
  const auto clear = [&](std::size_t which) { return [&on, which] { on.clear_faults(which); }; };

  check(on, clients, coinbase,
        {"connection refused", "Connection refused", true, [&] { on.proxy.refuse(); },
         [&] { on.proxy.accept(); }});
  check(on, clients, coinbase,
        {"HTTP 503 at the upgrade", "HTTP status 503", true,
         [&] {
           on.fault(coinbase, R"({"kind":"refuse","status":503,"retry_after":0,"seconds":600})");
           on.fault(coinbase, R"({"kind":"drop"})");
         },
         clear(coinbase)});
  check(on, clients, coinbase,
        {"accepted, then silent", "the WebSocket upgrade took too long", true,
         [&] {
           on.proxy.new_ones(passage::nothing);
           on.proxy.reset();
         },
         [&] {
           on.proxy.new_ones(passage::all);
           on.proxy.reset(); // else the attempt under way goes on for its ten seconds
         }});
  check(on, clients, kraken,
        {"upgraded, no data", "no data for", true,
         [&] {
           on.fault(kraken, R"({"kind":"stall","seconds":600})");
           on.fault(kraken, R"({"kind":"drop"})");
         },
         clear(kraken)});
  check(on, clients, kraken,
        {"silent after a while, heartbeats go on", "no data for", true,
         inject(kraken, R"({"kind":"stall","seconds":600})"), clear(kraken)});
  check(on, clients, coinbase,
        {"half-open TCP", "no data for", false, [&] { on.proxy.open_ones(passage::nothing); },
         nothing});
  check(on, clients, coinbase,
        {"pings without data", "no data for", false,
         [&] {
           on.proxy.open_ones(passage::nothing);
           const auto restarts = on.look(coinbase).restarts;
           on.wait_until("it is given up", [&] {
             on.proxy.say({"\x89\x00", 2});
             return on.look(coinbase).restarts > restarts;
           });
         },
         nothing});
  check(on, clients, coinbase,
        {"reset in mid-frame", "reset by peer", false, [&] { on.proxy.cut_within_frame(); },
         nothing});
  check(
      on, clients, coinbase,
      {"slow loris", "no data for", false, [&] { on.proxy.open_ones(passage::trickle); }, nothing});
  check(on, clients, coinbase,
        {"a frame of 5 MiB", "has more than 4194304 bytes", false,
         [&] {
           on.proxy.say({"\x81\x7f\x00\x00\x00\x00\x00\x50\x00\x00", 10});
         },
         nothing});
  check(on, clients, kraken,
        {"maintenance is announced, then 1001", "code 1001", false,
         inject(kraken, R"({"kind":"shutdown","seconds":1})"), nothing});
  check(on, clients, coinbase,
        {"closed with 1001", "code 1001", false, inject(coinbase, R"({"kind":"close"})"), nothing});
  check(on, clients, coinbase,
        {"garbage in between", "", false,
         [&] {
           const auto before = on.look(coinbase).malformed;
           on.fault(coinbase, R"({"kind":"garbage","seconds":600})");
           on.wait_until("garbage is counted",
                         [&] { return on.look(coinbase).malformed > before + 20; });
         },
         clear(coinbase)});
  check(on, clients, kraken,
        {"a trickle of whole frames", "", false,
         [&] {
           on.fault(kraken, R"({"kind":"slow","seconds":600})");
           on.wait_for_updates(kraken, "ETH-USD", 1);
         },
         clear(kraken)});
  check(on, clients, coinbase,
        {"duplicates and disorder, also after a reconnect", "reset by peer", false,
         [&] {
           on.fault(coinbase, R"({"kind":"duplicate","seconds":600})");
           on.fault(coinbase, R"({"kind":"out_of_order","seconds":600})");
           on.wait_for_updates(coinbase, "BTC-USD");
           on.proxy.reset();
         },
         [&] {
           on.wait_for_updates(coinbase, "BTC-USD");
           on.clear_faults(coinbase);
         }});
  CHECK(on.converges().size() == 2 * markets_each);
  CHECK(clients.finish() == "");
}

TEST_CASE("a host name that does not resolve is told, and followed once the config is right") {
  two_feeds on;
  on.exchanges[coinbase].ws_host = "exchange.invalid";
  on.write_config(on.daemon_options());
  on.daemon->kill(SIGHUP);
  on.wait_until("it is told", [&] {
    return on.look(coinbase).problems.find("exchange.invalid") != std::string::npos;
  });
  CHECK(on.look(coinbase).problems.find("cannot resolve") != std::string::npos);
  on.wait_until("its rows are stale", [&] { return on.has_stale(coinbase); });
  CHECK_FALSE(on.has_stale(kraken));
  on.wait_for_updates(kraken, "BTC-USD");
  on.exchanges[coinbase].ws_host.clear();
  const stopwatch since_end;
  on.write_config(on.daemon_options());
  on.daemon->kill(SIGHUP);
  on.wait_until("its rows are live", [&] { return !on.has_stale(coinbase); });
  MESSAGE("a host name that does not resolve: over " << since_end.ms() << " ms after its end");
  CHECK(on.converges().size() == 2 * markets_each);
}

TEST_CASE("a certificate for another host is refused, and said") {
  const temporary_directory directory;
  auto exchange = exchange_on("kraken", std::make_shared<tcp_proxy>("127.0.0.2"));
  exchange.ca_file = directory / "ca.pem";
  exchange.options.insert(exchange.options.end(), {"--tls", "--ca-out", exchange.ca_file});
  world on{{exchange}, "[daemon]\nwarmup = \"1s\"\n"};
  on.wait_until("it is told", [&] {
    return on.get("/v1/exchanges").body.find("IP address mismatch") != std::string::npos;
  });
  CHECK(on.get("/v1/markets").status == 503);
  on.exchanges[0].through.reset(); // 127.0.0.1, for which it is
  on.write_config(on.daemon_options());
  on.daemon->kill(SIGHUP);
  on.wait_until("its markets are served", [&] { return on.rows().size() == markets_each; });
}

TEST_CASE("a symbol that is refused costs nobody else anything, be it one in fifty") {
  two_feeds on;
  row_watcher clients{on, {on.daemon->port()}};
  const std::vector<std::pair<std::string, std::string>> markets{{"BTC/USD", "kraken"},
                                                                 {"BTC-USD", "coinbaseexchange"}};
  const auto let_subscribe = [&](const char* can) {
    for (std::size_t i = 0; i < 2; ++i) {
      on.post_exchange(i, "/sim/listing",
                       R"({"symbol":")" + markets[i].first + R"(","subscribable":)" + can + "}");
      on.fault(i, R"({"kind":"drop"})");
    }
  };
  let_subscribe("false");
  for (std::size_t i = 0; i < 2; ++i) {
    INFO(markets[i].second);
    on.wait_until("it is told", [&] { return on.look(i).rejected == 1; });
    for (const auto* other : {"ETH-USD", "SOL-USD"})
      on.wait_for_updates(i, other);
    const auto stale = "/v1/markets?stale=true&fields=id&exchange=" + on.exchanges[i].name;
    const auto alone = R"({"data":[{"id":")" + on.exchanges[i].name + R"(:BTC-USD"}],)";
    on.wait_until("its row is stale, alone", [&] { return on.get(stale).body.starts_with(alone); });
  }
  let_subscribe("true");
  for (std::size_t i = 0; i < 2; ++i) {
    on.wait_for_updates(i, "BTC-USD");
    CHECK(on.look(i).rejected == 0);
    on.wait_until("no row is stale", [&] { return !on.has_stale(i); });
  }
  CHECK(on.converges().size() == 2 * markets_each);
  CHECK(clients.finish() == "");
}
