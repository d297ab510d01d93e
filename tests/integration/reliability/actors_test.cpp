// A defect in an actor ends that actor only: its supervisor starts it again, pages come back, and
// the state ends as the exchanges have it. The daemon runs within the test, beside real ones of all
// else.

#include "actors/daemon.hpp"
#include "actors/error.hpp"
#include "adapters/log/output.hpp"
#include "tests/integration/spine/truth.hpp"
#include "tests/support/stopwatch.hpp"

#include <caf/all.hpp>
#include <doctest/doctest.h>

#include <csignal>

using namespace tickboard;
using namespace tickboard::test;

namespace {

constexpr std::size_t markets = 60; ///< of each exchange
constexpr std::uint64_t some_updates = 20 * markets;

std::vector<simulated> small_exchanges() {
  auto out = three_exchanges(some_updates, 4'000, false);
  for (auto& one : out)
    one.options[1] = std::to_string(markets);
  return out;
}

class inner_world : public world {
public:
  inner_world() : world(small_exchanges()) {
    daemon->kill(SIGTERM); // a daemon within this process takes its place
    CHECK(daemon->wait() == 0);
    tickboard::log::set_level("off");
    const auto settings = config::load(write_config(daemon_options()));
    REQUIRE_MESSAGE(settings, (settings ? "" : settings.error()));
    auto started = tickboard::start_daemon(*settings);
    REQUIRE_MESSAGE(started, (started ? "" : started.error()));
    inside = std::move(*started);
    serves_at = inside->port();
  }
  ~inner_world() { tickboard::log::set_level("info"); }

  /// As an exception in it would; returns once its next life runs.
  void end(const std::string& service) {
    const auto before = inside->service(service);
    REQUIRE(before);
    caf::anon_send<caf::message_priority::high>(
        before, caf::exit_msg{before.address(),
                              caf::make_error(ec::defect, std::string{"ended by its test"})});
    wait_until("it is started again", [&] {
      const auto now = inside->service(service);
      return now && now != before;
    });
  }

  void let_exchanges_go_on() {
    sent += some_updates;
    for (std::size_t i = 0; i < exchanges.size(); ++i)
      post_exchange(i, "/sim/rate", R"({"rate":4000,"count":)" + std::to_string(sent) + "}");
  }

  bool answers(const std::string& target, std::string_view with) {
    const auto answer = get(target);
    return answer.status == 200 && answer.body.find(with) != answer.body.npos;
  }

  /// All feeds and connections are told of, as following and live.
  bool status_is_whole() {
    const auto told = parse_json(get("/v1/exchanges").body);
    if (!told.IsObject() || told["data"].Size() != exchanges.size())
      return false;
    for (const auto& feed : told["data"].GetArray()) {
      if (text_of(feed, "state") != "following" || feed["connections"].Empty())
        return false;
      for (const auto& one : feed["connections"].GetArray())
        if (text_of(one, "state") != "live")
          return false;
    }
    return true;
  }

  void check_everything() {
    let_exchanges_go_on();
    CHECK(converged_rows(*this).size() == exchanges.size() * markets);
    wait_until("the daemon is ready", [&] { return get("/readyz").status == 200; });
    wait_until("status is whole", [&] { return status_is_whole(); });
    wait_until("assets are served", [&] { return answers("/v1/assets", "\"symbol\":\"BTC\""); });
    wait_until("rates are known", [&] {
      const auto row = get("/v1/markets/kraken:BTC-USD");
      return row.status == 200 && row.body.find("\"price_usd\":null") == row.body.npos;
    });
    wait_until("names are known", [&] { return answers("/v1/assets/BTC", "\"Bitcoin\""); });
    wait_until("search finds", [&] { return answers("/v1/search?q=bitcoin", "\"BTC\""); });
    wait_until("search finds markets",
               [&] { return answers("/v1/search?q=kraken%3ABTC-USD", "\"kraken:BTC-USD\""); });
    CHECK(answers("/healthz", "\"ok\""));
  }

  std::unique_ptr<tickboard::daemon> inside;
  std::uint64_t sent = some_updates;
};

} // namespace

TEST_CASE("whichever actor ends by a defect, pages come back and rows are as the exchanges say") {
  inner_world on;
  on.check_everything();
  for (const auto* service : {"status", "keeper", "rates", "assets", "writer 0", "normalizer 0",
                              "quarantine", "connect gate", "query", "search", "metadata",
                              "feed binance", "feed coinbaseexchange", "feed kraken"}) {
    INFO(service);
    const stopwatch since;
    on.end(service);
    on.check_everything();
    MESSAGE(std::string{service} << " ended: everything was right again after " << since.ms()
                                 << " ms");
  }
}

TEST_CASE("a keeper that is started again removes nothing, and pages are served throughout") {
  inner_world on;
  on.check_everything();
  on.command({"SET", "tb:2:of this life", "stays"});
  for (int i = 0; i < 3; ++i) {
    on.end("keeper");
    bool ready = false;
    on.wait_until("the keeper is ready", [&] {
      ready = on.get("/readyz").status == 200;
      CHECK(on.rows().size() == 3 * markets);
      return ready;
    });
  }
  CHECK(on.command({"GET", "tb:2:of this life"}).text == "stays");
  on.check_everything();
}
