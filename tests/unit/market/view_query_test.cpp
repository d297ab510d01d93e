#include "market/view_query.hpp"
#include "market/view_token.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace tickboard;

namespace {

tl::expected<view_query, query_problem> ask(std::string_view text) {
  return parse_query_string(text).and_then(
      [](const query_parameters& parameters) { return parse_view_query(parameters); });
}

} // namespace

TEST_CASE("a query without parameters is the first page by quote volume, highest first") {
  const auto query = *ask("");
  CHECK(sort_fields[query.sort].name == "quote_volume_24h");
  CHECK(query.descending);
  CHECK(query.page == 1);
  CHECK(query.per_page == 50);
}

TEST_CASE("each parameter is read") {
  const auto query =
      *ask("quote=usdt,USD,USDT&exchange=kraken&base=BTC&sort=last&page=3&per_page=250");
  CHECK(query.quotes.values == std::vector<std::string>{"USD", "USDT"});
  CHECK(query.exchanges.values == std::vector<std::string>{"kraken"});
  CHECK(query.bases.values == std::vector<std::string>{"BTC"});
  CHECK(sort_fields[query.sort].name == "last");
  CHECK_FALSE(query.descending);
  CHECK(query.offset() == 500);
}

TEST_CASE("each filter is read") {
  const auto query = *ask("quote=!usdt&exchange=kraken,a&kind=spot&stale=false&max_age=1500&"
                          "min_last=1.50&max_last=2e3&min_spread_bps=-1&max_ts_ms=5&explain=true");
  CHECK(query.quotes.exclude);
  CHECK(query.quotes.values == std::vector<std::string>{"USDT"});
  CHECK_FALSE(query.quotes.admits("USDT"));
  CHECK(query.quotes.admits("USD"));
  CHECK(query.exchanges.values == std::vector<std::string>{"a", "kraken"});
  CHECK_FALSE(query.exchanges.admits("USD"));
  CHECK(query.kinds.values == std::vector<std::string>{"spot"});
  CHECK(query.stale == false);
  CHECK(query.max_age_ms == 1500);
  const auto by_category = *ask("category=!meme,layer-1");
  CHECK(by_category.categories.exclude);
  CHECK(by_category.categories.values == std::vector<std::string>{"layer-1", "meme"});
  CHECK(page_target(by_category, 1).find("category=!layer-1,meme&") != std::string::npos);
  CHECK(query.explain);
  REQUIRE(query.ranges.size() == 3);
  const auto range = [&](std::size_t i) {
    const auto& one = query.ranges[i];
    return fmt::format("{} {} {}", sort_fields[one.field].name, one.lowest, one.highest);
  };
  CHECK(range(0) == "last 1.5 2000");
  CHECK(range(1) == "ts_ms -inf 5");
  CHECK(range(2) == "spread_bps -1 inf");
}

TEST_CASE("names of exchanges and codes are the same in letters of any case") {
  for (const auto& [one, other] : {std::pair{"exchange=Kraken,BINANCE", "exchange=binance,kraken"},
                                   {"exchange=!Kraken", "exchange=!kraken"},
                                   {"quote=usdt&base=!btc", "quote=USDT&base=!BTC"},
                                   {"ids=Kraken:btc-usd,kraken:BTC-USD", "ids=kraken:BTC-USD"},
                                   {"around=KRAKEN:1inch-Usd", "around=kraken:1INCH-USD"}}) {
    CAPTURE(one);
    CHECK(ask(one)->canonical() == ask(other)->canonical());
  }
}

TEST_CASE("named markets keep their order unless a sort is asked for") {
  const auto given = *ask("ids=b:X-Y,a:X-Y,b:X-Y");
  CHECK(given.ids == std::vector<std::string>{"b:X-Y", "a:X-Y"});
  CHECK(given.given_order);
  CHECK_FALSE(ask("sort=last&ids=b:X-Y,a:X-Y")->given_order);
  CHECK_FALSE(ask("")->given_order);
}

TEST_CASE("a cursor's token belongs to one view") {
  const std::string view = "quote=USDT&sort=last&min_last=1";
  const auto first = *ask(view + "&cursor=start");
  CHECK(first.by_cursor);
  CHECK_FALSE(first.after);
  CHECK(ask(view + "&cursor=")->canonical() == first.canonical());
  for (const double score : {1.0, 0.1, -3.25e-11, 0.0, -std::numeric_limits<double>::infinity()}) {
    const auto token = cursor_token(first, {score, "kraken:BTC-USDT"});
    const auto next = *ask("cursor=" + token + '&' + view + "&per_page=7");
    REQUIRE(next.after);
    CHECK(next.after->score == score);
    CHECK(next.after->id == "kraken:BTC-USDT");
    for (const auto* other :
         {"quote=USD&sort=last&min_last=1", "quote=USDT&sort=-last&min_last=1",
          "quote=USDT&sort=last&min_last=2", "quote=!USDT&sort=last&min_last=1",
          "quote=USDT&sort=last", "quote=USDT&sort=last&min_last=1&stale=true"}) {
      const auto refused = ask(std::string{other} + "&cursor=" + token);
      REQUIRE_FALSE(refused);
      CHECK(refused.error().parameter == "cursor");
      CHECK(refused.error().detail.find("other filters") != std::string::npos);
    }
    // No damage goes unnoticed.
    for (std::size_t i = 0; i < token.size(); ++i) {
      auto damaged = token;
      damaged[i] = damaged[i] == 'A' ? 'B' : 'A';
      CHECK_FALSE(ask(view + "&cursor=" + damaged));
      CHECK_FALSE(ask(view + "&cursor=" + token.substr(0, i == 0 ? 1 : i)));
    }
    CHECK_FALSE(ask(view + "&cursor=" + token + "A"));
  }
}

TEST_CASE("a snapshot's token stands for its view, which may be repeated") {
  const std::string view = "quote=USDT&sort=last";
  const auto made = *ask(view + "&snapshot=new&rows=frozen");
  CHECK(made.snapshot == snapshot_use::make);
  CHECK(made.frozen_rows);
  for (const bool has_rows : {false, true}) {
    const auto token =
        snapshot_token(made, {"", "00c0ffee00c0ffee", 1'700'000'000'123, has_rows, has_rows});
    for (const auto& text : {"snapshot=" + token, view + "&page=3&snapshot=" + token}) {
      const auto read = *ask(text);
      CHECK(read.snapshot == snapshot_use::read);
      REQUIRE(read.frozen);
      CHECK(read.frozen->token == token);
      CHECK(read.frozen->name == "00c0ffee00c0ffee");
      CHECK(read.frozen->created_ms == 1'700'000'000'123);
      CHECK(read.frozen->descending == has_rows);
      CHECK(read.frozen->has_rows == has_rows);
    }
    CHECK(ask("rows=frozen&snapshot=" + token).has_value() == has_rows);
    for (const auto* other : {"quote=USD&sort=last&", "sort=last&", "quote=USDT&"})
      CHECK(ask(std::string{other} + "snapshot=" + token).error().detail.find("other filters") !=
            std::string::npos);
    for (std::size_t i = 0; i < token.size(); ++i) {
      auto damaged = token;
      damaged[i] = damaged[i] == 'A' ? 'B' : 'A';
      CHECK(ask("snapshot=" + damaged).error().parameter == "snapshot");
    }
    CHECK_FALSE(ask(view + "&cursor=" + token)); // of another kind
    CHECK_FALSE(ask("snapshot=" + cursor_token(made, {1, "a:B-C"})));
  }
}

TEST_CASE("queries that ask the same share one key, others do not") {
  CHECK(ask("quote=USDT,USD&sort=-last")->canonical() ==
        ask("sort=-last&quote=USD%2CUSDT")->canonical());
  CHECK(ask("min_last=1.0&max_bid=20")->canonical() == ask("max_bid=2e1&min_last=1")->canonical());
  CHECK(ask("min_last=-0")->canonical() == ask("min_last=0")->canonical());
  const char* different[] = {"",
                             "sort=-last",
                             "sort=last",
                             "page=2",
                             "per_page=51",
                             "quote=A",
                             "base=A",
                             "exchange=A",
                             "quote=A,B",
                             "quote=!A",
                             "exchange=!A",
                             "category=a",
                             "category=!a",
                             "kind=spot",
                             "kind=!spot",
                             "ids=a:A-A",
                             "ids=a:A-A&sort=-quote_volume_24h",
                             "stale=true",
                             "stale=false",
                             "max_age=1",
                             "min_last=1",
                             "max_last=1",
                             "min_bid=1",
                             "min_last=1.0000000000000002",
                             "around=a:A-A",
                             "cursor=start",
                             "snapshot=new",
                             "snapshot=new&rows=frozen",
                             "explain=true"};
  for (const auto* a : different)
    for (const auto* b : different) {
      REQUIRE(ask(a));
      CHECK((ask(a)->canonical() == ask(b)->canonical()) == (a == b));
    }
}

TEST_CASE("of a list the value is named that is not allowed") {
  for (const auto& [query, detail] :
       {std::pair{"quote=USD,a%22b", R"(has "a\"b", with a character that no value has)"},
        {"kind=spot,swap", R"(has "swap", which is not known)"},
        {"category=meme,Layer-1", R"(has "Layer-1", which is no slug)"},
        {"ids=a:B-C,a%7C", R"(has "a|", which cannot be a market id)"},
        {"fields=id,price", R"(has "price", which is no member of a row)"},
        {"fields=id,id", R"(has "id" twice)"}}) {
    CAPTURE(query);
    REQUIRE_FALSE(ask(query));
    CHECK(ask(query).error().detail == detail);
  }
}

TEST_CASE("what is not allowed is named") {
  struct row {
    const char* query;
    const char* parameter;
  };
  for (const auto& [query, parameter] : {row{"page=0", "page"},
                                         {"page=1000001", "page"},
                                         {"page=-1", "page"},
                                         {"page=1.5", "page"},
                                         {"page=", "page"},
                                         {"page=99999999999999999999", "page"},
                                         {"per_page=251", "per_page"},
                                         {"per_page=ten", "per_page"},
                                         {"sort=price", "sort"},
                                         {"sort=--last", "sort"},
                                         {"sort=", "sort"},
                                         {"quote=", "quote"},
                                         {"quote=!", "quote"},
                                         {"quote=A,!B", "quote"},
                                         {"quote=!!B", "quote"},
                                         {"quote=USD,,EUR", "quote"},
                                         {"quote=A%00B", "quote"},
                                         {"quote=A%7CB", "quote"},
                                         {"base=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "base"},
                                         {"exchange=a b", "exchange"},
                                         {"kind=swap", "kind"},
                                         {"kind=SPOT", "kind"},
                                         {"kind=", "kind"},
                                         {"category=", "category"},
                                         {"category=Meme", "category"},
                                         {"category=layer 1", "category"},
                                         {"category=meme,!defi", "category"},
                                         {"ids=", "ids"},
                                         {"ids=a:A-B,", "ids"},
                                         {"ids=a b", "ids"},
                                         {"stale=yes", "stale"},
                                         {"stale=", "stale"},
                                         {"stale=1", "stale"},
                                         {"max_age=0", "max_age"},
                                         {"max_age=86400001", "max_age"},
                                         {"max_age=1s", "max_age"},
                                         {"min_last=", "min_last"},
                                         {"min_last=one", "min_last"},
                                         {"min_last=nan", "min_last"},
                                         {"max_last=inf", "max_last"},
                                         {"max_last=0x10", "max_last"},
                                         {"min_last=1&min_last=2", "min_last"},
                                         {"min_last=2&max_last=1", "min_last"},
                                         {"min_id=1", "min_id"},
                                         {"min_wealth=1", "min_wealth"},
                                         {"min_stale=1", "min_stale"},
                                         {"min_=1", "min_"},
                                         {"around=", "around"},
                                         {"around=a|b", "around"},
                                         {"around=a:A-B&page=1", "around"},
                                         {"cursor=start&page=1", "cursor"},
                                         {"cursor=start&around=a:A-B", "cursor"},
                                         {"cursor=AAAA", "cursor"},
                                         {"cursor=!", "cursor"},
                                         {"snapshot=", "snapshot"},
                                         {"snapshot=AAAA", "snapshot"},
                                         {"snapshot=NEW", "snapshot"},
                                         {"snapshot=new&cursor=start", "snapshot"},
                                         {"snapshot=new&rows=", "rows"},
                                         {"snapshot=new&rows=old", "rows"},
                                         {"rows=live", "rows"},
                                         {"explain=1", "explain"},
                                         {"explain=", "explain"},
                                         {"format=xml", "format"},
                                         {"format=csv&explain=true", "explain"},
                                         {"fields=", "fields"},
                                         {"fields=id,,last", "fields"},
                                         {"fields=id,nope", "fields"},
                                         {"fields=id,id", "fields"},
                                         {"page=1&page=2", "page"},
                                         {"colour=red", "colour"},
                                         {"quote=%zz", "quote"},
                                         {"quote=%4", "quote"}}) {
    const auto outcome = ask(query);
    REQUIRE_MESSAGE(!outcome, query);
    CHECK(outcome.error().parameter == parameter);
    CHECK_FALSE(outcome.error().detail.empty());
    CHECK_FALSE(outcome.error().allowed.empty());
  }
  std::string many = "quote=A0";
  for (int i = 1; i <= 50; ++i)
    many += ",A" + std::to_string(i);
  CHECK_FALSE(ask(many));
}
