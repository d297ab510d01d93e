#include "market/asset_markets.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>

using namespace tickboard;

namespace {

using known_markets = std::map<std::string, std::map<std::string, market_value>>; // base, id

/// Each look-up goes through all.
void check_same(const asset_markets& markets, const known_markets& model) {
  REQUIRE(markets.by_base().size() == model.size());
  std::size_t count = 0;
  for (const auto& [base, expected] : model) {
    const auto& all = markets.of(base);
    REQUIRE(all.size() == expected.size());
    count += all.size();
    for (const auto& one : all) {
      const auto it = expected.find(one.subject->id);
      REQUIRE(it != expected.end());
      CHECK(one == it->second);
    }
  }
  CHECK(markets.size() == count);
}

market_value value_of(const std::string& exchange, const std::string& base,
                      const std::string& quote) {
  market_value out;
  out.subject = *make_market(exchange, base, quote, "n");
  return out;
}

} // namespace

TEST_CASE("markets of assets are what was put, less what was removed and forgotten") {
  const auto seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937 random{seed};
  const auto below = [&](unsigned n) {
    return std::uniform_int_distribution<unsigned>{0, n - 1}(random);
  };
  asset_markets markets;
  known_markets model;
  for (int step = 0; step < 4'000; ++step) {
    const auto base = "B" + std::to_string(below(4));
    // Made anew each time, as a feed that comes back does: what was held before may be gone.
    auto one = value_of("x" + std::to_string(below(6)), base, "Q" + std::to_string(below(6)));
    const auto id = one.subject->id;
    const auto what = below(100);
    if (what < 60) {
      one.price_usd = below(3);
      const auto [it, fresh] = model[base].try_emplace(id, one);
      const bool differs = fresh || it->second.price_usd != one.price_usd;
      if (!fresh && !differs && below(2) == 0) { // the very same, which is no change
        CHECK(markets.put(market_value{it->second}).empty());
      } else {
        CHECK(markets.put(one) == base); // another object of the same market is another value
        it->second = one;
      }
    } else if (what < 99) {
      const bool known = model.contains(base) && model[base].erase(id) == 1;
      CHECK(markets.remove(*one.subject) == (known ? base : ""));
    } else {
      model.erase(base);
      markets.forget(base);
      CHECK(markets.of(base).empty());
    }
    if (step % 50 == 0)
      check_same(markets, model);
  }
  check_same(markets, model);
}

TEST_CASE("markets that a writer tells of no more are stale, and those of others are not") {
  asset_markets markets;
  const auto one = value_of("x", "A", "Q"), other = value_of("y", "A", "Q"),
             third = value_of("x", "B", "Q"), of_another = value_of("z", "B", "Q");
  for (const auto& each : {one, other, third})
    markets.put(each, 2);
  markets.put(of_another, 1);
  const auto stale = [&] {
    std::map<std::string, bool> out;
    for (const auto& [base, all] : markets.by_base())
      for (const auto& each : all)
        out[each.subject->id] = each.stale;
    return out;
  };
  using flags = std::map<std::string, bool>;
  // Another object of the same market, as a new life of the writer has it.
  const std::vector<market_value> now{value_of("y", "A", "Q")};
  auto changed = markets.doubt(2, now);
  std::ranges::sort(changed);
  CHECK(changed == std::vector<std::string_view>{"A", "B"});
  CHECK(stale() == flags{{"x:A-Q", true}, {"y:A-Q", false}, {"x:B-Q", true}, {"z:B-Q", false}});
  CHECK(markets.doubt(2, now).empty()); // they are already
  CHECK(markets.put(one, 2) == "A");
  CHECK_FALSE(stale()["x:A-Q"]);

  // A market is whose that told of it last, wherever it stands since another one left.
  markets.put(other, 1);
  markets.remove(*one.subject);
  CHECK(markets.doubt(2, {}).empty());
  CHECK(markets.doubt(1, {}).size() == 2);
}
