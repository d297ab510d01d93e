// What is killed comes back, and everything is as it would have been.

#include "adapters/redis/layout.hpp"
#include "market/price_history.hpp"
#include "tests/integration/spine/truth.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <csignal>
#include <thread>

using namespace tickboard;
using namespace tickboard::test;

namespace {

/// Asks all the time, in a thread of its own: no page may ever be an empty 200.
class suspicious_reader {
public:
  explicit suspicious_reader(world& on)
      : thread_([this, &on] {
          while (!stop_) {
            const auto answer = on.get("/v1/markets?quote=USD&per_page=1");
            if (answer.status == 200 && answer.body.find("\"data\":[]") != std::string::npos)
              ++empty_;
            ++(answer.status == 200 ? good_ : other_);
          }
        }) {}
  ~suspicious_reader() { finish(); }

  void finish() {
    stop_ = true;
    if (thread_.joinable())
      thread_.join();
  }
  int empty() const { return empty_; }
  int good() const { return good_; }

private:
  std::atomic<bool> stop_{false};
  std::atomic<int> empty_{0}, good_{0}, other_{0};
  std::thread thread_;
};

} // namespace

TEST_CASE(
    "a restarted daemon knows how far prices have moved, and nothing else of its earlier life") {
  world on{{{"kraken", "kraken", {"--markets", "20", "--count", "200", "--rate", "0"}, {}}}};
  on.wait_until("its markets are served", [&] { return on.rows().size() == 20; });
  on.daemon->kill(SIGKILL);
  on.daemon->wait();

  // As if it had run for an hour: 50,000 at first, 80,000 for the last seven minutes.
  const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(
                       std::chrono::system_clock::now().time_since_epoch())
                       .count();
  price_history lived;
  lived.set(now - 4'000'000, 50'000);
  lived.set(now - 420'000, 80'000);
  lived.changes(now - 1'000);
  on.command({"HSET", redis::layout{"tb", {}}.history(now / (4 * 3'600'000)), "kraken:BTC-USD",
              lived.encode()});
  on.command({"SET", redis::layout{"tb", {}}[0].row("kraken:GONE-USD"), "{}"});

  on.start_daemon();
  on.wait_until("it serves again, with history", [&] {
    const auto rows = on.whole_rows();
    if (rows.size() != 20)
      return false;
    const auto row = parse_json(rows.at("kraken:BTC-USD"));
    if (text_of(row, "change_1h_pct").empty())
      return false;
    const auto moved = [&](double from) {
      return std::round((std::stod(text_of(row, "last")) - from) / from * 1e6) / 1e4;
    };
    CHECK(std::stod(text_of(row, "change_5m_pct")) == moved(80'000));
    CHECK(std::stod(text_of(row, "change_15m_pct")) == moved(50'000));
    CHECK(std::stod(text_of(row, "change_1h_pct")) == moved(50'000));
    CHECK(text_of(parse_json(rows.at("kraken:ETH-USD")), "change_1h_pct").empty());
    return true;
  });
}

TEST_CASE("redis-server and each exchange are killed meanwhile: it ends in the same final state") {
  world on{three_exchanges(30'000, 3'000, false), "[daemon]\nwarmup = \"3s\""};
  on.wait_until("pages are served", [&] { return on.get("/readyz").status == 200; });
  suspicious_reader reader{on};

  on.redis->kill(SIGKILL);
  on.wait_until("redis-server is gone", [&] { return !on.redis->running(); });
  REQUIRE(on.redis->start()); // empty
  for (std::size_t i = 0; i < on.exchanges.size(); ++i)
    on.restart_exchange(i); // plays the same updates from the beginning
  on.wait_until("pages are served again", [&] { return on.get("/readyz").status == 200; });

  const auto rows = converged_rows(on);
  reader.finish();
  CHECK(rows.size() == 1500);
  CHECK(reader.good() > 0);
  CHECK(reader.empty() == 0);
  ask_random_questions(on, rows, 100);

  {
    INFO("an emptied Redis is refilled from memory, though no exchange says anything");

    on.redis->kill(SIGKILL);
    on.wait_until("redis-server is gone", [&] { return !on.redis->running(); });
    CHECK(on.get("/v1/markets?quote=USD").status == 503);
    REQUIRE(on.redis->start());
    std::map<std::string, std::string> again;
    on.wait_until("the rows are back", [&] {
      again = on.rows();
      return !again.empty();
    });
    const bool equal = again == rows;
    CHECK(equal);
  }
  {
    INFO("rows of an exchange that is gone are served on, marked stale");
    on.simulators[0].kill(SIGKILL);
    on.wait_until("its rows are stale", [&] {
      const auto page = on.get("/v1/markets?exchange=binance&per_page=250");
      return page.status == 200 && page.body.find("\"stale\":true") != std::string::npos &&
             page.body.find("\"stale\":false") == std::string::npos;
    });
    const auto other = on.get("/v1/markets?exchange=kraken&per_page=250");
    CHECK(other.body.find("\"stale\":true") == std::string::npos);
    on.restart_exchange(0);
    converged_rows(on); // which are not stale
  }
}
