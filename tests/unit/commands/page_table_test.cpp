#include "actors/commands/page_table.hpp"

#include <doctest/doctest.h>

using namespace tickboard;
using namespace tickboard::commands;

namespace {

std::string shown(const std::string& body, const page_choice& choice = {}) {
  const auto page = table_of(body, choice);
  return page ? lay_out(page->table, {}).text + page->summary : "refused: " + page.error();
}

const std::string markets =
    R"({"data":[{"id":"kraken:BTC-USD","exchange":"kraken","base":"BTC","last":"93000.10","bid":null,)"
    R"("change_24h_pct":-1.50,"spread_bps":3.3,"ts_ms":17954,"stale":false},)"
    R"({"id":"kraken:X-USD","exchange":"kraken","base":"X","last":"0.00000001","bid":"1e2",)"
    R"("change_24h_pct":null,"spread_bps":null,"ts_ms":8,"stale":true}],)"
    R"("page":{"number":2,"size":2,"total":557,"pages":279},"as_of_ms":1})";

} // namespace

TEST_CASE("markets: the most telling members, digits as they came") {
  CHECK(shown(markets) == "id                    last  change_24h_pct  bid  spread_bps  stale\n"
                          "kraken:BTC-USD    93000.10           -1.50    -         3.3  false\n"
                          "kraken:X-USD    0.00000001               -  1e2           -  true\n"
                          "2 rows of 557, page 2 of 279");
}

TEST_CASE("the field of the sort is among them") {
  page_choice choice;
  choice.sort = "ts_ms";
  CHECK(shown(markets, choice).starts_with("id              ts_ms "));
  choice.sort = "last"; // not twice
  CHECK(shown(markets, choice) == shown(markets));
  choice.sort = "no_field";
  CHECK(shown(markets, choice) == shown(markets));
}

TEST_CASE("movers show what they moved by") {
  CHECK(shown(R"({"data":[{"symbol":"X","circulating_supply":null,"change_1m_pct":2.5}],)"
              R"("window":"1m"})") == "symbol  change_1m_pct\nX                 2.5\n1 row");
}

TEST_CASE("columns as they are chosen, and only such as there are") {
  page_choice choice;
  choice.columns = {"last", "id"};
  CHECK(shown(markets, choice) == "      last  id\n"
                                  "  93000.10  kraken:BTC-USD\n"
                                  "0.00000001  kraken:X-USD\n"
                                  "2 rows of 557, page 2 of 279");
  choice.columns = {"id", "price"};
  CHECK(shown(markets, choice) ==
        "refused: --columns: \"price\" is in no row; allowed: id, exchange, base, last, bid, "
        "change_24h_pct, spread_bps, ts_ms, stale");
  CHECK(shown(R"({"data":[],"page":{"number":1,"size":0,"total":0,"pages":0}})", choice) ==
        "id  price\n0 rows of 0, page 1 of 0");
}

TEST_CASE("tones: up, down, stale") {
  const auto table = table_of(markets, {})->table;
  CHECK(table.rows[0][2].is == terminal::tone::bad);
  CHECK(table.rows[0][0].is == terminal::tone::plain);
  CHECK(table.rows[1][0].is == terminal::tone::faint);
  const auto up = table_of(R"([{"change_1m_pct":0.2,"x":1},{"change_1m_pct":0.0,"x":1}])", {});
  CHECK(up->table.rows[0][0].is == terminal::tone::good);
  CHECK(up->table.rows[1][0].is == terminal::tone::plain);
  CHECK(up->table.rows[0][1].is == terminal::tone::plain);
}

TEST_CASE("pages by cursor and snapshot say how to go on") {
  CHECK(shown(R"({"data":[{"a":1}],"page":{"size":1,"next":"abc"}})") ==
        "a\n1\n1 row, next: cursor=abc");
  CHECK(shown(R"({"data":[{"a":1}],"page":{"size":1,"next":null,"rank":7,"snapshot":"s1"}})") ==
        "a\n1\n1 row, rank 7, snapshot=s1");
  CHECK(shown(R"({"data":[{"a":1}],"stale_since_ms":5})") ==
        "a\n1\n1 row, as they last were (stale_since_ms 5)");
}

TEST_CASE("members of members, lists, single objects, bare arrays") {
  CHECK(shown(R"([{"kind":"asset","match":"typo","asset":{"symbol":"BTC","tags":["a","b"]}},)"
              R"({"kind":"market","match":"id","market":{"id":"x:A-B","last":"1"}}])") ==
        "kind    match  market.id  asset.symbol  market.last\n"
        "asset   typo   -          BTC                     -\n"
        "market  id     x:A-B      -                       1\n"
        "2 rows");
  CHECK(shown(R"({"data":{"id":"x:A-B","last":null,"list":[1,null,"c"],"rows":[{"a":1},{"a":2}]},)"
              R"("as_of_ms":1})") == "member  value\n"
                                     "id      x:A-B\n"
                                     "last    -\n"
                                     "list    1  c\n"
                                     "rows    (2)\n");
  CHECK(shown(R"(["btc","eth"])") == "value\nbtc\neth\n2 rows");
  CHECK(shown(R"({"bitcoin":{"usd":1.0}})") == "member       value\nbitcoin.usd  1.0\n");
}

TEST_CASE("csv: every member, quoted where it must be, nothing for null") {
  page_choice choice;
  choice.every = true;
  const auto page =
      table_of(R"([{"a":"x, \"y\"","b":null,"c":[1,2]},{"a":"-","b":1.50,"d":"\n"}])", choice);
  REQUIRE(page);
  CHECK(csv_of(page->table) == "a,b,c,d\n\"x, \"\"y\"\"\",,1 2,\n-,1.50,,\"\n\"\n");
  CHECK(csv_of({}).empty());
  CHECK(csv_of(table_of(R"({"data":{"a":1,"b":"2"}})", choice)->table) == "a,b\n1,2\n");
}

TEST_CASE("what is no answer of the API is said not to be") {
  for (const char* bad : {"", "<html>", "7", "\"text\"", "{\"data\":[", "null"}) {
    CAPTURE(bad);
    CHECK(shown(bad).starts_with("refused: the answer is no JSON object or array"));
  }
  CHECK(shown(R"({"data":7})") == "refused: the answer's data is no JSON object or array");
  CHECK_FALSE(shown(std::string(100'000, '[')).empty());
  CHECK_FALSE(shown("[{\"a\":1},7,null,[1]]").empty());
}
