#include "actors/derivation.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <deque>
#include <set>

using namespace tickboard;

namespace {

constexpr std::int64_t start_ms = 1'700'000'000'000;

struct derived_markets {
  slot& add(const std::string& exchange, const std::string& base, const std::string& quote,
            const char* last) {
    auto& one = slots.emplace_back();
    one.subject = *make_market(exchange, base, quote, "s");
    subject.add(one);
    set(one, last);
    return one;
  }

  void set(slot& one, const char* last) {
    ticker_patch patch;
    patch.subject = one.subject;
    patch.received_ms = now;
    patch.at = {now, 0};
    patch.trade = trade_group{*decimal::parse(last)};
    one.state.apply(patch);
    subject.changed(one, now);
    subject.refresh(one, now);
  }

  /// As the rates actor would, of everything that was ever told.
  void exchange_rates() {
    auto news = subject.take_news();
    for (auto& one : news.sources)
      sources.push_back(one);
    wanted.insert(news.quotes.begin(), news.quotes.end());
    subject.set_rates(std::make_shared<const rate_table>(sources, wanted, now, 60'000));
  }

  std::deque<slot> slots;
  derivation subject;
  std::int64_t now = start_ms;
  std::vector<rate_source> sources;
  asset_set wanted;
};

std::vector<std::string> ids_of(const rate_news& news) {
  std::vector<std::string> out;
  for (const auto& one : news.sources)
    out.push_back(one.subject->id);
  std::ranges::sort(out);
  return out;
}

} // namespace

TEST_CASE("the rates actor is told of sources of rates alone, each once, and of new quotes") {
  derived_markets on;
  on.add("x", "BTC", "USD", "90000");
  on.add("x", "DOGE", "USDT", "0.1");
  auto& btc_usdt = on.add("x", "BTC", "USDT", "90090");
  on.add("x", "USDT", "TRY", "40");
  on.set(btc_usdt, "90091");
  auto news = on.subject.take_news();
  CHECK(news.begins);
  CHECK(news.quotes == std::vector<std::string>{"USD", "USDT", "TRY"});
  CHECK(ids_of(news) == std::vector<std::string>{"x:BTC-USD", "x:BTC-USDT"});
  CHECK(on.subject.take_news().empty());

  // Once TRY is known to be a quote, its market is a source.
  on.subject.set_rates(
      std::make_shared<const rate_table>(news.sources, asset_set{"TRY"}, start_ms, 60'000));
  news = on.subject.take_news();
  CHECK_FALSE(news.begins);
  CHECK(ids_of(news) == std::vector<std::string>{"x:USDT-TRY"});

  on.set(btc_usdt, "90000");
  btc_usdt.stale = true;
  on.subject.changed(btc_usdt, start_ms);
  news = on.subject.take_news();
  REQUIRE(news.sources.size() == 1);
  CHECK(news.sources[0].last == 90'000);
  CHECK(news.sources[0].stale);

  on.subject.tell_everything();
  news = on.subject.take_news();
  CHECK(news.begins);
  CHECK(news.sources.size() == 3);
  CHECK(news.quotes.size() == 3);
}

TEST_CASE("rows are valued at the rate of their quote, and not at rates that are old") {
  derived_markets on;
  auto& usd = on.add("x", "BTC", "USD", "90000");
  auto& usdt = on.add("x", "DOGE", "USDT", "0.1");
  on.add("x", "BTC", "USDT", "100000");
  CHECK(usd.state.derived.price_usd == 90'000);
  CHECK_FALSE(usdt.state.derived.price_usd);
  on.exchange_rates();
  on.set(usdt, "0.2");
  CHECK(usdt.state.derived.price_usd == 0.18);

  on.now += derivation::rates_lifetime_ms + 1; // the rates actor is gone
  on.set(usdt, "0.2");
  CHECK_FALSE(usdt.state.derived.price_usd);
  on.set(usd, "91000");
  CHECK(usd.state.derived.price_usd == 91'000);
}

TEST_CASE("rows show the market cap of their base asset while that is told") {
  derived_markets on;
  auto& market = on.add("x", "BTC", "USD", "90000");
  CHECK_FALSE(market.state.derived.market_cap);
  auto caps = std::make_shared<market_caps>(on.now);
  caps->set("BTC", 1.8e12);
  on.subject.set_market_caps(std::move(caps));
  on.now += 10'000;
  const auto shown = on.subject.sweep(on.now);
  CHECK(shown == std::vector<slot*>{&market});
  CHECK(market.state.derived.market_cap == 1.8e12);
  on.now += derivation::caps_lifetime_ms; // the assets actor is gone
  on.set(market, "90001");
  CHECK_FALSE(market.state.derived.market_cap);
}

TEST_CASE("the sweep finds exactly the quiet markets whose values moved, some at a time") {
  derived_markets on;
  on.add("x", "BTC", "USD", "90000");
  auto& rate = on.add("x", "BTC", "USDT", "90000");
  for (int i = 0; i < 10'000; ++i)
    on.add("x", "A" + std::to_string(i), i % 2 == 0 ? "USDT" : "USD", "1");
  on.exchange_rates();
  on.now += 10'000;
  const auto round = [&] {
    std::multiset<std::string> out;
    for (int visited = 0; visited < 10'002; visited += derivation::sweep_limit) {
      const auto changed = on.subject.sweep(on.now);
      CHECK(changed.size() <= derivation::sweep_limit);
      for (const auto* one : changed)
        out.insert(one->subject->id);
    }
    return out;
  };
  const auto valued = round();
  CHECK(valued.size() == 5'001); // of USDT, which had no rate before
  CHECK(std::set<std::string>{valued.begin(), valued.end()}.size() == valued.size());
  CHECK(round().empty());

  on.now += 10'000;
  on.set(rate, "80000");
  on.exchange_rates();
  on.sources.erase(on.sources.begin() + 1); // as it was before
  on.subject.set_rates(std::make_shared<const rate_table>(on.sources, on.wanted, on.now, 60'000));
  CHECK(round().size() == 5'000); // `rate` itself has just been looked at
}

TEST_CASE("changes over windows follow a market that is quiet at once, a busy one every second") {
  derived_markets on;
  auto& one = on.add("x", "BTC", "USD", "100");
  for (int second = 0; second < 70; ++second, on.now += 1'000)
    on.subject.sweep(on.now);
  const auto shown = [&] { return one.state.derived.change_pct[0]; };
  on.set(one, "110"); // the sweep has just been here, which does not count
  CHECK(shown() == 10);
  on.now += 400;
  on.set(one, "120");
  CHECK(one.state.derived.price_usd == 120);
  CHECK(shown() == 10);
  on.now += 400;
  on.set(one, "130");
  CHECK(on.subject.sweep(on.now).empty());
  CHECK(shown() == 10);
  on.now += 600; // a second after the first update that was put off
  CHECK(on.subject.sweep(on.now) == std::vector<slot*>{&one});
  CHECK(shown() == 30);
  CHECK(on.subject.sweep(on.now).empty());

  on.set(one, "140"); // more than a second after the last update that set it
  CHECK(shown() == 40);
  one.stale = true;
  on.subject.changed(one, on.now);
  on.subject.refresh(one, on.now);
  CHECK_FALSE(shown());
  one.stale = false;
  on.set(one, "150");
  CHECK(shown() == 50);
}

TEST_CASE("scores that were looked at between an update and its values in dollars are made anew") {
  derived_markets on;
  auto& one = on.add("a", "BTC", "USD", "100");
  const auto index = *find_sort_field("price_usd");
  CHECK(one.score(index) == 100);
  ticker_patch patch;
  patch.subject = one.subject;
  patch.at = {++on.now, 0};
  patch.trade = trade_group{*decimal::parse("200")};
  one.state.apply(patch);
  on.subject.changed(one, on.now);
  one.changed();
  CHECK(one.score(index) == 100); // as a lane may ask that looks which of its markets lag
  on.subject.refresh(one, on.now);
  CHECK(one.score(index) == 200);
}
