#include "market/price_history.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <map>
#include <random>
#include <vector>

using namespace tickboard;

namespace {

constexpr std::int64_t day_one = 1'700'000'000'000;

/// Every price with its time, kept for ever; 0: lost.
struct price_log {
  void set(std::int64_t now, double price) { events.emplace_back(now, price); }

  double before(std::int64_t time) const { ///< what stood at that time
    double out = 0;
    for (const auto& [when, price] : events)
      if (when < time)
        out = price;
    return out;
  }

  std::optional<double> change(std::int64_t now, std::size_t window) const {
    const double price = before(now + 1);
    if (price == 0)
      return std::nullopt;
    const auto length = windows[window].length_ms, step = length / 60;
    for (int back = 0; back <= 10; ++back) {
      const auto sampled = (now - length) / step * step - back * step;
      if (const double then = before(sampled); then != 0)
        return std::round((price - then) / then * 100 * 1e4) / 1e4;
    }
    return std::nullopt;
  }

  std::vector<std::pair<std::int64_t, double>> events;
};

} // namespace

TEST_CASE("a window is null until there is a price that old, then tells the move since") {
  price_history prices;
  for (const auto& change : prices.changes(day_one))
    CHECK_FALSE(change);
  prices.set(day_one, 100);
  prices.set(day_one + 500, 110);
  CHECK_FALSE(prices.changes(day_one + 60'000)[0]); // nothing stood at its start yet
  CHECK(prices.changes(day_one + 61'000)[0] == 0);  // 110 then as now
  prices.set(day_one + 61'200, 121);
  auto changes = prices.changes(day_one + 61'300);
  CHECK(changes[0] == 10);
  CHECK_FALSE(changes[1]);
  changes = prices.changes(day_one + 320'000);
  CHECK(changes[0] == 0); // it was long ago: values move while nothing happens
  CHECK(changes[1] == 10);
  CHECK_FALSE(changes[2]);
  changes = prices.changes(day_one + 3'650'000);
  CHECK(changes[2] == 0);
  CHECK(changes[3] == 10);
}

TEST_CASE("changes are those of a log of every price") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    std::mt19937_64 random{seed};
    INFO("seed " << seed);
    price_history prices;
    price_log log;
    auto now = day_one + static_cast<std::int64_t>(random() % 100'000);
    const auto pause = std::int64_t{1} << (4 + random() % 15);
    for (int i = 0; i < 400; ++i) {
      const auto looked = now;
      now += static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(pause));
      switch (random() % 12) {
      case 0:
        prices.lose(now);
        log.set(now, 0);
        break;
      case 1: { // a restart, which loses what happened since, and comes after a while
        const auto kept = prices.encode();
        prices = {};
        log.set(looked, 0);
        now += static_cast<std::int64_t>(random() % 100'000);
        if (random() % 2 == 0) {
          CHECK((kept.empty() || prices.restore(kept, now)));
        } else { // ... whose first price comes before the samples are read
          prices.set(now, 7);
          log.set(now, 7);
          CHECK((kept.empty() || prices.restore(kept, now)));
        }
        break;
      }
      case 2:
      case 3:
      case 4:
        break; // time goes by
      default: {
        const auto price = static_cast<double>(1 + random() % 1000) / 100;
        prices.set(now, price);
        log.set(now, price);
      }
      }
      const auto changes = prices.changes(now);
      for (std::size_t w = 0; w < window_count; ++w)
        REQUIRE(changes[w] == log.change(now, w));
    }
  }
}

TEST_CASE("a clock that steps back") {
  price_history prices;
  prices.set(day_one, 100);
  prices.set(day_one + 90'000, 120);
  CHECK(prices.changes(day_one + 90'000)[0] == 20);
  CHECK(prices.changes(day_one + 40'000)[0] == 20); // a little: time stands still
  prices.set(day_one + 41'000, 130);
  CHECK(prices.changes(day_one + 41'000)[0] == 30);
  prices.set(day_one + 20'000, 130); // more than a minute: what was when?
  CHECK_FALSE(prices.changes(day_one + 20'000)[0]);
  CHECK(prices.changes(day_one + 81'000)[0] == 0);
}

TEST_CASE("stored samples are small, and refused when damaged or of the future") {
  price_history prices;
  CHECK(prices.encode().empty());
  prices.set(day_one, 100);
  prices.changes(day_one + 7'200'000);
  CHECK(prices.encode().size() == 44); // all the same
  std::mt19937_64 random{5};
  auto now = day_one + 7'200'000;
  for (; now < day_one + 11'000'000; now += 900)
    prices.set(now, static_cast<double>(1 + random() % 1'000'000));
  const auto stored = prices.encode();
  CHECK(stored.size() > 2'000);
  CHECK(stored.size() <= 2'564);
  price_history other;
  for (std::size_t cut = 0; cut < stored.size(); ++cut)
    REQUIRE_FALSE(other.restore(stored.substr(0, cut), now));
  CHECK_FALSE(other.restore(stored + "x", now));
  CHECK_FALSE(other.restore(stored, now - 5'000));
  for (int i = 0; i < 20'000; ++i) { // never a value that could not have been written
    auto damaged = stored;
    damaged[random() % damaged.size()] = static_cast<char>(random());
    price_history victim;
    victim.set(now, 5);
    victim.restore(damaged, now);
    for (const auto& change : victim.changes(now))
      REQUIRE((!change || (std::isfinite(*change) && *change >= -100)));
  }
  CHECK(other.restore(stored, now));
  other.set(now, 50);
  prices.set(now, 50);
  CHECK(other.changes(now) == prices.changes(now));
}
