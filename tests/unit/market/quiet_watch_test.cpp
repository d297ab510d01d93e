#include "market/quiet_watch.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <queue>
#include <random>
#include <ranges>
#include <string>
#include <vector>

using namespace tickboard;
using namespace std::chrono_literals;

namespace {

using watch_time = quiet_watch::clock::time_point;
using watch_duration = quiet_watch::clock::duration;
using places = std::vector<std::size_t>;

double in_seconds(watch_duration time) {
  return std::chrono::duration<double>(time).count();
}

watch_duration from_seconds(double time) {
  return std::chrono::duration_cast<watch_duration>(std::chrono::duration<double>(time));
}

/// What the header says of one market, from all that ever was.
struct market_by_definition {
  double bar(double mute_after) const {
    double mean = 0, longest = 0;
    for (std::size_t i = 0; i < gaps.size(); ++i) {
      mean += (gaps[i] - mean) / static_cast<double>(std::min<std::size_t>(i + 1, 16));
      longest = std::max(gaps[i], longest - gaps[i] / 16);
    }
    return std::max({gaps.size() < 8 ? 5 * mute_after : mute_after, 10 * mean, 2 * longest});
  }

  std::vector<double> gaps;
  watch_time last{};
  bool heard = false;
};

/// Markets that trade at random, a stream that tells of trades somewhat later, and a REST API that
/// lags too. Looks once a second, as the daemon does: 20 markets at most, 10 seconds apart.
class random_exchange {
public:
  static constexpr watch_duration mute_after = 60s;

  /// `gap(market, now)`: seconds from a trade to the next.
  random_exchange(std::size_t markets, std::uint64_t seed,
                  std::function<double(std::size_t, double, std::mt19937_64&)> gap)
      : watch(markets, mute_after, watch_time{}), random(seed), gap_(std::move(gap)),
        told(markets, 0), traded(markets, 0), mute_since(markets, watch_time::max()) {
    for (std::size_t i = 0; i < markets; ++i)
      trades_.push({from_seconds(gap_(i, 0, random)), i});
  }

  void run_until(watch_time end) {
    for (; now < end; now += 1s) {
      const auto passed = now.time_since_epoch();
      while (trades_.top().first <= passed) {
        const auto [at, market] = trades_.top();
        trades_.pop();
        trades_.push({at + from_seconds(gap_(market, in_seconds(at), random)), market});
        tells_.push({at + delay(), market});
        lookups_.push({at + delay(), market});
      }
      for (; !tells_.empty() && tells_.top().first <= passed; tells_.pop()) {
        const auto [at, market] = tells_.top();
        if (watch_time{at} < mute_since[market]) {
          // Delays differ, so the order may: what is told later is heard later.
          heard_at_ = std::max(heard_at_, watch_time{at});
          watch.heard(market, heard_at_);
          ++told[market];
        }
      }
      for (; !lookups_.empty() && lookups_.top().first <= passed; lookups_.pop())
        ++traded[lookups_.top().second];
      if (now >= next_check_) {
        const auto asked = watch.suspects(now, 20);
        looks += asked.size();
        checks += asked.empty() ? 0 : 1;
        for (const auto one : asked)
          watch.looked_up(one, traded[one], now);
        if (!asked.empty())
          next_check_ = now + 10s;
      }
      if (const auto found = watch.mute(now); !found.empty())
        on_mute(found);
    }
  }

  quiet_watch watch;
  std::mt19937_64 random;
  watch_time now{};
  std::uint64_t looks = 0, checks = 0;
  std::function<void(const places&)> on_mute = [](const places&) {};

private:
  using event = std::pair<watch_duration, std::size_t>;
  using queue = std::priority_queue<event, std::vector<event>, std::greater<>>;

  watch_duration delay() {
    return std::chrono::milliseconds(std::uniform_int_distribution<int>{0, 3'000}(random));
  }

  std::function<double(std::size_t, double, std::mt19937_64&)> gap_;
  queue trades_, tells_, lookups_;
  watch_time next_check_{}, heard_at_{};

public:
  std::vector<std::uint64_t> told, traded;
  std::vector<watch_time> mute_since;
};

/// Trades a second of market `i` of `count`: from 1 down to one in 2000 s, evenly by magnitude.
double rate_of(std::size_t i, std::size_t count) {
  return std::pow(1.0 / 2'000, static_cast<double>(i) / static_cast<double>(count - 1));
}

double poisson_gap(std::size_t i, std::size_t count, std::mt19937_64& random) {
  return std::exponential_distribution<double>{rate_of(i, count)}(random);
}

/// A watch of three markets, of which the first is heard of all the time.
struct three_markets {
  /// The other two are known: heard of once a second, for half a minute.
  explicit three_markets(bool known = true) {
    for (int i = 0; known && i < 30; ++i) {
      watch.heard(1, now);
      watch.heard(2, now);
      pass(1s);
    }
  }

  void pass(watch_duration time) {
    for (const auto end = now + time; now < end; now += 500ms)
      watch.heard(0, now);
  }

  watch_time now{1h};
  quiet_watch watch{3, 60s, now};
};

} // namespace

TEST_CASE("the bar is what its definition says, and suspects come when their waits are over") {
  std::mt19937_64 random{11};
  for (int round = 0; round < 60; ++round) {
    constexpr std::size_t count = 6;
    const auto mute_after = std::chrono::milliseconds(1'000 + random() % 60'000);
    watch_time now{5h};
    quiet_watch watch{count, mute_after, now};
    std::vector<market_by_definition> all(count);
    struct look {
      int same = -1; ///< looks that found the mark again
      watch_time next{};
    };
    std::vector<look> looks(count);
    for (auto& one : all)
      one.last = now;
    watch_time any{};
    for (int step = 0; step < 2'000; ++step) {
      now += std::chrono::milliseconds(
          random() % static_cast<std::uint64_t>(random() % 20 == 0 ? 3 * mute_after.count()
                                                                   : mute_after.count() / 8));
      if (const auto market = random() % (count * 2); market < count && random() % 4 != 0) {
        auto& one = all[market];
        if (one.heard)
          one.gaps.push_back(in_seconds(now - one.last));
        one.heard = true;
        one.last = any = now;
        looks[market] = {};
        watch.heard(market, now);
      }
      places expected;
      for (std::size_t i = 0; i < count; ++i) {
        const auto bar = all[i].bar(in_seconds(mute_after));
        CHECK(in_seconds(watch.bar(i)) == doctest::Approx(bar).epsilon(1e-4));
        if (any == watch_time{} || now - any > mute_after)
          continue;
        auto& one = looks[i];
        const auto exact = watch.bar(i);
        if (one.same < 0 ? now - all[i].last < exact : now < one.next)
          continue;
        expected.push_back(i);
        ++one.same;
        one.next = now + std::min<watch_duration>(
                             exact / 2 * (std::int64_t{1} << std::min(one.same, 20)), 24h);
      }
      auto found = watch.suspects(now, count);
      for (const auto one : found)
        watch.looked_up(one, 7, now);
      std::ranges::sort(found);
      REQUIRE(found == expected);
      CHECK(watch.mute(now).empty());
    }
  }
}

TEST_CASE("quiet markets are never taken for mute, and looks at them are few") {
  constexpr std::size_t count = 200;
  const struct {
    std::string name;
    std::function<double(std::size_t, double, std::mt19937_64&)> gap;
  } worlds[] = {
      {"Poisson", [](std::size_t i, double,
                     std::mt19937_64& random) { return poisson_gap(i, count, random); }},
      {"bursts (log-normal gaps, sigma 2)",
       [](std::size_t i, double, std::mt19937_64& random) {
         return std::lognormal_distribution<double>{-2.0, 2.0}(random) / rate_of(i, count);
       }},
      {"nights (rates fall to a 20th and rise within 6 h)",
       [](std::size_t i, double now, std::mt19937_64& random) {
         const auto phase = 0.5 + 0.5 * std::cos(now / (6 * 3600) * 6.283185307);
         return poisson_gap(i, count, random) / (0.05 + 0.95 * phase);
       }},
  };
  for (const auto& one : worlds) {
    CAPTURE(one.name);
    random_exchange on{count, 3, one.gap};
    std::uint64_t taken = 0;
    on.on_mute = [&](const places& found) { taken += found.size(); };
    on.run_until(watch_time{12h});
    CHECK(taken == 0);
    std::uint64_t heard = 0;
    for (const auto told : on.told)
      heard += told;
    MESSAGE(one.name << ": " << on.looks << " looks in " << on.checks << " checks at " << count
                     << " markets in 12 h, " << heard << " updates");
    CHECK(on.checks <= 12 * 360); // the pace itself
    CHECK(on.looks < count * 12); // one an hour and market, all rates together
  }
}

TEST_CASE("known markets with Poisson trades are suspected less than once in 5,000 gaps") {
  constexpr std::size_t count = 60;
  std::uint64_t gaps = 0;
  random_exchange on{count, 5, [&](std::size_t i, double, std::mt19937_64& random) {
                       ++gaps;
                       return std::exponential_distribution<double>{
                           1.0 / (7.0 + static_cast<double>(i))}(random); // 7 s to 66 s
                     }};
  on.run_until(watch_time{1h}); // now they are known
  gaps = on.looks = 0;
  on.run_until(watch_time{25h});
  MESSAGE(on.looks << " looks in " << gaps << " gaps");
  CHECK(gaps > 100'000);
  CHECK(on.looks * 5'000 < gaps);
}

TEST_CASE("a market that goes mute is found within twice its bar, if it trades") {
  constexpr std::size_t count = 100;
  random_exchange on{count, 9, [](std::size_t i, double, std::mt19937_64& random) {
                       return poisson_gap(i, count, random);
                     }};
  on.run_until(watch_time{10h});
  std::vector<watch_duration> bars;
  for (std::size_t i = 10; i < count; i += 10) {
    bars.push_back(on.watch.bar(i));
    on.mute_since[i] = on.now;
  }
  std::vector<watch_duration> found(count, watch_duration::max());
  on.on_mute = [&](const places& mute) {
    for (const auto one : mute)
      found[one] = std::min(found[one], on.now - on.mute_since[one]);
  };
  on.run_until(on.now + 50h);
  for (std::size_t i = 10, n = 0; i < count; i += 10, ++n) {
    CAPTURE(i);
    REQUIRE(found[i] != watch_duration::max());
    MESSAGE("one trade in " << 1 / rate_of(i, count) << " s: bar " << in_seconds(bars[n])
                            << " s, found after " << in_seconds(found[i]) << " s");
    CHECK(in_seconds(found[i]) < 2 * in_seconds(bars[n]) + 30);
  }
  for (std::size_t i = 0; i < count; ++i)
    if (i == 0 || i % 10 != 0)
      CHECK(found[i] == watch_duration::max());
}

TEST_CASE("a mark that changed means mute, once nothing came for a while after") {
  three_markets one;
  one.pass(60s);
  CHECK(one.watch.suspects(one.now, 5) == places{1, 2});
  one.watch.looked_up(1, 100, one.now);
  one.watch.looked_up(2, 100, one.now);
  CHECK(one.watch.suspects(one.now, 5).empty());
  one.pass(29s + 500ms);
  CHECK(one.watch.suspects(one.now, 5).empty());
  one.pass(500ms);
  CHECK(one.watch.suspects(one.now, 5) == places{1, 2});
  one.watch.looked_up(1, 101, one.now);
  one.watch.looked_up(2, 101, one.now);
  CHECK(one.watch.mute(one.now).empty());
  one.pass(5s);
  one.watch.heard(2, one.now); // its update was only under way
  one.pass(4s + 500ms);
  CHECK(one.watch.mute(one.now).empty());
  one.pass(500ms);
  CHECK(one.watch.mute(one.now) == places{1});
  one.pass(50s);
  CHECK(one.watch.suspects(one.now, 5).empty());
  CHECK(one.watch.mute(one.now) == places{1});
  one.watch.heard(1, one.now);
  CHECK(one.watch.mute(one.now).empty());
}

TEST_CASE("the same mark doubles the wait, an answer that failed to come does not") {
  three_markets one;
  one.watch.leave_out(2);
  one.pass(60s);
  std::vector<double> waits;
  auto last = one.now;
  for (int look = 0; look < 8; ++look) {
    while (one.watch.suspects(one.now, 5).empty())
      one.pass(500ms);
    waits.push_back(in_seconds(one.now - last));
    last = one.now;
    if (look >= 3)
      one.watch.looked_up(1, 5, one.now);
  }
  CHECK(waits == std::vector<double>{0, 30, 30, 30, 30, 60, 120, 240});
  one.watch.looked_up(1, 6, one.now);
  one.pass(10s);
  CHECK(one.watch.mute(one.now) == places{1});
}

TEST_CASE("a market that was never heard of is looked at after five times the time") {
  three_markets one{false};
  one.pass(299s + 500ms);
  CHECK(one.watch.suspects(one.now, 5).empty());
  one.pass(500ms);
  CHECK(one.watch.suspects(one.now, 5) == places{1, 2});
}

TEST_CASE("nobody is suspected while the whole connection is silent") {
  three_markets one;
  CHECK(one.watch.suspects(one.now + 10min, 5).empty());
  one.now += 10min;
  one.pass(500ms);
  CHECK(one.watch.suspects(one.now, 5) == places{1, 2});
  quiet_watch unheard{3, 60s, watch_time{}};
  CHECK(unheard.suspects(watch_time{24h}, 5).empty());
}

TEST_CASE("what was refused is left out") {
  three_markets one;
  one.watch.leave_out(1);
  one.pass(60s);
  CHECK(one.watch.suspects(one.now, 5) == places{2});
}

TEST_CASE("what is taken in later counts from then") {
  three_markets one;
  one.watch.leave_out(1);
  one.pass(60s);
  one.watch.take_in(1, one.now);
  CHECK(one.watch.suspects(one.now, 5) == places{2});
  one.pass(299s + 500ms);
  const auto early = one.watch.suspects(one.now, 5);
  CHECK(std::ranges::find(early, 1) == early.end());
  one.pass(500ms);
  const auto due = one.watch.suspects(one.now, 5);
  CHECK(std::ranges::find(due, 1) != due.end());
}

TEST_CASE("suspects take turns") {
  watch_time now{1h};
  quiet_watch watch{51, 60s, now};
  std::vector<int> asked(51);
  for (now += 5min; now < watch_time{3h}; now += 10s) {
    watch.heard(0, now);
    const auto some = watch.suspects(now, 2); // each is due again before all were
    CHECK(some.size() == 2);
    for (const auto one : some)
      ++asked[one];
  }
  CHECK(asked[0] == 0);
  const auto [fewest, most] = std::ranges::minmax(asked | std::views::drop(1));
  CHECK(most - fewest <= 1);
}

TEST_CASE("an answer that comes after the market was heard of says nothing") {
  three_markets one;
  one.pass(60s);
  CHECK(one.watch.suspects(one.now, 5) == places{1, 2});
  one.watch.heard(1, one.now);
  one.watch.looked_up(1, 3, one.now);
  one.pass(150s); // its longest gap is a minute by now
  CHECK(one.watch.suspects(one.now, 1) == places{1});
  one.watch.looked_up(1, 4, one.now); // its first
  one.pass(10s);
  CHECK(one.watch.mute(one.now).empty());
}
