#include "actors/market_sources.hpp"

#include <doctest/doctest.h>

#include <random>

using namespace tickboard;

TEST_CASE("each market is with the source that told of it last, and with no other") {
  std::mt19937 random{1};
  std::vector<std::unique_ptr<slot>> markets;
  for (int i = 0; i < 30; ++i)
    markets.push_back(std::make_unique<slot>());
  market_sources sources;
  for (int step = 0; step < 2'000; ++step) {
    auto& one = *markets[random() % markets.size()];
    if (random() % 5 == 0)
      sources.forget(one);
    else
      sources.set(one, 1 + random() % 4);
    for (std::uint32_t id = 0; id <= 5; ++id) {
      std::unordered_set<slot*> expected;
      for (const auto& market : markets)
        if (id != 0 && market->source_id == id)
          expected.insert(market.get());
      REQUIRE(sources.of(id) == expected);
    }
  }
}
