#include "market/market.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>

using namespace tickboard;

TEST_CASE("a symbol table finds markets by symbol, and places of its own") {
  for (const std::size_t count : {0U, 1U, 2U, 3U, 64U, 1'000U})
    for (const bool collide : {false, true}) {
      CAPTURE(count);
      std::vector<market_ptr> markets;
      for (std::size_t i = 0; i < count; ++i) {
        auto one = **make_market("x", "B" + std::to_string(i), "USD", "b" + std::to_string(i));
        if (collide)
          one.hash = i % 2 == 0 ? 7 : static_cast<std::size_t>(-1);
        markets.push_back(std::make_shared<const market>(one));
      }
      const symbol_table table{markets};
      for (std::size_t i = 0; i < count; ++i) {
        CHECK(table.find("b" + std::to_string(i)) == markets[i]);
        CHECK(table.place(*markets[i]) == i);
        CHECK(table.place(market{*markets[i]}) == count); // a copy
      }
      CHECK(table.find("B0") == nullptr);
      CHECK(table.place(market{}) == count);
    }
  CHECK(symbol_table{}.place(market{}) == 0);
}
