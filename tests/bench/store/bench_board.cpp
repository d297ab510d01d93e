#include "tests/bench/store/bench_board.hpp"

#include <fmt/format.h>

#include <array>
#include <numeric>

namespace tickboard::bench {

namespace {

constexpr std::array<std::string_view, 12> exchanges{"binance",  "bitget", "bitfinex", "bybit",
                                                     "coinbase", "gate",   "htx",      "kraken",
                                                     "kucoin",   "mexc",   "okx",      "upbit"};
constexpr std::array<std::string_view, 10> quotes{"USDT", "USDT", "USDT", "USDC", "USD",
                                                  "EUR",  "BTC",  "ETH",  "TRY",  "KRW"};

std::string without_age(std::string row) {
  constexpr std::string_view member = ",\"age_ms\":";
  if (const auto at = row.find(member); at != row.npos)
    row.erase(at, row.find_first_of(",}", at + member.size()) - at);
  return row;
}

decimal number(double value, int decimals) {
  return *decimal::parse(fmt::format("{:.{}f}", value, decimals));
}

} // namespace

bench_board::bench_board(std::size_t markets, std::uint64_t seed,
                         const std::vector<std::string>& options)
    : truth(seed), on(std::make_shared<const board>(
                       "t", std::vector<std::string>{"USDT", "USDC", "USD", "EUR", "BTC", "ETH"})),
      redis(on, options) {
  for (std::size_t i = 0; i < on->layout.size(); ++i)
    lanes.emplace_back(*on, i);
  add_markets(markets);
  for (auto& one : truth.slots)
    mark(one);
  flush();
  for (std::size_t i = 0; i < on->layout.size(); ++i)
    redis.run({"SET", on->layout[i].epoch, "1"});
}

void bench_board::add_markets(std::size_t count) {
  catalogue_builder catalogue;
  for (std::size_t base = 0; truth.slots.size() < count; ++base) {
    asset one;
    one.symbol = one.name = fmt::format("A{}", base);
    if (base % 25 == 3 && base < 1'000)
      one.categories.push_back(make_category("few"));
    if (base % 10 == 4)
      one.categories.push_back(make_category("tenth"));
    if (catalogue.add(one))
      fail("an asset was refused");
    for (const auto exchange : exchanges)
      for (auto listed = truth.pick(3); listed > 0 && truth.slots.size() < count; --listed) {
        const auto quote = quotes[truth.pick(quotes.size())];
        const auto market =
            *make_market(exchange, one.symbol, quote, fmt::format("{}{}", one.symbol, quote));
        if (truth.by_id.contains(market->id))
          continue;
        auto& added = truth.slots.emplace_back();
        added.subject = market;
        truth.by_id[market->id] = &added;
      }
  }
  truth.catalogue = std::move(catalogue).build();
  move(count);
}

void bench_board::move(std::size_t count, bool at_once) {
  truth.now += at_once ? 0 : 1;
  ++moves_;
  const auto places = [this] {
    std::vector<std::size_t> out(truth.slots.size());
    std::iota(out.begin(), out.end(), 1);
    std::shuffle(out.begin(), out.end(), truth.random);
    return out;
  };
  const auto prices = places(), turnovers = places();
  for (std::size_t i = 0; i < count; ++i)
    set(truth.slots[i], prices[i], turnovers[i]);
}

/// What is made of `price` and what of `turnover` have nothing to do with each other; each is
/// another one for each market.
void bench_board::set(slot& market, std::size_t price, std::size_t turnover) {
  const auto shift = 0.01 * static_cast<double>(moves_ - 1); // off the values of those that stand
  const auto at = static_cast<double>(price) + shift,
             traded = static_cast<double>(turnover) + shift;
  const double last = at * 1.37;
  ticker_patch patch;
  patch.subject = market.subject;
  patch.at = {truth.now, 0};
  patch.received_ms = truth.now;
  patch.trade = trade_group{number(last, 4)};
  patch.quote = quote_group{number(last * 0.9993, 4), number(last * 1.0007, 4),
                            number(at * 0.31, 8), number(at * 0.29, 8)};
  patch.stats = stats_group{number(last * 0.98, 4),
                            number(last * 1.03, 4),
                            number(last * 0.97, 4),
                            number(traded * 7.77, 8),
                            number(traded * 1234.567, 8),
                            2.0 + at / 1e6,
                            {}};
  market.state.apply(patch);
  market.state.derived = {
      last, traded * 1234.5, at * 1e6, {at / 1e5, -at / 1e5, at / 1e4, at / 1e3}};
}

void bench_board::mark(slot& market) {
  market.own_lane = on->layout.find(market.subject->quote);
  lanes[redis::layout::board].mark(market);
  if (market.own_lane != redis::layout::board)
    lanes[market.own_lane].mark(market);
}

void bench_board::flush() {
  for (auto& one : lanes)
    while (one.has_waiting()) {
      std::promise<lane_result> told;
      redis.run_all(one.take_batch("t", {}, lane::way::script,
                                   [&](lane_result result) { told.set_value(std::move(result)); }));
      const auto result = told.get_future().get();
      if (result.what != lane_result::outcome::done || !result.conflicts.empty())
        fail("Redis took not all markets: " + result.failure);
      one.finish(result);
    }
}

question bench_board::asks(const view_query& query, const evaluation_bounds& bounds) const {
  return [this, query, bounds](const auto& client, const finished& done) {
    evaluate_page(on, client, query, bounds, {now_ms(), truth.catalogue},
                  [done](const evaluation_outcome& outcome) {
                    if (!outcome.body)
                      fail(outcome.problem + outcome.refusal.detail);
                    done({*outcome.body});
                  });
  };
}

evaluation_outcome bench_board::page(const view_query& query, const evaluation_bounds& bounds) {
  evaluation_outcome out;
  redis.ask([&](const auto& client, const finished& done) {
    evaluate_page(on, client, query, bounds, {now_ms(), truth.catalogue},
                  [&out, done](evaluation_outcome outcome) {
                    out = std::move(outcome);
                    done({});
                  });
  });
  if (!out.body)
    fail(query.canonical() + ": " + out.problem + out.refusal.detail);
  return out;
}

texts rows_in(const std::string& body, std::string_view first_member) {
  texts out; // no row has an object in it
  const auto begin = fmt::format("{{\"{}\":", first_member);
  for (auto at = body.find(begin); at != body.npos; at = body.find(begin, at + 1))
    out.push_back(without_age(body.substr(at, body.find('}', at) + 1 - at)));
  return out;
}

std::uint64_t number_in(const std::string& body, const std::string& name) {
  const auto at = body.find("\"" + name + "\":");
  return at == body.npos ? 0 : std::strtoull(body.c_str() + at + name.size() + 3, nullptr, 10);
}

} // namespace tickboard::bench
