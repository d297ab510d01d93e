#include "actors/search_route.hpp"
#include "market/search.hpp"

#include <doctest/doctest.h>

using namespace tickboard;

namespace {

tl::expected<ask_search, query_problem> parse(std::string_view query) {
  return parse_query_string(query).and_then(parse_search);
}

void refuses(std::string_view query, const std::string& parameter, std::string_view why,
             std::string_view allowed) {
  const auto found = parse(query);
  INFO(query);
  REQUIRE_FALSE(found);
  CHECK(found.error().parameter == parameter);
  CHECK_MESSAGE(found.error().detail.find(why) != std::string::npos, found.error().detail);
  CHECK_MESSAGE(found.error().allowed.find(allowed) != std::string::npos, found.error().allowed);
}

} // namespace

TEST_CASE("a search's parameters are read") {
  const auto found = parse("q=btc%2Fusdt+kraken&limit=50");
  REQUIRE(found);
  CHECK(found->text == "btc/usdt kraken");
  CHECK(found->limit == 50);
  CHECK(parse("q=b")->limit == 10);
  CHECK(parse("q=" + std::string(search_limits::max_text, 'x')));
  CHECK(parse("q=%FF")->text == "\xFF"); // finds nothing, but is no error
}

TEST_CASE("a search that cannot be answered names the parameter and what is allowed") {
  refuses("", "q", "is missing", "1 to 64 bytes");
  refuses("limit=3", "q", "is missing", "1 to 64 bytes");
  refuses("q=", "q", "is empty", "1 to 64 bytes");
  refuses("q=+%09", "q", "is empty", "1 to 64 bytes");
  refuses("q=" + std::string(search_limits::max_text + 1, 'x'), "q", "has 65 bytes", "1 to 64");
  refuses("q=a+b+c+d+e+f+g+h+i", "q", "has 9 words", "at most 8 words");
  refuses("q=b&limit=0", "limit", "out of range", "1 to 50");
  refuses("q=b&limit=51", "limit", "out of range", "1 to 50");
  refuses("q=b&limit=x", "limit", "not a whole number", "1 to 50");
  refuses("q=b&page=2", "page", "is not a parameter", "q, limit");
  refuses("q=b&q=c", "q", "more than once", "once");
  refuses("q=%4", "q", "hex digits", "percent-encoded");
}
