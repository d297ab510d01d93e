// What single frames mean, beyond what the recordings show.

#include "adapters/exchange/excerpt.hpp"
#include "adapters/exchange/ticker_fields.hpp"
#include "tests/unit/exchange/support.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace tickboard;
using namespace tickboard::exchange;

namespace {

const protocol& binance_speaks = *find_protocol("binance");
const protocol& coinbase_speaks = *find_protocol("coinbaseexchange");
const protocol& kraken_speaks = *find_protocol("kraken");

constexpr std::string_view book_ticker =
    R"({"u":400900217,"s":"BNBUSDT","b":"25.35190000","B":"31.21000000","a":"25.36520000","A":"40.66000000"})";

constexpr std::string_view kraken_ticker =
    R"("data":[{"symbol":"BTC/USD","bid":1.5,"bid_qty":2,"ask":1.6,"ask_qty":3,"last":1.55,)"
    R"("volume":10,"vwap":1.5,"low":1,"high":2,"change":0.05,"change_pct":3.33,)"
    R"("timestamp":"2026-01-01T00:00:00.123999Z"}])";

std::string wrapped(std::string_view stream, std::string_view data) {
  return R"({"stream":")" + std::string(stream) + R"(","data":)" + std::string(data) + "}";
}

} // namespace

TEST_CASE("binance: raw and combined frames say the same") {
  const auto symbols = table_of(binance_speaks, {"BNBUSDT"});
  const auto raw = decode(binance_speaks, book_ticker, symbols);
  for (const auto& frame :
       {wrapped("bnbusdt@bookTicker", book_ticker), "[" + std::string(book_ticker) + "]",
        R"({"data":)" + std::string(book_ticker) + R"(,"stream":"bnbusdt@bookTicker"})",
        wrapped("!bookTicker", "[" + std::string(book_ticker) + "]")}) {
    const auto out = decode(binance_speaks, frame, symbols);
    REQUIRE(out.patches.size() == 1);
    std::string expected, actual;
    append_patch_line(expected, raw.patches.at(0), 1);
    append_patch_line(actual, out.patches[0], 1);
    CHECK(actual == expected);
  }
  const auto& patch = raw.patches.at(0);
  CHECK(patch.at.sequence == 400900217);
  CHECK(patch.at.ts_ms == 0);
  CHECK(patch.received_ms == 1'700'000'000'000);
  CHECK_FALSE(patch.trade);
  CHECK_FALSE(patch.stats);
  REQUIRE(patch.quote);
  CHECK(patch.quote->ask_size.text() == "40.66000000");
}

TEST_CASE("binance: a list gives a patch an entry and passes over unknown symbols") {
  const auto symbols = table_of(binance_speaks, {"BTCUSDT", "ETHUSDT"});
  const auto entry = [](std::string_view symbol, std::string_view last) {
    return R"({"e":"24hrMiniTicker","E":1672515782136,"s":")" + std::string(symbol) + R"(","c":")" +
           std::string(last) + R"(","o":"100","h":"130","l":"90","v":"10000","q":"18"})";
  };
  const auto out = decode(
      binance_speaks,
      wrapped("!miniTicker@arr", "[" + entry("BTCUSDT", "125") + "," + entry("XXXUSDT", "1") + "," +
                                     entry("ETHUSDT", "x") + "," + entry("ETHUSDT", "50") + ",7]"),
      symbols);
  REQUIRE(out.patches.size() == 2);
  CHECK(out.ignored == 1);
  CHECK(out.malformed == 2);
  CHECK(out.first_problem ==
        "binance: 24hrMiniTicker ETHUSDT: c is \"x\", expected a decimal number of at most 38 "
        "characters in quotes");
  CHECK(out.patches[0].stats->change_pct == doctest::Approx(25));
  CHECK(out.patches[1].stats->change_pct == doctest::Approx(-50));
  CHECK(out.patches[0].at.ts_ms == 1672515782136);
  CHECK_FALSE(out.patches[0].quote);
}

TEST_CASE("binance: answers and announcements become events") {
  const symbol_table nothing;
  const auto ack = decode(binance_speaks, R"({"result":null,"id":7})", nothing);
  REQUIRE(find_event<acknowledged>(ack));
  CHECK(find_event<acknowledged>(ack)->request_id == 7);

  for (const auto* const text : {R"({"error":{"code":2,"msg":"Invalid request"},"id":3})",
                                 R"({"code":2,"msg":"Invalid request","id":3})",
                                 R"({"id":3,"error":{"msg":"Invalid request","code":2}})"}) {
    const auto out = decode(binance_speaks, text, nothing);
    REQUIRE(find_event<rejected>(out));
    CHECK(find_event<rejected>(out)->request_id == 3);
    CHECK(find_event<rejected>(out)->reason == "code 2, Invalid request");
  }

  const std::string shutdown = R"({"e":"serverShutdown","E":1770123456789})";
  for (const auto& text :
       {shutdown, wrapped("!serverShutdown", shutdown), wrapped("!serverShutdown", "{}")}) {
    const auto out = decode(binance_speaks, text, nothing);
    CHECK(out.events.size() == 1);
    CHECK(find_event<reconnect_wanted>(out));
  }

  for (const auto* const text : {R"({"result":["btcusdt@ticker"],"id":3})", R"({"id":3})", "{}",
                                 R"({"e":"trade","s":"BTCUSDT","p":"1"})"}) {
    const auto out = decode(binance_speaks, text, nothing);
    CHECK(out.events.empty());
    CHECK(out.ignored == 1);
    CHECK(out.malformed == 0);
  }
}

TEST_CASE("binance: an empty side of the book is no quote, and a last price of zero stays") {
  const auto symbols = table_of(binance_speaks, {"BTCUSDT"});
  const auto out = decode(
      binance_speaks,
      R"({"e":"24hrTicker","E":1,"C":2,"s":"BTCUSDT","P":"0.000","c":"0.00","b":"0.00000000",)"
      R"("B":"0.00000000","a":"5.10","A":"1.0","o":"0.00","h":null})",
      symbols);
  REQUIRE(out.patches.size() == 1);
  const auto& patch = out.patches[0];
  CHECK(patch.trade->last.text() == "0.00");
  CHECK(patch.quote->bid.empty());
  CHECK(patch.quote->bid_size.empty());
  CHECK(patch.quote->ask.text() == "5.10");
  CHECK(patch.stats->high.empty());
  CHECK(patch.stats->low.empty());
  CHECK(patch.at.ts_ms == 2);
}

TEST_CASE("coinbaseexchange: messages become events") {
  const auto symbols = table_of(coinbase_speaks, {"BTC-USD", "ETH-USD"});
  const auto listed = decode(coinbase_speaks,
                             R"({"type":"subscriptions","channels":[)"
                             R"({"product_ids":["DOGE-USD"],"name":"level2"},)"
                             R"({"product_ids":["BTC-USD","ETH-USD"],"name":"ticker"},)"
                             R"({"name":"heartbeat","product_ids":["BTC-USD"]}]})",
                             symbols);
  REQUIRE(find_event<acknowledged>(listed));
  CHECK(find_event<acknowledged>(listed)->natives ==
        std::vector<std::string>{"BTC-USD", "ETH-USD"});

  const auto refused = decode(
      coinbase_speaks,
      R"({"type":"error","message":"Failed to subscribe","reason":"ETH-USD is not a valid product"})",
      symbols);
  REQUIRE(find_event<rejected>(refused));
  CHECK(find_event<rejected>(refused)->natives == std::vector<std::string>{"ETH-USD"});
  CHECK(find_event<rejected>(refused)->reason ==
        "Failed to subscribe: ETH-USD is not a valid product");

  const auto general =
      decode(coinbase_speaks, R"({"type":"error","message":"Malformed JSON"})", symbols);
  REQUIRE(find_event<rejected>(general));
  CHECK(find_event<rejected>(general)->natives.empty());

  const auto hurried =
      decode(coinbase_speaks,
             R"({"type":"error","message":"Failed to subscribe","reason":"Rate limit exceeded"})",
             symbols);
  REQUIRE(find_event<too_fast>(hurried));
  CHECK(find_event<too_fast>(hurried)->reason == "Failed to subscribe: Rate limit exceeded");
  CHECK(hurried.events.size() == 1);

  const auto beat = decode(coinbase_speaks,
                           R"({"type":"heartbeat","sequence":90,"product_id":"BTC-USD"})", symbols);
  CHECK(find_event<heartbeat>(beat));
}

TEST_CASE("coinbaseexchange: a ticker carries time and sequence") {
  const auto symbols = table_of(coinbase_speaks, {"ETH-USD"});
  const auto out = decode(
      coinbase_speaks,
      R"({"type":"ticker","sequence":37475248783,"product_id":"ETH-USD","price":"1285.22",)"
      R"("open_24h":"1310.79","volume_24h":"245532.79269678","low_24h":"1280.52",)"
      R"("high_24h":"1313.8","best_bid":"1285.04","best_bid_size":"0.46688654",)"
      R"("best_ask":"1285.27","best_ask_size":"1.56637040","time":"2022-10-19T23:28:22.061769Z"})",
      symbols);
  REQUIRE(out.patches.size() == 1);
  CHECK(out.patches[0].at.ts_ms == 1666222102061);
  CHECK(out.patches[0].at.sequence == 37475248783);
  CHECK(out.patches[0].quote->ask_size.text() == "1.56637040");
}

TEST_CASE("kraken: what data means does not depend on where the channel's name stands") {
  const auto symbols = table_of(kraken_speaks, {"BTC/USD"});
  const std::string data(kraken_ticker);
  for (const auto& frame : {R"({"channel":"ticker","type":"update",)" + data + "}",
                            "{" + data + R"(,"type":"update","channel":"ticker"})"}) {
    const auto out = decode(kraken_speaks, frame, symbols);
    REQUIRE(out.patches.size() == 1);
    CHECK(out.patches[0].at.ts_ms == 1767225600123);
    CHECK(out.patches[0].stats->open.text() == "1.5");
    CHECK(out.patches[0].stats->quote_volume.value() == doctest::Approx(15));
    CHECK(out.patches[0].stats->change_pct == doctest::Approx(10.0 / 3));
  }
  const auto other = decode(kraken_speaks, "{" + data + R"(,"channel":"ohlc"})", symbols);
  CHECK(other.patches.empty());
  CHECK(other.ignored == 1);
  CHECK(other.malformed == 0);
  const auto status =
      decode(kraken_speaks, R"({"data":[{"system":"maintenance"}],"channel":"status"})", symbols);
  REQUIRE(find_event<condition>(status));
  CHECK(find_event<condition>(status)->text == "maintenance");
  CHECK(status.malformed == 0);
}

TEST_CASE("kraken: every entry is read, exponents are written out, digits are kept") {
  const auto symbols = table_of(kraken_speaks, {"BTC/USD", "PEPE/USD"});
  const auto out = decode(kraken_speaks,
                          R"({"channel":"ticker","data":[{"symbol":"BTC/USD","last":63297.80},)"
                          R"({"symbol":"PEPE/USD","last":1.250e-6,"bid":0.0,"bid_qty":0.0,)"
                          R"("ask":12345678901234567890123456789.12345678}]})",
                          symbols);
  REQUIRE(out.patches.size() == 2);
  CHECK(out.patches[0].trade->last.text() == "63297.80");
  CHECK(out.patches[1].trade->last.text() == "0.000001250");
  CHECK(out.patches[1].quote->bid.empty());
  CHECK(out.patches[1].quote->ask.text() == "12345678901234567890123456789.12345678");
}

TEST_CASE("kraken: pong is a heartbeat, an answer to something else is nothing") {
  const symbol_table nothing;
  CHECK(find_event<heartbeat>(
      decode(kraken_speaks, R"({"method":"pong","req_id":4,"time_in":"x"})", nothing)));
  CHECK(decode(kraken_speaks, R"({"method":"unsubscribe","success":true})", nothing).ignored == 1);
  CHECK(decode(kraken_speaks,
               R"({"method":"subscribe","success":true,"result":{"channel":"book"}})", nothing)
            .ignored == 1);
}

TEST_CASE("kraken: too many messages are no bad symbols, and what is had is no refusal") {
  const symbol_table nothing;
  for (const auto* const text :
       {R"({"Error":"Exceeded msg rate"})",
        R"({"error":"Exceeded msg rate","method":"subscribe","req_id":3,"success":false})",
        R"({"error":"EGeneral:Too many requests","success":false})"}) {
    const auto out = decode(kraken_speaks, text, nothing);
    CHECK(out.events.size() == 1);
    REQUIRE(find_event<too_fast>(out));
    CHECK_FALSE(find_event<too_fast>(out)->reason.empty());
  }
  const auto other = decode(kraken_speaks, R"({"Error":"Malformed request"})", nothing);
  REQUIRE(find_event<rejected>(other));
  CHECK(find_event<rejected>(other)->reason == "Malformed request");
  const auto had = decode(kraken_speaks,
                          R"({"error":"Already subscribed","method":"subscribe","req_id":3,)"
                          R"("success":false,"symbol":"BTC/USD"})",
                          nothing);
  CHECK(had.events.size() == 1);
  REQUIRE(find_event<acknowledged>(had));
  CHECK(find_event<acknowledged>(had)->request_id == 3);
  CHECK(find_event<acknowledged>(had)->natives == std::vector<std::string>{"BTC/USD"});
}

TEST_CASE("a frame that breaks off takes back what came before the break") {
  const auto symbols = table_of(binance_speaks, {"BNBUSDT"});
  decoded out;
  std::string first(book_ticker);
  binance_speaks.decode({first.data(), first.size()}, 1, symbols, out);
  std::string broken = "[" + std::string(book_ticker) + "," + std::string(book_ticker) + ",{";
  binance_speaks.decode({broken.data(), broken.size()}, 1, symbols, out);
  CHECK(out.patches.size() == 1);
  CHECK(out.malformed == 1);
  out.clear();
  CHECK(out.patches.empty());
  CHECK(out.first_problem.empty());
}

TEST_CASE("symbols_in names exactly the tickers") {
  using list = std::vector<std::string>;
  CHECK(binance_speaks.symbols_in(book_ticker) == list{"BNBUSDT"});
  CHECK(binance_speaks.symbols_in(R"({"e":"trade","s":"BTCUSDT"})").empty());
  CHECK(binance_speaks.symbols_in("[{\"e\":").empty());
  CHECK(coinbase_speaks.symbols_in(R"({"type":"match","product_id":"A-B"})").empty());
  CHECK(coinbase_speaks.symbols_in(R"({"type":"ticker","product_id":"A-B"})") == list{"A-B"});
  CHECK(kraken_speaks.symbols_in("{" + std::string(kraken_ticker) + R"(,"channel":"ticker"})") ==
        list{"BTC/USD"});
  CHECK(kraken_speaks.symbols_in("{" + std::string(kraken_ticker) + "}").empty());
}

TEST_CASE("times are read as RFC 3339 and cut to milliseconds") {
  CHECK(parse_rfc3339_ms("1970-01-01T00:00:00Z") == 0);
  CHECK(parse_rfc3339_ms("2000-02-29T23:59:59.9999999999999Z") == 951868799999);
  CHECK(parse_rfc3339_ms("2026-01-01T01:30:00.5+01:30") == 1767225600500);
  CHECK(parse_rfc3339_ms("2026-01-01T00:00:00.1Z") == 1767225600100);
  for (const auto* const text :
       {"", "2026-01-01", "2026-01-01T00:00:00", "2026-01-01T00:00:00.Z", "2026-02-30T00:00:00Z",
        "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-13-01T00:00:00Z",
        "2026-01-01T00:00:00.1", "2026-01-01T00:00:00+1:00", "1969-12-31T23:59:59Z",
        "1970-01-01T00:00:00+01:00", "2026-01-01T00:00:00Zx", "2026/01/01T00:00:00Z"})
    CHECK_MESSAGE(!parse_rfc3339_ms(text), text);
}

TEST_CASE("excerpts are cut between characters and hold no control characters") {
  CHECK(excerpt("short", 10) == "short");
  CHECK(excerpt("a\nb\x01\x7F", 10) == "a?b??");
  CHECK(excerpt("\xC2\x85", 10) == "?");
  CHECK(excerpt("\xFFx", 10) == "?x");
  CHECK(excerpt("0123456789", 10) == "0123456789");
  CHECK(excerpt("0123456789a", 10) == "0123456...");
  CHECK(excerpt("\xE5\xB8\x81\xE5\xB8\x81\xE5\xB8\x81", 8) == "\xE5\xB8\x81...");
  CHECK(excerpt("", 3).empty());
}
