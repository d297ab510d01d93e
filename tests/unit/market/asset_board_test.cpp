#include "market/asset_board.hpp"
#include "market/asset_totals.hpp"
#include "market/valuation.hpp"

#include <doctest/doctest.h>
#include <rapidjson/document.h>

#include <algorithm>
#include <cmath>
#include <random>

using namespace tickboard;

namespace {

market_value priced(const std::string& exchange, const std::string& pair, double price,
                    std::optional<double> volume = 1.0) {
  market_value out;
  const auto dash = pair.find('-');
  out.subject = *make_market(exchange, pair.substr(0, dash), pair.substr(dash + 1), pair);
  out.price_usd = price;
  out.volume_usd_24h = volume;
  out.ts_ms = 4;
  out.received_ms = 5;
  return out;
}

asset with_supply(const char* symbol, const char* supply) {
  asset out;
  out.symbol = symbol;
  out.name = symbol;
  out.circulating_supply = *decimal::parse(supply);
  return out;
}

const asset_set dollar_is_steady{"USD"};
const quote_changes dollars_only{{"USD", change_set{0.0, 0.0, 0.0, 0.0, 0.0}}};

/// The same rules, written down as slowly as they read.
struct naive_asset {
  naive_asset(const std::vector<market_value>& markets, const quote_changes& quotes) {
    std::vector<const market_value*> fresh;
    for (const auto& one : markets)
      if (!one.stale)
        fresh.push_back(&one);
    for (const auto* one : fresh)
      if (one->volume_usd_24h)
        volume = volume.value_or(0) + *one->volume_usd_24h;
    std::erase_if(fresh, [](const auto* one) { return !one->price_usd; });
    const auto weight = [&](const market_value& one) {
      const bool any = std::ranges::any_of(
          fresh, [](const auto* other) { return other->volume_usd_24h.value_or(0) > 0; });
      return any ? one.volume_usd_24h.value_or(0) : 1.0;
    };
    // The median: whatever has at most half of the weight on either side.
    double all = 0, least = INFINITY, most = -INFINITY;
    for (const auto* one : fresh)
      all += weight(*one);
    for (const auto* candidate : fresh) {
      double below = 0, above = 0;
      for (const auto* one : fresh) {
        below += one->price_usd < candidate->price_usd ? weight(*one) : 0;
        above += one->price_usd > candidate->price_usd ? weight(*one) : 0;
      }
      if (weight(*candidate) > 0 && 2 * below <= all && 2 * above <= all) {
        least = std::min(least, *candidate->price_usd);
        most = std::max(most, *candidate->price_usd);
      }
    }
    const double middle = (least + most) / 2;
    std::erase_if(
        fresh, [&](const auto* one) { return std::abs(*one->price_usd - middle) > 0.05 * middle; });
    const auto mean = [&](auto value_of) -> std::optional<double> {
      double total = 0, sum = 0, plain = 0, count = 0;
      for (const auto* one : fresh)
        if (const std::optional<double> value = value_of(*one)) {
          total += one->volume_usd_24h.value_or(0);
          sum += one->volume_usd_24h.value_or(0) * *value;
          plain += *value;
          ++count;
        }
      if (count == 0)
        return std::nullopt;
      return total > 0 ? sum / total : plain / count;
    };
    const auto accepted = fresh;
    price = mean([](const market_value& one) { return one.price_usd; });
    for (std::size_t w = 0; w < change_count; ++w)
      changes[w] = mean([&](const market_value& one) -> std::optional<double> {
        const auto quote = quotes.find(one.subject->quote);
        if (!one.changes[w] || quote == quotes.end() || !quote->second[w])
          return std::nullopt;
        return ((1 + *one.changes[w] / 100) * (1 + *quote->second[w] / 100) - 1) * 100;
      });
    std::erase_if(fresh, [](const auto* one) {
      return one->subject->quote != "USD" || !one->high_usd_24h || !one->low_usd_24h;
    });
    high = mean([](const market_value& one) { return one.high_usd_24h; });
    low = mean([](const market_value& one) { return one.low_usd_24h; });
    if (high) {
      high = std::max(*high, *price);
      low = std::min(*low, *price);
    }
    fresh = accepted;
    for (const auto* one : fresh) {
      if (one->bid_usd && (!bid || *one->bid_usd > *bid))
        bid = one->bid_usd;
      if (one->ask_usd && (!ask || *one->ask_usd < *ask))
        ask = one->ask_usd;
    }
  }

  std::optional<double> price, volume, bid, ask, high, low;
  change_set changes;
};

void same(const std::optional<double>& a, const std::optional<double>& b, double precision) {
  REQUIRE(a.has_value() == b.has_value());
  if (a)
    CHECK(std::abs(*a - *b) <= precision * std::max(1.0, std::abs(*b)));
}

} // namespace

TEST_CASE("an asset's price is the mean by turnover of the markets that agree") {
  std::vector<market_value> markets{priced("a", "X-USD", 100, 30.0),
                                    priced("b", "X-USD", 102, 10.0),
                                    priced("c", "X-USD", 150, 15.0)};
  auto found = summarize(markets, dollars_only, dollar_is_steady, nullptr);
  CHECK(*found.price_usd == 100.5);   // 150 is too far off
  CHECK(*found.volume_usd_24h == 55); // but what is traded there is traded
  CHECK(found.markets == 3);
  CHECK(found.exchanges == 3);
  CHECK(found.received_ms == 5);
  CHECK(found.ts_ms == 4);
  CHECK(found.sources == std::vector<std::string>{"a", "b"});
  CHECK_FALSE(found.market_cap);
  CHECK_FALSE(found.bid_usd);

  markets[0].stale = true; // 150 has the most turnover now: it is the median, and alone
  found = summarize(markets, dollars_only, dollar_is_steady, nullptr);
  CHECK(*found.price_usd == 150);
  CHECK(*found.volume_usd_24h == 25);
  CHECK(found.markets == 3);
}

TEST_CASE("two markets of equal weight that contradict each other give no price") {
  const auto found = summarize(std::vector{priced("a", "X-USD", 100), priced("b", "X-USD", 200)},
                               dollars_only, dollar_is_steady, nullptr);
  CHECK_FALSE(found.price_usd);
  CHECK(found.volume_usd_24h == 2);
}

TEST_CASE("what nobody tells is null") {
  auto one = priced("a", "X-USD", 1, std::nullopt);
  auto known = with_supply("X", "21000000");
  auto found = summarize(std::vector{one}, dollars_only, dollar_is_steady, &known);
  CHECK(found.price_usd == 1);
  CHECK_FALSE(found.volume_usd_24h);
  CHECK(found.market_cap == 21'000'000);
  one.stale = true;
  found = summarize(std::vector{one}, dollars_only, dollar_is_steady, &known);
  CHECK_FALSE(found.price_usd);
  CHECK_FALSE(found.market_cap);
  CHECK(found.received_ms == 0);
  std::string row;
  append_asset_row(row, {"X", nullptr, &found});
  CHECK(row == R"({"symbol":"X","name":null,"slug":null,"categories":[],"rank":0,"price_usd":null,)"
               R"("high_usd_24h":null,"low_usd_24h":null,"volume_usd_24h":null,"market_cap":null,)"
               R"("circulating_supply":null,"max_supply":null,"bid_usd":null,)"
               R"("bid_market":null,"ask_usd":null,"ask_market":null,"change_1m_pct":null,)"
               R"("change_5m_pct":null,"change_15m_pct":null,"change_1h_pct":null,)"
               R"("change_24h_pct":null,"markets":1,"exchanges":1,"change_basis":"rolling_24h",)"
               R"("ts_ms":null,"received_ms":null,"sources":[],"stale":true})");
}

TEST_CASE("the best bid and ask are of markets whose price counts") {
  std::vector<market_value> markets{priced("b", "X-USD", 100, 30.0),
                                    priced("a", "X-USD", 100, 10.0),
                                    priced("c", "X-USD", 150, 1.0)};
  for (auto& one : markets) {
    one.bid_usd = *one.price_usd - 1;
    one.ask_usd = *one.price_usd + 1;
  }
  markets[1].ask_usd = 100.5;
  const auto found = summarize(markets, dollars_only, dollar_is_steady, nullptr);
  CHECK(found.bid_usd == 99);
  CHECK(found.bid_market == "a:X-USD"); // of equal ones, the first by id
  CHECK(found.ask_usd == 100.5);
  CHECK(found.ask_market == "a:X-USD");
}

TEST_CASE("a change in another quote counts in dollars") {
  markets_by_base markets;
  const auto add = [&](const std::string& pair, double change) {
    auto one = priced("a", pair, 1);
    one.changes[window_count] = change;
    markets[one.subject->base].push_back(one);
  };
  add("BTC-USD", 10);
  add("BTC-USDT", 21);
  add("X-BTC", 50);
  add("X-USDT", 10);
  add("X-EUR", 7);
  const auto quotes = changes_in_usd(markets, {"BTC", "EUR", "USD", "USDT"});
  CHECK(quotes.at("USD")[window_count] == 0);
  CHECK(quotes.at("BTC")[window_count] == 10);
  // No market of its own with USD: it fell by 1/11, as BTC in it and in dollars tell.
  CHECK(*quotes.at("USDT")[window_count] == doctest::Approx(-9.0909).epsilon(1e-4));
  CHECK_FALSE(quotes.at("EUR")[window_count]);
  // 1.5 * 1.1 and 1.1 / 1.1
  CHECK(summarize(markets["X"], quotes, dollar_is_steady, nullptr).changes[window_count] == 32.5);
  CHECK(summarize(std::span{markets["X"]}.first(1), quotes, dollar_is_steady, nullptr)
            .changes[window_count] == 65);
  CHECK_FALSE(summarize(std::span{markets["X"]}.last(1), quotes, dollar_is_steady, nullptr)
                  .changes[window_count]);
}

TEST_CASE("high and low of the day are told where the quote stood still") {
  markets_by_base markets;
  const auto add = [&](const std::string& exchange, const std::string& pair, double low,
                       double price, double high, double volume) {
    auto one = priced(exchange, pair, price, volume);
    one.low_usd_24h = low;
    one.high_usd_24h = high;
    markets[one.subject->base].push_back(one);
  };
  add("a", "USDT-USD", 0.999, 1, 1.001, 9);
  add("b", "USDT-USD", 0.5, 1, 2, 1); // one trade that few saw
  add("a", "EUR-USD", 1, 1.1, 1.2, 9);
  add("a", "X-USD", 90, 100, 110, 1);
  add("a", "X-USDT", 80, 100, 120, 3);
  add("a", "X-EUR", 1, 100, 1000, 3);
  add("a", "Y-USD", 101, 100, 99, 1);
  const auto steady = steady_quotes(markets, {"EUR", "USD", "USDT", "ZZZ"});
  CHECK(steady == asset_set{"USD", "USDT"});
  const auto found = summarize(markets["X"], dollars_only, steady, nullptr);
  CHECK(found.high_usd_24h == 117.5);
  CHECK(found.low_usd_24h == 82.5);
  const auto odd = summarize(markets["Y"], dollars_only, steady, nullptr);
  CHECK(odd.high_usd_24h == 100); // the price of now is one of the day
  CHECK(odd.low_usd_24h == 100);
  CHECK_FALSE(
      summarize(std::span{markets["X"]}.last(1), dollars_only, steady, nullptr).high_usd_24h);
}

TEST_CASE("any markets are summarised as the rules say") {
  const auto seed = std::random_device{}();
  INFO("seed ", seed);
  std::mt19937_64 random{seed};
  const auto pick = [&](std::size_t below) { return random() % below; };
  const auto maybe = [&](std::size_t odds, double value) {
    return pick(odds) == 0 ? std::nullopt : std::optional{value};
  };
  for (int round = 0; round < 5'000; ++round) {
    const quote_changes quotes{{"USD", change_set{0.0, 0.0, 0.0, 0.0, 0.0}},
                               {"BTC", change_set{1.5, maybe(2, -3.0), 0.0, 2.0, maybe(2, 7.0)}}};
    std::vector<market_value> markets;
    for (auto n = pick(9); n > 0; --n) {
      auto one = priced("e" + std::to_string(pick(4)),
                        pick(3) == 0 ? (pick(2) == 0 ? "X-BTC" : "X-EUR") : "X-USD",
                        90 + static_cast<double>(pick(200)) / 10);
      one.price_usd = maybe(8, *one.price_usd);
      one.volume_usd_24h = maybe(4, static_cast<double>(pick(round % 5 == 0 ? 1 : 6)));
      one.bid_usd = maybe(5, 90 + static_cast<double>(pick(10)));
      one.ask_usd = maybe(5, 100 + static_cast<double>(pick(10)));
      for (auto& change : one.changes)
        change = maybe(4, static_cast<double>(pick(60)) - 20);
      one.high_usd_24h = maybe(4, 95 + static_cast<double>(pick(30)));
      one.low_usd_24h = maybe(4, 80 + static_cast<double>(pick(30)));
      one.stale = pick(6) == 0;
      markets.push_back(one);
    }
    const auto found = summarize(markets, quotes, dollar_is_steady, nullptr);
    const naive_asset wanted{markets, quotes};
    same(found.price_usd, wanted.price, 1e-9);
    same(found.volume_usd_24h, wanted.volume, 1e-9);
    same(found.bid_usd, wanted.bid, 0);
    same(found.ask_usd, wanted.ask, 0);
    same(found.high_usd_24h, wanted.high, 1e-9);
    same(found.low_usd_24h, wanted.low, 1e-9);
    for (std::size_t w = 0; w < change_count; ++w)
      same(found.changes[w], wanted.changes[w], 1e-4);
    if (found.price_usd)
      CHECK(*found.price_usd == shown_usd(*found.price_usd));
    std::ranges::shuffle(markets, random);
    auto again = summarize(markets, quotes, dollar_is_steady, nullptr);
    same(again.price_usd, found.price_usd, 1e-9);
    CHECK(again.volume_usd_24h == found.volume_usd_24h);
    if (found.bid_usd && std::ranges::none_of(markets, [&](const auto& one) {
          return one.subject->id != found.bid_market && one.bid_usd == found.bid_usd;
        }))
      CHECK(again.bid_market == found.bid_market);
  }
}

TEST_CASE("ranks go by market cap, then by volume; unknown ones come last") {
  asset_values rich, poor, traded, silent;
  rich.market_cap = 10;
  poor.market_cap = 1;
  poor.volume_usd_24h = 100;
  traded.volume_usd_24h = 5;
  std::vector<asset_view> all{{"B", nullptr, &silent},
                              {"T", nullptr, &traded},
                              {"A", nullptr, &silent},
                              {"P", nullptr, &poor},
                              {"R", nullptr, &rich}};
  std::ranges::sort(all, outranks);
  std::string order;
  for (const auto& one : all)
    order += one.symbol;
  CHECK(order == "RPTAB");
}

TEST_CASE("totals add what is known") {
  auto one = with_supply("BTC", "1"), other = with_supply("ETH", "1");
  one.categories = {make_category("Layer 1"), make_category("Old")};
  other.categories = {make_category("Layer 1")};
  asset_values a, b, c;
  a.market_cap = 75;
  a.volume_usd_24h = 3;
  a.changes[window_count] = 1;
  a.markets = 2;
  b.market_cap = 25;
  b.volume_usd_24h = 1;
  b.changes[window_count] = 5;
  c.volume_usd_24h = 6;
  const std::vector<asset_view> all{{"BTC", &one, &a}, {"ETH", &other, &b}, {"X", nullptr, &c}};
  a.received_ms = 7;
  b.received_ms = 9;
  CHECK(
      category_rows(all) ==
      std::vector<std::string>{
          R"({"slug":"layer-1","name":"Layer 1","assets":2,"market_cap":100,"market_cap_assets":2,)"
          R"("volume_usd_24h":4,"change_24h_pct":2,"change_basis":"rolling_24h","received_ms":9,)"
          R"("stale":false})",
          R"({"slug":"old","name":"Old","assets":1,"market_cap":75,"market_cap_assets":1,)"
          R"("volume_usd_24h":3,"change_24h_pct":1,"change_basis":"rolling_24h","received_ms":7,)"
          R"("stale":false})"});
  CHECK(global_row(all, 4) ==
        R"({"assets":3,"markets":2,"exchanges":4,"btc_dominance_pct":75,"eth_dominance_pct":25,)"
        R"("market_cap":100,"market_cap_assets":2,"volume_usd_24h":10,"change_24h_pct":2,)"
        R"("change_basis":"rolling_24h","received_ms":9,"stale":false})");
  CHECK(global_row({}, 0) ==
        R"({"assets":0,"markets":0,"exchanges":0,"btc_dominance_pct":null,)"
        R"("eth_dominance_pct":null,"market_cap":null,"market_cap_assets":0,)"
        R"("volume_usd_24h":null,"change_24h_pct":null,"change_basis":"rolling_24h",)"
        R"("received_ms":null,"stale":true})");
}
