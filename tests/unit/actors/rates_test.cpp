#include "actors/messages/writer.hpp"
#include "actors/rates.hpp"
#include "tests/support/actor_fixture.hpp"

using namespace tickboard;
using namespace tickboard::test;
using namespace std::chrono_literals;

namespace {

/// The actor between two writers that only listen.
struct rates_fixture : actor_fixture {
  rates_fixture() {
    writers.push_back(make_address());
    writers.push_back(make_address());
    writers[0]->set(first.handle());
    writers[1]->set(second.handle());
    assets_at->set(third.handle());
    start();
  }

  void start() {
    rates_config config{writers, 60s, [this] { return now(); }};
    config.assets = assets_at;
    subject = spawn(rates, config);
    run();
  }

  std::int64_t now() {
    return 1'700'000'000'000 + std::chrono::duration_cast<std::chrono::milliseconds>(
                                   scheduler().clock().now().time_since_epoch())
                                   .count();
  }

  rate_source source(const char* base, const char* quote, double last) {
    return {*make_market("x", base, quote, "s"), last, 0, 1, now(), false};
  }

  void tell(std::vector<rate_source> sources, std::vector<std::string> quotes = {},
            bool begins = false) {
    send(subject, rate_news{std::move(sources), std::move(quotes), begins});
  }

  std::vector<rates_published> heard() {
    auto out = first.take<rates_published>();
    CHECK(second.take<rates_published>().size() == out.size());
    CHECK(third.take<rates_published>().size() == out.size());
    return out;
  }

  probe<rates_published, rate_sources_asked> first{*this}, second{*this};
  probe<rates_published> third{*this};
  std::vector<address_ptr> writers;
  address_ptr assets_at = make_address();
  caf::actor subject;
};

} // namespace

TEST_CASE_FIXTURE(rates_fixture,
                  "at its start it asks the writers, then tells them what it knows") {
  CHECK(first.take<rate_sources_asked>().size() == 1);
  CHECK(second.take<rate_sources_asked>().size() == 1);
  tell({source("BTC", "USD", 90'000)}, {"USD", "USDT"}, true);
  tell({source("BTC", "USDT", 90'090)}, {"TRY"}, true);
  CHECK(heard().empty()); // it gathers
  advance(250ms);
  const auto told = heard();
  REQUIRE(told.size() == 1);
  CHECK(told[0].rates->usd_per("BTC") == 90'000);
  CHECK(*told[0].rates->usd_per("USDT") == doctest::Approx(.999));
  CHECK(told[0].rates->covers("TRY"));
  CHECK_FALSE(told[0].rates->usd_per("TRY"));
}

TEST_CASE_FIXTURE(rates_fixture, "it speaks when a rate has moved, not of every tick") {
  tell({source("USDT", "USD", 1), source("BTC", "USD", 90'000)});
  advance(250ms);
  CHECK(heard().size() == 1);
  for (int i = 0; i < 20; ++i) {
    tell({source("USDT", "USD", 1 + i * 1e-5), source("BTC", "USD", 90'000 + i)});
    advance(250ms);
  }
  CHECK(heard().empty());
  tell({source("USDT", "USD", 1.0004), source("BTC", "USD", 91'000)});
  advance(250ms);
  const auto told = heard();
  REQUIRE(told.size() == 1);
  CHECK(told[0].rates->usd_per("BTC") == 91'000);
  CHECK(told[0].rates->usd_per("USDT") == 1);
  // Not against the last look but against what was published: many small moves add up.
  int published = 0;
  for (int i = 0; i < 30; ++i) {
    tell({source("BTC", "USD", 91'000 + 10 * i)});
    advance(250ms);
    for (const auto& one : heard()) {
      ++published;
      CHECK(one.rates->usd_per("BTC") == 91'000 + 10 * i);
    }
  }
  CHECK(published == 5);
}

TEST_CASE_FIXTURE(rates_fixture, "a rate ends with its source: stale at once, silent by age") {
  tell({source("USDT", "USD", 1), source("BTC", "USD", 90'000)});
  advance(250ms);
  CHECK(heard().back().rates->usd_per("USDT") == 1);
  auto dead = source("USDT", "USD", 1);
  dead.stale = true;
  tell({dead});
  advance(250ms);
  auto told = heard();
  REQUIRE(told.size() == 1);
  CHECK_FALSE(told[0].rates->usd_per("USDT"));
  CHECK(told[0].rates->usd_per("BTC") == 90'000);
  advance(61s, 250ms);
  told = heard();
  REQUIRE_FALSE(told.empty());
  CHECK_FALSE(told.back().rates->usd_per("BTC"));
  tell({source("BTC", "USD", 90'001)});
  advance(250ms);
  CHECK(heard().back().rates->usd_per("BTC") == 90'001);
}

TEST_CASE_FIXTURE(rates_fixture, "writers hear of it every 10 s, and a new one at once") {
  tell({source("USDT", "USD", 1)});
  advance(250ms);
  const auto first_time = heard().back().rates->as_of_ms();
  advance(10s, 250ms);
  const auto told = heard();
  REQUIRE(told.size() == 1);
  CHECK(told[0].rates->as_of_ms() >= first_time + 10'000);
  CHECK(told[0].rates->usd_per("USDT") == 1);
  tell({}, {}, true);
  advance(250ms);
  CHECK(heard().size() == 1);
}
