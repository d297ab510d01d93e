#include "market/asset_query.hpp"
#include "market/view_query.hpp"
#include "market/word_filter.hpp"

#include <doctest/doctest.h>

using namespace tickboard;

namespace {

asset_catalogue_ptr known() {
  catalogue_builder out;
  for (const auto& [symbol, name] : {std::pair{"BTC", "Bitcoin"},
                                     {"BCH", "Bitcoin Cash"},
                                     {"WBTC", "Wrapped BITCOIN"},
                                     {"ETH", "Ether"},
                                     {"X", "Ωmega"}}) {
    asset one;
    one.symbol = symbol;
    one.name = name;
    REQUIRE_FALSE(out.add(one));
  }
  return std::move(out).build();
}

} // namespace

TEST_CASE("words are what stands between white space, in small letters, each once") {
  std::vector<std::string> out;
  CHECK_FALSE(read_words("q", " Bitcoin\tusd  BITCOIN ", out));
  CHECK(out == std::vector<std::string>{"bitcoin", "usd"});
  CHECK(words_text(out) == "bitcoin usd");
  CHECK_FALSE(read_words("q", "%|&=", out));
  CHECK(out == std::vector<std::string>{"%|&="});
  CHECK(read_words("q", " ", out)->detail == "has no word");
  CHECK(read_words("q", "", out)->allowed == "1 to 8 words, 256 bytes in all");
  CHECK(read_words("q", "a b c d e f g h i", out)->detail == "has 9 words");
  CHECK(read_words("q", std::string(257, 'a'), out)->detail == "has 257 bytes");
  CHECK_FALSE(read_words("q", std::string(256, 'a'), out));
}

TEST_CASE("a word is looked for anywhere in names, if it has three letters") {
  const auto assets = known();
  const auto found = find_named({"bitcoin", "cas", "in", "Ωmega", "ωmega", "nobody"}, *assets);
  REQUIRE(found.size() == 6);
  CHECK(found[0].named == std::vector<std::string>{"BCH", "BTC", "WBTC"});
  CHECK(found[1].named == std::vector<std::string>{"BCH"});
  CHECK(found[2].named.empty());
  CHECK(found[3].named == std::vector<std::string>{"X"});
  CHECK(found[4].named.empty()); // letters beyond A to Z compare as they are
  CHECK(found[5].word == "nobody");
  CHECK(count_names(found) == 5);
}

TEST_CASE("views with words are views of their own, and link to their pages") {
  const auto parse = [](std::string q) { return parse_view_query({{"q", std::move(q)}}).value(); };
  CHECK(parse("usd btc").canonical() == parse("BTC  USD").canonical());
  CHECK(parse("btc").canonical() != parse("usd").canonical());
  CHECK(parse("btc").canonical() != parse_view_query({}).value().canonical());
  CHECK(parse("a|n=1").canonical().find("a|n=1") == std::string::npos); // parts are parted by |
  CHECK(page_target(parse("a&b ü"), 2).find("q=a%26b%20%C3%BC&") != std::string::npos);
  CHECK(parse_view_query({{"q", ""}}).error().parameter == "q");

  const auto assets = parse_asset_query({{"q", "Bit coin"}}).value();
  CHECK(assets.filtered());
  CHECK(assets.target(3).find("q=bit%20coin&") != std::string::npos);
  CHECK(parse_asset_query({{"q", " "}}).error().parameter == "q");
}
