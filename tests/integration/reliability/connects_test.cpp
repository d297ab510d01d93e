// Exchanges that do not want us for a while: nobody asks them, not even the next daemon.

#include "adapters/exchange/connect_ledger.hpp"
#include "tests/integration/reliability/board_under_test.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <iterator>

using namespace tickboard;
using namespace tickboard::test;
using namespace std::chrono_literals;

namespace {

using clock = std::chrono::steady_clock;

/// Coinbase and Kraken, of which the second has its bad hours.
class refusing_world : public board_under_test {
public:
  explicit refusing_world(const std::string& options = {})
      : board_under_test(with({}), true, options) {}

  std::uint64_t asked_for(const char* what) {
    return std::stoull(text_of(parse_json(ask_exchange(1, "/sim/status").body), what));
  }
  std::uint64_t upgrades() { return asked_for("upgrades"); }
  std::uint64_t requests() { return asked_for("requests"); }

  void fault(const std::string& body) { post_exchange(1, "/sim/fault", body); }

  std::string kept() const { return redis->directory() + "/connects.json"; }
  std::string kept_text() const {
    std::ifstream in{kept()};
    return {std::istreambuf_iterator<char>{in}, {}};
  }

  void wait_until_it_says(const std::string& text) {
    wait_until(("/v1/exchanges says " + text).c_str(),
               [&] { return get("/v1/exchanges").body.find(text) != std::string::npos; });
  }

  /// Of the first connection of the feed.
  std::string connection_state(const std::string& feed) {
    const auto told = parse_json(get("/v1/exchanges").body);
    for (const auto& one : told["data"].GetArray())
      if (text_of(one, "exchange") == feed && one["connections"].Size() > 0)
        return text_of(one["connections"][0], "state");
    return {};
  }

  void wait_until_live(const std::string& feed) {
    wait_until((feed + " is live").c_str(), [&] { return connection_state(feed) == "live"; });
  }

  void stop(int signal) {
    daemon->kill(signal);
    daemon->wait();
  }
};

} // namespace

TEST_CASE("an exchange that bans us is left alone until that is over, by the next daemon too") {
  refusing_world on;
  watcher clients{on};
  const auto upgrades = on.upgrades();
  const auto began = clock::now();
  on.fault(R"({"kind":"refuse","status":429,"retry_after":20,"seconds":10})");
  on.fault(R"({"kind":"drop"})");
  on.wait_until_it_says(
      R"("state":"waiting","waits_for":"banned by the exchange (HTTP status 429))");
  CHECK(on.upgrades() == upgrades + 1);
  on.wait_until("its rows are stale", [&] {
    return on.get("/v1/markets?exchange=kraken&stale=false").body.find("\"total\":0") !=
           std::string::npos;
  });
  CHECK(on.connection_state("coinbaseexchange") == "live");
  CHECK(on.get("/v1/markets?exchange=coinbaseexchange&stale=true").body.find("\"total\":0") !=
        std::string::npos);
  CHECK(clients.finish() == "");
  on.wait_until("that is kept",
                [&] { return on.kept_text().find("\"status\":429") != std::string::npos; });
  const auto requests = on.requests();
  on.stop(SIGKILL);
  on.start_daemon();
  on.wait_until_it_says(R"("problem":"banned by the exchange (HTTP status 429) until 2)");
  on.wait_until_live("coinbaseexchange");
  CHECK(on.upgrades() == upgrades + 1);
  CHECK(on.requests() == requests);                 // its listing has the same host here
  CHECK(on.log_lines_with("reason=\"banned") == 2); // once in each life

  on.wait_until("it is asked again", [&] { return on.requests() > requests; });
  CHECK(clock::now() - began >= 20s);
  on.wait_until_live("kraken");
  CHECK(on.upgrades() == upgrades + 2);
  on.say_more();
  converged_rows(on);
  on.stop(SIGTERM);
}

TEST_CASE("503 with Retry-After is waited out without further attempts") {
  refusing_world on;
  const auto upgrades = on.upgrades();
  const auto began = clock::now();
  on.fault(R"({"kind":"refuse","status":503,"retry_after":5,"seconds":3})");
  on.fault(R"({"kind":"drop"})");
  on.wait_until_it_says("sent away by the exchange (HTTP status 503) until 2");
  on.wait_until("it is asked again", [&] { return on.upgrades() > upgrades + 1; });
  CHECK(clock::now() - began >= 5s);
  on.wait_until_live("kraken");
  CHECK(on.upgrades() == upgrades + 2);
  on.say_more();
  converged_rows(on);
}

TEST_CASE("a listing that is refused is not asked for again too soon; what is followed goes on") {
  auto exchanges = two_exchanges();
  exchanges[1].feed_options = "listing_interval = \"1s\"\n";
  world on{exchanges, quick_start};
  for (std::size_t i = 0; i < exchanges.size(); ++i)
    on.post_exchange(i, "/sim/go", "{}");
  on.wait_until("pages are served", [&] { return on.get("/readyz").status == 200; });
  const auto requests = [&] {
    return std::stoull(text_of(parse_json(on.ask_exchange(1, "/sim/status").body), "requests"));
  };
  const auto says = [&](const char* text) {
    return on.get("/v1/exchanges").body.find(text) != std::string::npos;
  };
  const auto first = requests();
  on.wait_until("it is asked now and then", [&] { return requests() > first + 2; });
  const auto began = clock::now();
  on.post_exchange(1, "/sim/fault",
                   R"({"kind":"refuse_rest","status":429,"retry_after":6,"seconds":4})");
  on.wait_until("the ban is told", [&] {
    return says(R"("problem":"banned by the exchange (HTTP status 429) until 2)");
  });
  const auto during = requests();
  on.post_exchange(1, "/sim/rate", R"({"rate":0,"count":3000})");
  on.wait_until("it is asked again", [&] { return requests() > during; });
  CHECK(clock::now() - began >= 6s);
  on.wait_until("the problem is over", [&] { return !says("banned"); });
  CHECK(says("\"restarts\":0"));
  CHECK_FALSE(says("\"restarts\":1"));
  on.post_exchange(0, "/sim/rate", R"({"rate":0,"count":3000})");
  converged_rows(on);
}

TEST_CASE("attempts of one daemon count for the next") {
  refusing_world on;
  on.stop(SIGTERM);
  const auto upgrades = on.upgrades();
  const auto host = "127.0.0.1:" + std::to_string(on.simulators[1].port());
  const auto now_ms = [] {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
  };
  const auto& limits = exchange::find_protocol("kraken")->published_limits().connects;
  auto kept = exchange::connect_ledger::parse(on.kept_text(), now_ms());
  REQUIRE_MESSAGE(kept, (kept ? "" : kept.error()));
  CHECK(kept->look(host, {upgrades + 1, limits.window}, now_ms()).why ==
        exchange::connect_obstacle::none);
  CHECK(kept->look(host, {upgrades, limits.window}, now_ms()).why ==
        exchange::connect_obstacle::budget); // all of them are there

  // As if many had been made just before.
  constexpr auto left = 25s;
  const auto began = clock::now();
  exchange::connect_ledger many;
  for (std::size_t i = 0; i < limits.attempts; ++i)
    many.attempted(host, limits, now_ms() - (limits.window - left).count());
  std::ofstream{on.kept()} << many.text(now_ms());
  on.start_daemon();
  on.wait_until_it_says("connect budget used up (120 attempts in 600 s) until 2");
  on.wait_until_live("coinbaseexchange");
  CHECK(on.upgrades() == upgrades);
  on.wait_until("it connects", [&] { return on.upgrades() > upgrades; });
  CHECK(clock::now() - began >= left - 1s); // the times of the file are whole milliseconds
  on.wait_until_live("kraken");
  CHECK(on.upgrades() == upgrades + 1);
  CHECK(on.log_lines_with("reason=\"connect budget") == 1);
  on.say_more();
  converged_rows(on);
}

TEST_CASE("a file that is broken or cannot be written is told once, and costs nothing else") {
  refusing_world on;
  on.stop(SIGTERM);
  std::ofstream{on.kept()} << "{\"version\":1,";
  on.start_daemon();
  on.wait_until_live("kraken");
  on.wait_until("it is whole again", [&] { return on.kept_text().ends_with("}}\n"); });
  on.stop(SIGTERM);
  CHECK(on.log_lines_with("msg=\"what was counted before is not known\"") == 1);
  CHECK(on.log_lines_with("/connects.json: is not JSON: ") == 1);

  refusing_world other{"[connects]\nfile = \"/nowhere/connects.json\"\n"};
  for (int i = 0; i < 3; ++i) {
    const auto upgrades = other.upgrades();
    other.fault(R"({"kind":"drop"})");
    other.wait_until("it connects again", [&] { return other.upgrades() > upgrades; });
    other.wait_until_live("kraken");
  }
  other.stop(SIGTERM);
  CHECK(other.log_lines_with("msg=\"not kept for the next start\" reason=\"/nowhere/") == 1);
}
