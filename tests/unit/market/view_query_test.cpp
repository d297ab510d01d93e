#include "market/view_query.hpp"

#include <doctest/doctest.h>

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

TEST_CASE("queries that ask the same share one key, others do not") {
  CHECK(ask("quote=USDT,USD&sort=-last")->canonical() ==
        ask("sort=-last&quote=USD%2CUSDT")->canonical());
  const char* different[] = {"",        "sort=-last", "sort=last",  "page=2",   "per_page=51",
                             "quote=A", "base=A",     "exchange=A", "quote=A,B"};
  for (const auto* a : different)
    for (const auto* b : different)
      CHECK((ask(a)->canonical() == ask(b)->canonical()) == (a == b));
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
                                         {"quote=USD,,EUR", "quote"},
                                         {"quote=A%00B", "quote"},
                                         {"quote=A%7CB", "quote"},
                                         {"base=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "base"},
                                         {"exchange=a b", "exchange"},
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
