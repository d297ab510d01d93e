#include "market/canonical_id.hpp"
#include "market/json_text.hpp"
#include "market/ticker.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

using namespace tickboard;

namespace {

decimal dec(const char* text) {
  return *decimal::parse(text);
}

market_ptr btc_usdt() {
  return *make_market("binance", "BTC", "USDT", "BTCUSDT");
}

ticker_patch trade_patch(std::int64_t ts, std::uint64_t sequence, const std::string& last) {
  ticker_patch out;
  out.subject = btc_usdt();
  out.at = {ts, sequence};
  out.received_ms = 1;
  out.trade = trade_group{*decimal::parse(last)};
  return out;
}

ticker full_ticker() {
  ticker_patch patch = trade_patch(1'700'000'000'123, 9, "91000.10");
  patch.received_ms = 1'700'000'000'200;
  patch.quote = quote_group{dec("91000.00"), dec("91000.20"), dec("0.5"), {}};
  patch.stats =
      stats_group{dec("90000"), dec("92000"), dec("89000"), dec("12.50"), {}, 1.111222, {}};
  ticker out;
  out.apply(patch);
  return out;
}

} // namespace

TEST_CASE("market ids and what a symbol may not contain") {
  const auto one = *make_market("kraken", "BTC", "USD", "BTC/USD");
  CHECK(one->id == "kraken:BTC-USD");
  CHECK(make_market("x", "币安", "USDT", "币安USDT"));
  for (const auto* bad : {"", "A B", "A\nB", "A:B", "A,B", "A|B", "A{B", "A\"B", "A\\B", "A*"})
    CHECK_MESSAGE(!make_market("x", bad, "USDT", "S"), bad);
  CHECK_FALSE(make_market("x", "A", "U-SD", "S"));
  CHECK(make_market("x", "A-B", "USD", "S"));
  const auto mixed = *make_market("x", "aBc", "usd", "aBc/usd");
  CHECK(mixed->id == "x:ABC-USD");
  CHECK(mixed->base + mixed->quote == "ABCUSD");
  CHECK(mixed->native == "aBc/usd"); // what the exchange is asked for
  CHECK(canonical_id("X:abc-Usd") == mixed->id);
  CHECK(canonical_id("X") == "X");
}

TEST_CASE("patterns") {
  CHECK(matches_pattern("*/USDT", "BTC", "USDT"));
  CHECK_FALSE(matches_pattern("*/USDT", "BTC", "USD"));
  CHECK(matches_pattern("BTC/*", "BTC", "EUR"));
  CHECK_FALSE(matches_pattern("BTC/*", "WBTC", "EUR"));
  CHECK(matches_pattern("*/*", "A", "B"));
  CHECK(matches_pattern("1*S*B/U*", "1000SHIB", "USDT"));
  CHECK_FALSE(matches_pattern("BTC/USDT", "BTC", "USDTX"));
  CHECK(matches_pattern("btc/u*", "BTC", "USDT"));
  CHECK_FALSE(matches_pattern("", "A", "B"));
  CHECK(matches_pattern("btc/Usd*", "BTC", "USDT"));
  CHECK(matches_pattern("AAPLX/USD", "AAPLx", "USD"));
}

TEST_CASE("a late group never undoes a newer one") {
  ticker state;
  CHECK(state.apply(trade_patch(100, 5, "10")));
  CHECK_FALSE(state.apply(trade_patch(99, 6, "9")));  // older time
  CHECK_FALSE(state.apply(trade_patch(100, 4, "9"))); // same time, lower sequence
  CHECK(state.apply(trade_patch(100, 5, "10")));      // again: harmless
  CHECK(state.trade.last == dec("10"));
  CHECK(state.apply(trade_patch(101, 1, "11"))); // newer time, restarted sequence
  CHECK(state.trade.last == dec("11"));
  CHECK_FALSE(state.quote.bid); // other groups are untouched
}

TEST_CASE("an untimed stream stays in its own order beside a timed one") {
  ticker state;
  CHECK(state.apply(trade_patch(0, 50, "1")));
  CHECK(state.apply(trade_patch(1000, 0, "2")));
  CHECK_FALSE(state.apply(trade_patch(0, 49, "0")));
  CHECK(state.apply(trade_patch(0, 51, "3")));
  CHECK_FALSE(state.apply(trade_patch(999, 0, "0")));
  CHECK(state.trade.last == dec("3"));
}

TEST_CASE("a quote of each second is not put over one of a stream of every change") {
  constexpr std::int64_t now = 1'700'000'000'000;
  ticker state;
  const auto quote = [&](std::int64_t ts, std::uint64_t sequence, std::int64_t received,
                         const char* bid) {
    ticker_patch patch;
    patch.subject = btc_usdt();
    patch.at = {ts, sequence};
    patch.received_ms = received;
    patch.quote = quote_group{dec(bid), {}, {}, {}};
    return state.apply(patch);
  };
  CHECK(quote(now, 0, now + 10, "1")); // nothing else is known yet
  CHECK(quote(0, 70, now + 20, "2"));
  CHECK_FALSE(quote(now + 1'000, 0, now + 1'010, "1")); // a moment old
  CHECK(state.quote.bid == dec("2"));
  CHECK(state.quote_at.ts_ms == now + 1'000);
  CHECK(state.quote_at.sequence == 70);
  CHECK_FALSE(quote(0, 69, now + 1'020, "0"));
  CHECK(quote(0, 71, now + 1'500, "3"));
  CHECK_FALSE(quote(now + 6'000, 0, now + 1'500 + clock_settles_ms - 1, "1"));
  SUBCASE("but if that stream is mute") {
    CHECK(quote(now + 6'001, 0, now + 1'500 + clock_settles_ms, "4"));
    CHECK(quote(now + 7'000, 0, now + 7'500, "5"));
    CHECK(state.quote.bid == dec("5"));
    CHECK_FALSE(quote(0, 70, now + 7'600, "0"));
    CHECK(quote(0, 72, now + 7'600, "6"));
    CHECK_FALSE(quote(now + 8'000, 0, now + 8'100, "5"));
  }
  SUBCASE("or our clock was set back") {
    CHECK(quote(now + 6'001, 0, now - 3'600'000, "6"));
  }
  CHECK(state.quote.bid == dec("6"));
}

TEST_CASE("what has no place in the exchange's order never replaces what has one") {
  ticker state;
  CHECK(state.apply(trade_patch(0, 0, "1")));
  CHECK(state.apply(trade_patch(0, 0, "2"))); // order of arrival is all there is
  CHECK(state.apply(trade_patch(1000, 0, "3")));
  CHECK_FALSE(state.apply(trade_patch(0, 0, "4")));
  CHECK(state.trade.last == dec("3"));
}

TEST_CASE("a clock that is set does not freeze a market, and a late frame is no set clock") {
  constexpr std::int64_t now = 1'700'000'000'000, hour = 3'600'000;
  ticker state;
  const auto say = [&](std::int64_t ts, std::int64_t received, const char* last) {
    auto patch = trade_patch(ts, 0, last);
    patch.received_ms = received;
    return state.apply(patch);
  };
  const auto settled = now + 100 + clock_settles_ms;
  CHECK(say(now, now + 100, "1"));
  SUBCASE("an hour back, and right again") {
    CHECK_FALSE(say(now - hour, settled - 1, "2"));
    CHECK(say(now - hour, settled, "3"));
    CHECK(say(now - hour + 1, settled, "4"));
    CHECK_FALSE(say(now - hour, settled, "5"));
    CHECK(say(now + 5'000, settled + 1, "6"));
    CHECK_FALSE(say(now - hour + 2, settled + clock_settles_ms, "7"));
  }
  SUBCASE("an hour ahead, and right again") {
    CHECK(say(now + hour, now + 200, "2"));
    CHECK_FALSE(say(now + 200, now + 300, "3"));
    CHECK(say(now + hour, now + 5'000, "2")); // of a connection that is being replaced, say
    CHECK_FALSE(say(now + 5'200, settled + 1'000, "4"));
    CHECK(say(now + 10'000, now + 10'000, "6"));
  }
  SUBCASE("frames of up to a minute ago are late, whenever they come") {
    CHECK_FALSE(say(now - clock_step_ms, now + hour, "2"));
    CHECK(say(now - clock_step_ms - 1, now + hour, "6"));
  }
  CHECK(state.trade.last == dec("6"));
}

TEST_CASE("of any two marks that differ in time, exactly one is ahead") {
  std::mt19937_64 random{11};
  const auto any = [&](std::int64_t from) {
    return from + static_cast<std::int64_t>(random() % 130'000);
  };
  for (int i = 0; i < 20'000; ++i) {
    watermark a{any(1'000), random() % 3, any(0) / 10}, b{any(1'000), random() % 3, any(0) / 10};
    if (i % 10 == 0)
      a.ts_ms = 0;
    if (a.ts_ms != b.ts_ms)
      CHECK(a.covers(b) != b.covers(a));
    if (a.ts_ms != 0 && a.sequence != 0)
      CHECK(b.admits({a.ts_ms, a.sequence}, a.received_ms) == a.covers(b));
  }
}

TEST_CASE("any order of arrival ends with the newest patch of each group") {
  std::mt19937 random{3};
  for (int round = 0; round < 300; ++round) {
    std::vector<ticker_patch> patches;
    for (int i = 1; i <= 30; ++i) {
      auto patch = trade_patch(1000 + i / 3, static_cast<std::uint64_t>(i), std::to_string(i));
      if (i % 2 == 0)
        patch.trade.reset();
      if (i % 3 == 0)
        patch.quote = quote_group{dec("1"), *decimal::parse(std::to_string(i)), {}, {}};
      patches.push_back(patch);
    }
    std::shuffle(patches.begin(), patches.end(), random);
    ticker state;
    for (const auto& patch : patches)
      state.apply(patch);
    CHECK(state.trade.last == dec("29"));
    CHECK(state.quote.ask == dec("30"));
  }
}

TEST_CASE("two daemons that adopt each other's groups agree") {
  ticker a, b;
  a.apply(trade_patch(10, 0, "1"));
  auto quote = trade_patch(20, 0, "1");
  quote.trade.reset();
  quote.quote = quote_group{dec("5"), dec("6"), {}, {}};
  b.apply(quote);
  b.apply(trade_patch(5, 0, "0"));
  CHECK(a.adopt(b));
  CHECK(b.adopt(a));
  CHECK_FALSE(a.adopt(b));
  CHECK(a.trade.last == dec("1"));
  CHECK(b.trade.last == dec("1"));
  CHECK(a.quote.ask == dec("6"));
  CHECK(encode_version(a) == encode_version(b));
}

TEST_CASE("a row reads back as it was written") {
  const auto state = full_ticker();
  std::string row;
  append_row(row, *btc_usdt(), state, false, 3);
  CHECK(row == R"({"id":"binance:BTC-USDT","exchange":"binance","base":"BTC","quote":"USDT",)"
               R"("kind":"spot","last":"91000.10","bid":"91000.00","ask":"91000.20",)"
               R"("bid_size":"0.5","ask_size":null,"open_24h":"90000","high_24h":"92000",)"
               R"("low_24h":"89000","volume_24h":"12.50","quote_volume_24h":null,)"
               R"("change_24h_pct":1.111222,"spread_bps":0.022,"change_basis":"rolling_24h",)"
               R"("ts_ms":1700000000123,"received_ms":1700000000200,"source":"binance/3",)"
               R"("price_usd":null,"volume_usd_24h":null,"market_cap":null,"change_1m_pct":null,)"
               R"("change_5m_pct":null,)"
               R"("change_15m_pct":null,"change_1h_pct":null,"stale":false})");
  const auto back = decode_row(row, encode_version(state));
  REQUIRE(back);
  std::string again;
  append_row(again, *btc_usdt(), *back, false, 3);
  CHECK(again == row);
  CHECK(encode_version(*back) == encode_version(state));
}

TEST_CASE("a damaged stored row is refused with a reason") {
  const auto state = full_ticker();
  std::string row;
  append_row(row, *btc_usdt(), state, true, 0);
  const auto version = encode_version(state);
  for (const auto* bad :
       {"", "1 2 3", "1 2 3 4 5 6 7", "1 2 3 4 5 6 7 8 9 1", "1 2 3 4 5 x", "a", "1  2 3 4 5 6"})
    CHECK_FALSE(decode_row(row, bad));
  for (std::size_t cut = 0; cut < row.size(); ++cut)
    CHECK_FALSE(decode_row(row.substr(0, cut), version));
  CHECK_FALSE(decode_row(R"({"last":12})", version));
  CHECK(version == "1700000000123 9 1700000000123 9 1700000000123 9 77 77 77");
  const auto former = decode_row(row, "1700000000123 9 1700000000123 9 1700000000123 9");
  REQUIRE(former);
  CHECK(former->trade_at == watermark{1'700'000'000'123, 9, 1'700'000'000'123});
}

TEST_CASE("JSON strings are valid whatever the bytes") {
  std::string out;
  append_json_string(out, "a\"b\\c\n\x01\xff"
                          "é币");
  CHECK(out == "\"a\\\"b\\\\c\\u000a\\u0001\xEF\xBF\xBD"
               "é币\"");
}
