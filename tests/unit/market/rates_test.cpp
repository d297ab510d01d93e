#include "market/rates.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>

using namespace tickboard;

namespace {

constexpr std::int64_t now_ms = 1'000'000;
constexpr std::int64_t max_age_ms = 60'000;

rate_source source(const std::string& exchange, const std::string& base, const std::string& quote,
                   double last, double quote_volume = 0) {
  return {*make_market(exchange, base, quote, base + quote), last, 0, quote_volume, now_ms, false};
}

rate_table table(const std::vector<rate_source>& sources, const asset_set& wanted = {}) {
  return {sources, wanted, now_ms, max_age_ms};
}

/// The median by its definition: the mean of the values that have at most half of the weight on
/// either side of them.
double median_by_definition(const std::vector<weighted>& values) {
  const auto total = [&](const auto& counts) {
    double out = 0;
    for (const auto& one : values)
      out += counts(one) ? one.weight : 0;
    return out;
  };
  const double all = total([](const weighted&) { return true; });
  double least = 0, most = 0;
  bool found = false;
  for (const auto& candidate : values) {
    if (candidate.weight == 0 ||
        2 * total([&](const weighted& w) { return w.value < candidate.value; }) > all ||
        2 * total([&](const weighted& w) { return w.value > candidate.value; }) > all)
      continue;
    least = found ? std::min(least, candidate.value) : candidate.value;
    most = found ? std::max(most, candidate.value) : candidate.value;
    found = true;
  }
  REQUIRE(found);
  return (least + most) / 2;
}

/// Random markets between a few assets, some of them of no use.
struct rate_world {
  explicit rate_world(std::uint64_t seed) : random(seed) {}

  std::size_t pick(std::size_t below) { return random() % below; }

  std::vector<rate_source> draw(bool consistent) {
    std::vector<rate_source> out;
    for (auto n = pick(25); n > 0; --n) {
      const auto base = assets[pick(assets.size())], quote = assets[pick(assets.size())];
      if (base == quote)
        continue;
      auto one = source("x" + std::to_string(out.size()), base, quote,
                        worth.at(base) / worth.at(quote), static_cast<double>(pick(5)));
      if (!consistent)
        one.last *= 1 + static_cast<double>(pick(100)) / 50;
      one.volume = pick(3) == 0 ? static_cast<double>(pick(4)) : one.quote_volume / one.last;
      one.stale = pick(6) == 0;
      if (pick(8) == 0)
        one.last = 0;
      one.heard_ms = now_ms - static_cast<std::int64_t>(pick(7) == 0 ? max_age_ms + 1 + pick(9)
                                                                     : pick(max_age_ms + 1));
      out.push_back(one);
    }
    return out;
  }

  static bool usable(const rate_source& one) {
    return !one.stale && one.last > 0 && one.heard_ms >= now_ms - max_age_ms;
  }

  /// Is there a path of one step, or of two over a hub with one of its own?
  static bool reachable(const std::vector<rate_source>& from, const std::string& asset, int steps) {
    if (asset == "USD")
      return true;
    return steps > 0 && std::ranges::any_of(from, [&](const rate_source& one) {
             if (!usable(one) || (one.subject->base != asset && one.subject->quote != asset))
               return false;
             const auto& other =
                 one.subject->base == asset ? one.subject->quote : one.subject->base;
             return is_rate_hub(other) && reachable(from, other, steps - 1);
           });
  }

  std::mt19937_64 random;
  std::vector<std::string> assets{"USD", "BTC", "ETH", "USDT", "EUR", "TRY", "GBP", "DOGE"};
  std::map<std::string, double> worth{{"USD", 1},   {"BTC", 90'000}, {"ETH", 3'000}, {"USDT", .9},
                                      {"EUR", 1.1}, {"TRY", .023},   {"GBP", 1.3},   {"DOGE", .14}};
};

const asset_set wanted{"BTC", "ETH", "USDT", "EUR", "TRY", "GBP", "USD"};

} // namespace

TEST_CASE("nothing is known of a dollar's worth but the dollar's own") {
  const rate_table none;
  CHECK(none.usd_per("USD") == 1);
  CHECK_FALSE(none.usd_per("USDT"));
  CHECK_FALSE(table({}, wanted).usd_per("USDT"));
  CHECK_FALSE(table({source("a", "BTC", "USDT", 90'000, 1)}, wanted).usd_per("USDT"));
}

TEST_CASE("direct, inverse, and over a hub") {
  CHECK(table({source("a", "USDT", "USD", .999)}).usd_per("USDT") == .999);
  CHECK(table({source("a", "USD", "TRY", 40)}, {"TRY"}).usd_per("TRY") == 1 / 40.);
  const auto btc = source("a", "BTC", "USD", 90'000);
  CHECK(*table({btc, source("a", "ETH", "BTC", .03)}).usd_per("ETH") == doctest::Approx(2'700));
  CHECK(*table({btc, source("a", "BTC", "USDT", 90'090)}).usd_per("USDT") ==
        doctest::Approx(.999000999));
  // A direct market counts alone, however small it is.
  CHECK(table({btc, source("a", "BTC", "USDT", 80'000, 1e9), source("b", "USDT", "USD", .999, 1)})
            .usd_per("USDT") == .999);
  // Not over what is no hub, and not in three steps.
  CHECK_FALSE(table({source("a", "DOGE", "USD", .14), source("a", "DOGE", "TRY", 5)}, wanted)
                  .usd_per("TRY"));
  CHECK_FALSE(table({btc, source("a", "ETH", "BTC", .03), source("a", "ETH", "TRY", 1e5)}, wanted)
                  .usd_per("TRY"));
  CHECK_FALSE(table({btc, source("a", "BTC", "TRY", 4e6)}).covers("TRY")); // nobody asked
}

TEST_CASE("what is stale, silent or without price makes no rate") {
  for (int what = 0; what < 4; ++what) {
    auto one = source("a", "USDT", "USD", .999, 5);
    if (what == 1)
      one.stale = true;
    if (what == 2)
      one.heard_ms = now_ms - max_age_ms - 1;
    if (what == 3)
      one.last = 0;
    CHECK(table({one}).usd_per("USDT").has_value() == (what == 0));
  }
}

TEST_CASE("the median of several sources, by turnover") {
  std::vector<rate_source> all{source("a", "USDT", "USD", .99, 10),
                               source("b", "USDT", "USD", 1, 25),
                               source("c", "USDT", "USD", 7, 14)};
  CHECK(table(all).usd_per("USDT") == 1);
  all[2].quote_volume = 100;
  CHECK(table(all).usd_per("USDT") == 7);
  all[2].quote_volume = 35; // half of it
  CHECK(table(all).usd_per("USDT") == 4);
  for (auto& one : all)
    one.quote_volume = 0;
  CHECK(table(all).usd_per("USDT") == 1);

  std::mt19937_64 random{4};
  for (int round = 0; round < 3000; ++round) {
    std::vector<weighted> values(1 + random() % 7);
    for (auto& one : values)
      one = {static_cast<double>(1 + random() % 5), static_cast<double>(random() % 4)};
    if (std::ranges::all_of(values, [](const weighted& one) { return one.weight == 0; }))
      values[0].weight = 1;
    const auto expected = median_by_definition(values);
    CHECK(weighted_median(values) == expected);
  }
}

TEST_CASE(
    "in a world where all prices agree every rate is true, and known just if there is a path") {
  rate_world world{7};
  int known = 0;
  for (int round = 0; round < 2000; ++round) {
    auto sources = world.draw(true);
    const auto rates = table(sources, wanted);
    for (const auto& asset : wanted) {
      const auto rate = rates.usd_per(asset);
      REQUIRE(rate.has_value() == rate_world::reachable(sources, asset, 2));
      if (rate)
        REQUIRE(*rate == doctest::Approx(world.worth.at(asset)).epsilon(1e-12));
      known += rate.has_value();
    }
  }
  CHECK(known > 2000);
}

TEST_CASE("rates do not depend on the order of sources, and lie between what sources say") {
  rate_world world{8};
  for (int round = 0; round < 1000; ++round) {
    auto sources = world.draw(false);
    const auto rates = table(sources, wanted);
    for (const auto& asset : wanted) {
      if (asset == "USD" || !rates.usd_per(asset))
        continue;
      double least = 1e300, most = 0;
      for (const auto& one : sources) {
        if (!rate_world::usable(one))
          continue;
        const auto offer = [&](double usd) {
          least = std::min(least, usd);
          most = std::max(most, usd);
        };
        if (const auto rate = rates.usd_per(one.subject->quote); one.subject->base == asset && rate)
          offer(one.last * *rate);
        if (const auto rate = rates.usd_per(one.subject->base); one.subject->quote == asset && rate)
          offer(*rate / one.last);
      }
      CHECK(*rates.usd_per(asset) >= least);
      CHECK(*rates.usd_per(asset) <= most);
    }
    std::shuffle(sources.begin(), sources.end(), world.random);
    const auto again = table(sources, wanted);
    for (const auto& asset : wanted)
      REQUIRE(again.usd_per(asset) == rates.usd_per(asset));
  }
}

TEST_CASE("small moves are no news") {
  const auto before = table({source("a", "USDT", "USD", 1), source("a", "BTC", "USD", 90'000)});
  auto now = table({source("a", "USDT", "USD", 1.0004), source("a", "BTC", "USD", 90'040)});
  CHECK_FALSE(now.settle(before, 5e-4));
  CHECK(now.usd_per("USDT") == 1);
  CHECK(now.usd_per("BTC") == 90'000);

  now = table({source("a", "USDT", "USD", 1.0004), source("a", "BTC", "USD", 90'100)});
  CHECK(now.settle(before, 5e-4));
  CHECK(now.usd_per("USDT") == 1); // its rows need not be written again
  CHECK(now.usd_per("BTC") == 90'100);

  now = table({source("a", "BTC", "USD", 90'000)});
  CHECK(now.settle(before, 5e-4));
  CHECK_FALSE(now.usd_per("USDT"));
  auto back = table({source("a", "USDT", "USD", 1.0001), source("a", "BTC", "USD", 90'000)});
  CHECK(back.settle(now, 5e-4));
  CHECK(back.usd_per("USDT") == 1.0001);
  back = table({source("a", "USDT", "USD", 1), source("a", "BTC", "USD", 90'000)}, {"XYZ"});
  CHECK(back.settle(before, 5e-4)); // asked for since
}

TEST_CASE("which markets are sources of rates") {
  const auto is_source = [rates = table({}, {"TRY", "BNB"})](const char* base, const char* quote) {
    return is_rate_source(**make_market("x", base, quote, "s"), rates);
  };
  CHECK(is_source("USDT", "USD"));
  CHECK(is_source("USDT", "TRY"));
  CHECK(is_source("BNB", "BTC"));
  CHECK_FALSE(is_source("BNB", "TRY"));
  CHECK_FALSE(is_source("DOGE", "USDT"));
}
