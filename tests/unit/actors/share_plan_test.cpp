#include "actors/share_plan.hpp"

#include <doctest/doctest.h>

#include <random>
#include <set>
#include <string>

using namespace tickboard;

namespace {

using texts = std::vector<std::string>;

std::vector<market_ptr> made_of(const texts& pairs, const std::string& spelling = "") {
  std::vector<market_ptr> out;
  for (const auto& pair : pairs) {
    const auto slash = pair.find('/');
    out.push_back(
        *make_market("x", pair.substr(0, slash), pair.substr(slash + 1), pair + spelling));
  }
  return out;
}

texts natives(const std::vector<market_ptr>& markets) {
  texts out;
  for (const auto& one : markets)
    out.push_back(one->native);
  return out;
}

} // namespace

TEST_CASE("markets are chosen by pattern, without the excluded ones, in order, once") {
  const auto listed =
      made_of({"ETH/USDT", "BTC/USDT", "BTC/EUR", "DOGE/USDT", "1000SHIB/USDT", "BTC/USDT"});
  config::feed_settings settings;
  const auto chosen = [&](texts symbols, texts exclude) {
    settings.symbols = std::move(symbols);
    settings.exclude = std::move(exclude);
    return natives(choose_markets(listed, settings).markets);
  };
  CHECK(chosen({"BTC/USDT"}, {}) == texts{"BTC/USDT"});
  CHECK(chosen({"*/USDT"}, {}) == texts{"1000SHIB/USDT", "BTC/USDT", "DOGE/USDT", "ETH/USDT"});
  CHECK(chosen({"*/USDT", "BTC/*"}, {"1000*/*", "DOGE/USDT"}) ==
        texts{"BTC/EUR", "BTC/USDT", "ETH/USDT"});
  CHECK(chosen({"*/*"}, {"*/*"}).empty());
  CHECK(chosen({}, {}).empty());
  CHECK(chosen({"btc/usdt", "eth/*"}, {"*/eur"}) == texts{"BTC/USDT", "ETH/USDT"});
}

TEST_CASE("patterns that match nothing are told, and what is near") {
  const auto listed = made_of({"BTC/USDT", "BTC/EUR", "ETH/USDT", "AAPLx/USD"});
  config::feed_settings settings;
  const auto unmatched = [&](texts symbols, texts exclude) {
    settings.symbols = std::move(symbols);
    settings.exclude = std::move(exclude);
    return choose_markets(listed, settings).unmatched;
  };
  CHECK(unmatched({"*/USDT", "btc/eur", "BTC/EUR"}, {}).empty());
  CHECK(unmatched({"BTC/USDT", "*/USDT", "B*/USDT"}, {}).empty()); // each counts
  CHECK(unmatched({"*/USTD", "BTC/USDT", "XBT/EUR", "xbt/eur"}, {"*/GBP", "ETH/*", "A/B"}) ==
        texts{"*/USTD", "XBT/EUR", "xbt/eur", "!*/GBP", "!A/B"});
  CHECK(unmatched({"*/USDT"}, {"AAPLX/USD"}).empty()); // it is listed, though not wanted
  CHECK(listed_near("*/ustd", listed) == "*/USD, */USDT");
  CHECK(listed_near("!ETC/*", listed) == "BTC/*, ETH/*");
  CHECK(listed_near("BTC/USD", listed) == "BTC/USDT");
  CHECK(listed_near("aaplx/us", listed) == "AAPLX/USD");
  CHECK(listed_near("BTC/JPY", listed) == "BTC/EUR, BTC/USDT");
  CHECK(listed_near("BTC/ABCDE", listed) == "BTC/EUR, BTC/USDT");
  CHECK(listed_near("WHATEVER/XYZ", listed).empty());
  CHECK(listed_near("ETH/USDT", {}).empty());
}

TEST_CASE("markets stay on their connections while others come and go") {
  const std::uint64_t seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937_64 random{seed};
  for (int round = 0; round < 300; ++round) {
    const share_limits limits{1 + random() % 9, random() % 3 == 0 ? 1 + random() % 6 : 0};
    share_plan now;
    for (int step = 0; step < 8; ++step) {
      texts pairs;
      for (std::size_t i = 0; i < 60; ++i)
        if (random() % 3 != 0)
          pairs.push_back("B" + std::to_string(i) + "/USD");
      const auto chosen = made_of(pairs);
      const auto next = share_out(now, chosen, limits);
      std::map<std::string, std::uint32_t> at;
      for (const auto& [number, share] : next) {
        CHECK(number >= 1);
        CHECK_FALSE(share.empty());
        CHECK(share.size() <= limits.markets);
        for (const auto& one : share)
          CHECK(at.emplace(one->id, number).second); // once
      }
      const auto room =
          limits.connections == 0 ? chosen.size() : limits.connections * limits.markets;
      CHECK(at.size() == std::min(room, chosen.size()));
      if (limits.connections != 0)
        CHECK(next.size() <= limits.connections);
      std::set<std::string> wanted;
      for (const auto& one : chosen)
        wanted.insert(one->id);
      for (const auto& [id, number] : at)
        CHECK(wanted.contains(id));
      for (const auto& [number, share] : now)
        for (const auto& one : share)
          if (wanted.contains(one->id)) {
            CHECK(at[one->id] == number);
            const auto& there = next.at(number);
            CHECK(std::find(there.begin(), there.end(), one) != there.end()); // the same object
          }
      CHECK(share_out(next, chosen, limits) == next);
      now = next;
    }
  }
}

TEST_CASE("new connections are filled evenly, and a market that is spelled anew is replaced") {
  texts pairs;
  for (int i = 0; i < 10; ++i)
    pairs.push_back("B" + std::to_string(i) + "/USD");
  const auto plan = share_out({}, made_of(pairs), {4, 0});
  REQUIRE(plan.size() == 3);
  CHECK(plan.at(1).size() == 3);
  CHECK(plan.at(2).size() == 3);
  CHECK(plan.at(3).size() == 4);
  const auto spelled_anew = share_out(plan, made_of(pairs, "2"), {4, 0});
  CHECK(spelled_anew != plan);
  for (const auto& [number, share] : spelled_anew)
    for (const auto& one : share)
      CHECK(one->native.ends_with("/USD2"));
}
