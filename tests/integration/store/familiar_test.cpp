#include "market/coingecko_rows.hpp"
#include "market/coinmarketcap_rows.hpp"
#include "tests/integration/store/asset_world.hpp"

#include <fmt/format.h>

#include <functional>

using namespace tickboard;
using namespace tickboard::test;
using namespace std::chrono_literals;

namespace {

/// An asset as the other services speak of it, made without our queries.
struct coin {
  std::string id, symbol, name;
  std::vector<std::string> categories;
  asset_values values;
};

using coin_value = std::function<std::optional<double>(const coin&)>;
using coin_text = std::function<std::string(const coin&)>;

std::vector<coin> coins_of(asset_world& on) {
  std::vector<coin> out;
  for (const auto& [symbol, row] : on.all_rows()) {
    coin one{
        asset_world::id_of(symbol, row), symbol, asset_world::name_of(symbol, row), {}, row.values};
    if (row.metadata != nullptr)
      for (const auto& group : row.metadata->categories)
        one.categories.push_back(group.slug);
    out.push_back(std::move(one));
  }
  return out;
}

/// By a number, what has none last; equal ones by symbol, in the direction of the sort.
void sort_by_number(std::vector<coin>& coins, const coin_value& value, bool descending) {
  std::ranges::sort(coins, [&](const coin& a, const coin& b) {
    const auto x = value(a), y = value(b);
    if (x.has_value() != y.has_value())
      return x.has_value();
    if (x != y)
      return descending ? x > y : x < y;
    return descending ? a.symbol > b.symbol : a.symbol < b.symbol;
  });
}

void sort_by_text(std::vector<coin>& coins, const coin_text& text, bool descending) {
  std::ranges::sort(coins, [&](const coin& a, const coin& b) {
    const auto x = std::pair{text(a), a.symbol}, y = std::pair{text(b), b.symbol};
    return descending ? x > y : x < y;
  });
}

/// The best market caps first, then the best turnovers.
void sort_by_rank(std::vector<coin>& coins) {
  std::ranges::sort(coins, [](const coin& a, const coin& b) {
    return std::tuple{b.values.market_cap, b.values.volume_usd_24h, a.symbol} <
           std::tuple{a.values.market_cap, a.values.volume_usd_24h, b.symbol};
  });
}

coin_value number_of(std::optional<double> asset_values::*member) {
  return [member](const coin& one) { return one.values.*member; };
}

coin_value change_of(std::size_t window) {
  return [window](const coin& one) { return one.values.changes[window]; };
}

std::string join(const std::vector<std::string>& parts) {
  return fmt::format("{}", fmt::join(parts, ","));
}

std::string slice(const std::vector<coin>& coins, std::size_t begin, std::size_t count) {
  std::vector<std::string> out;
  for (auto i = begin; i < std::min(coins.size(), begin + count); ++i)
    out.push_back(coins[i].symbol);
  return join(out);
}

std::string symbols_of(const evaluation_outcome& outcome) {
  std::vector<std::string> out;
  REQUIRE_MESSAGE(outcome.problem.empty(), outcome.problem);
  const auto rows = read_asset_rows(*outcome.body);
  REQUIRE(rows);
  for (const auto& row : *rows)
    out.push_back(row.symbol);
  return join(out);
}

template <class Query>
Query parsed(tl::expected<Query, query_problem> (*parse)(const query_parameters&),
             const std::string& text) {
  auto out = parse_query_string(text).and_then(parse);
  REQUIRE_MESSAGE(out, text);
  return *out;
}

asset_directory directory_of(const asset_world& on, const std::vector<coin>& coins) {
  asset_directory out;
  out.catalogue = on.catalogue;
  for (const auto& one : coins)
    out.symbols.push_back(one.symbol);
  return out;
}

} // namespace

TEST_CASE("coins/markets equals a brute-force sort in CoinGecko's words") {
  const std::uint64_t seed = std::random_device{}();
  INFO("seed " << seed);
  asset_world on{seed};
  on.truth.add_markets(80, {"USD", "USDT", "BTC"});
  on.start();
  on.wait(3s);
  const std::map<std::string, coin_value> by_number{
      {"volume", number_of(&asset_values::volume_usd_24h)},
      {"price", number_of(&asset_values::price_usd)},
      {"price_change_percentage_5m", change_of(1)},
      {"price_change_percentage_1h", change_of(3)},
      {"price_change_percentage_24h", change_of(4)}};
  for (int round = 0; round < 300; ++round) {
    if (round % 60 == 59) {
      on.tell(false);
      on.wait(1s);
    }
    auto coins = coins_of(on);
    const auto directory = directory_of(on, coins);
    const auto pick = [&](std::size_t below) { return on.truth.pick(below); };
    const auto per_page = 1 + pick(30), page = 1 + pick(4);
    auto text = fmt::format("vs_currency=usd&per_page={}&page={}", per_page, page);
    if (pick(4) == 0) {
      const auto category = std::vector<std::string>{"defi", "layer-1", "none"}[pick(3)];
      text += "&category=" + category;
      std::erase_if(coins, [&](const coin& one) {
        return std::ranges::find(one.categories, category) == one.categories.end();
      });
    } else if (pick(3) == 0) {
      std::vector<std::string> ids, symbols;
      for (std::size_t i = 1 + pick(12); i > 0; --i) {
        ids.push_back(coins[pick(coins.size())].id);
        symbols.push_back(coins[pick(coins.size())].symbol);
      }
      const bool by_id = pick(2) == 0;
      text += "&symbols=" + join(symbols) + (by_id ? "&ids=nothing," + join(ids) : "");
      std::erase_if(coins, [&](const coin& one) {
        const auto& list = by_id ? ids : symbols;
        return std::ranges::find(list, by_id ? one.id : one.symbol) == list.end();
      });
    }
    const bool descending = pick(2) == 0;
    const auto direction = descending ? "_desc" : "_asc";
    if (const auto luck = pick(by_number.size() + 2); luck < by_number.size()) {
      const auto& [name, value] = *std::next(by_number.begin(), static_cast<std::ptrdiff_t>(luck));
      text += "&order=" + name + direction;
      sort_by_number(coins, value, descending);
    } else if (luck == by_number.size()) {
      text += fmt::format("&order=id{}", direction);
      sort_by_text(
          coins, [](const coin& one) { return one.id; }, descending);
    } else {
      text += fmt::format("&order=market_cap{}", direction);
      if (descending)
        sort_by_rank(coins);
      else
        sort_by_number(coins, number_of(&asset_values::market_cap), false);
    }
    INFO(text);
    const auto rows = coingecko::rows_of(parsed(coingecko::parse_markets, text), directory);
    REQUIRE(rows);
    CHECK(symbols_of(on.ask(*rows, 1 + static_cast<std::uint32_t>(pick(80)))) ==
          slice(coins, (page - 1) * per_page, per_page));
  }
}

TEST_CASE("listings equal a brute-force sort in CoinMarketCap's words") {
  const std::uint64_t seed = std::random_device{}();
  INFO("seed " << seed);
  asset_world on{seed};
  on.truth.add_markets(80, {"USD", "USDT", "BTC"});
  on.start();
  on.wait(3s);
  const std::map<std::string, coin_value> by_number{
      {"market_cap_strict", number_of(&asset_values::market_cap)},
      {"price", number_of(&asset_values::price_usd)},
      {"circulating_supply", number_of(&asset_values::circulating_supply)},
      {"max_supply", number_of(&asset_values::max_supply)},
      {"num_market_pairs",
       [](const coin& one) { return std::optional{static_cast<double>(one.values.markets)}; }},
      {"volume_24h", number_of(&asset_values::volume_usd_24h)},
      {"percent_change_1h", change_of(3)},
      {"percent_change_24h", change_of(4)}};
  const std::map<std::string, coin_value> ranges{
      {"price", by_number.at("price")},
      {"market_cap", by_number.at("market_cap_strict")},
      {"volume_24h", by_number.at("volume_24h")},
      {"circulating_supply", by_number.at("circulating_supply")},
      {"percent_change_24h", by_number.at("percent_change_24h")}};
  for (int round = 0; round < 300; ++round) {
    if (round % 60 == 59) {
      on.tell(false);
      on.wait(1s);
    }
    auto coins = coins_of(on);
    const auto pick = [&](std::size_t below) { return on.truth.pick(below); };
    const auto start = 1 + pick(40), limit = 1 + pick(70);
    auto text = fmt::format("start={}&limit={}", start, limit);
    for (const auto& [name, value] : ranges)
      if (pick(6) == 0) {
        const double least = static_cast<double>(pick(20)) / 2;
        const double most = least + static_cast<double>(pick(20));
        text += fmt::format("&{}_min={}&{}_max={}", name, least, name, most);
        std::erase_if(coins, [&](const coin& one) {
          const auto found = value(one);
          return !found || *found < least || *found > most;
        });
      }
    if (pick(6) == 0) {
      text += "&tag=meme";
      std::erase_if(coins, [](const coin& one) {
        return std::ranges::find(one.categories, "meme") == one.categories.end();
      });
    }
    const bool descending = pick(2) == 0;
    const auto direction = descending ? "&sort_dir=desc" : "&sort_dir=asc";
    if (const auto luck = pick(by_number.size() + 4); luck < by_number.size()) {
      const auto& [name, value] = *std::next(by_number.begin(), static_cast<std::ptrdiff_t>(luck));
      text += "&sort=" + name + direction;
      sort_by_number(coins, value, descending);
    } else if (luck == by_number.size()) {
      text += std::string{"&sort=name"} + direction;
      sort_by_text(
          coins, [](const coin& one) { return one.name; }, descending);
    } else if (luck == by_number.size() + 1) {
      text += std::string{"&sort=symbol"} + direction;
      sort_by_text(
          coins, [](const coin& one) { return one.symbol; }, descending);
    } else if (luck == by_number.size() + 2) {
      text += std::string{"&sort=volume_7d"} + direction;
      sort_by_rank(coins);
    } else if (descending) {
      sort_by_rank(coins);
    } else {
      text += direction;
      sort_by_number(coins, number_of(&asset_values::market_cap), false);
    }
    INFO(text);
    const auto rows = coinmarketcap::rows_of(parsed(coinmarketcap::parse_listings, text));
    const auto outcome = on.ask(rows, 1 + static_cast<std::uint32_t>(pick(80)));
    CHECK(symbols_of(outcome) == slice(coins, start - 1, limit));
    CHECK(outcome.total == coins.size());
  }
}
