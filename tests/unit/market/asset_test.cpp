#include "market/asset.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace tickboard;

namespace {

asset make(std::string symbol, std::string name, std::vector<std::string> categories = {}) {
  asset out;
  out.symbol = std::move(symbol);
  out.name = std::move(name);
  for (const auto& one : categories)
    out.categories.push_back(make_category(one));
  return out;
}

asset_catalogue_ptr catalogue_of(std::vector<asset> assets) {
  catalogue_builder builder;
  for (auto& one : assets) {
    const auto problem = builder.add(std::move(one));
    REQUIRE_MESSAGE(!problem, (problem ? problem->what : ""));
  }
  return std::move(builder).build();
}

/// The field that an otherwise right asset is refused for; empty if it is taken.
template <class Change>
std::string refused_for(Change change) {
  catalogue_builder builder;
  auto one = make("BTC", "Bitcoin");
  change(one);
  const auto problem = builder.add(std::move(one));
  if (!problem)
    return "";
  CHECK(!problem->what.empty());
  CHECK(!problem->allowed.empty());
  return problem->field;
}

} // namespace

TEST_CASE("slugs are made of what addresses can hold") {
  CHECK(make_slug("Layer 1") == "layer-1");
  CHECK(make_slug("AR/VR") == "ar-vr");
  CHECK(make_slug("  Double-A   Chain! ") == "double-a-chain");
  CHECK(make_slug("Z\xC3\xBCs") == "z-s");
  CHECK(make_slug("\xE5\xB8\x81") == "");
  CHECK(make_slug("") == "");
}

TEST_CASE("a catalogue finds assets by symbol, slug and category") {
  const auto all = catalogue_of({make("ETH", "Ethereum", {"Layer 1", "Smart contracts"}),
                                 make("BTC", "Bitcoin", {"Layer 1"}), make("USDT", "Tether")});
  REQUIRE(all->assets().size() == 3);
  CHECK(all->assets()[0].symbol == "BTC");
  REQUIRE(all->find("ETH"));
  CHECK(all->find("ETH")->name == "Ethereum");
  CHECK(all->find("eth") == nullptr);
  CHECK(all->find("") == nullptr);
  REQUIRE(all->find_slug("tether"));
  CHECK(all->find_slug("tether")->symbol == "USDT");
  CHECK(all->find_slug("zzz") == nullptr);
  REQUIRE(all->categories().size() == 2);
  REQUIRE(all->find_category("layer-1"));
  CHECK(all->find_category("layer-1")->of.name == "Layer 1");
  CHECK(all->find_category("layer-1")->symbols == std::vector<std::string>{"BTC", "ETH"});
  CHECK(all->find_category("layer") == nullptr);
  const asset_catalogue none;
  CHECK(none.find("BTC") == nullptr);
  CHECK(none.find_slug("bitcoin") == nullptr);
}

TEST_CASE("categories are sorted, once each, and of one name") {
  const auto all =
      catalogue_of({make("B", "Bee", {"DEFI", "Gaming", "Defi"}), make("A", "Ay", {"Defi"})});
  REQUIRE(all->find("B")->categories.size() == 2);
  CHECK(all->find("B")->categories[0] == category{"defi", "Defi"}); // as A, the first, has it
  CHECK(all->find("B")->categories[1].slug == "gaming");
}

TEST_CASE("a slug that is taken gets the symbol behind it") {
  const auto all = catalogue_of({make("AAA", "Same Name"), make("BBB", "Same Name")});
  CHECK(all->find("AAA")->slug == "same-name");
  CHECK(all->find("BBB")->slug == "same-name-bbb");
  const auto full = std::string(128, 'a'); // and stays as short as a slug may be
  CHECK(catalogue_of({make("AAA", full), make("BBB", full)})->find("BBB")->slug ==
        full.substr(4) + "-bbb");
  const auto foreign = catalogue_of({make("CNY", "\xE5\x85\x83")});
  CHECK(foreign->find("CNY")->slug == "cny");
}

TEST_CASE("a slug that is made takes none that another asset asks for, whoever comes first") {
  const auto with_slug = [](std::string symbol, std::string slug) {
    auto out = make(std::move(symbol), "Named");
    out.slug = std::move(slug);
    return out;
  };
  const auto all = catalogue_of({make("FOO", "Bar"), with_slug("BAZ", "bar"), make("QUX", "Bar")});
  CHECK(all->find("BAZ")->slug == "bar");
  CHECK(all->find("FOO")->slug == "bar-foo");
  CHECK(all->find("QUX")->slug == "bar-qux");
  CHECK(all->find_slug("bar")->symbol == "BAZ");
  CHECK(all->has_made_slug("FOO"));
  // Where both are asked for, a number tells them apart, within what a slug may have.
  const std::string full(128, 'a'), spare = full.substr(4) + "-foo";
  const auto crowd = catalogue_of({make("FOO", full), with_slug("A", full), with_slug("B", spare),
                                   with_slug("C", full.substr(7) + "-2")});
  CHECK(crowd->find("FOO")->slug == full.substr(7) + "-3");
  const auto unspoken = catalogue_of({make("\xE5\x85\x83", "Bar"), make("\xE5\xB8\x81", "Bar")});
  CHECK(unspoken->find_slug("bar")->symbol == "\xE5\x85\x83");
  CHECK(unspoken->find_slug("bar-2")->symbol == "\xE5\xB8\x81");
}

TEST_CASE("a catalogue knows whose slugs it made") {
  auto given = make("BTC", "Bitcoin");
  given.slug = "bitcoin";
  const auto all = catalogue_of({make("ZZZ", "Zed"), given, make("AAA", "Ay")});
  CHECK(all->has_made_slug("AAA"));
  CHECK(all->has_made_slug("ZZZ"));
  CHECK(!all->has_made_slug("BTC"));
  CHECK(!all->has_made_slug("NONE"));
}

TEST_CASE("what breaks a rule is refused, by field") {
  CHECK(refused_for([](asset&) {}) == "");
  for (const std::string bad : {"", "A B", "A:B", "A,B", "A{B", "A|B", "A\nB", "\xFF"})
    CHECK(refused_for([&](asset& one) { one.symbol = bad; }) == "symbol");
  CHECK(refused_for([](asset& one) { one.symbol = std::string(33, 'A'); }) == "symbol");
  for (const std::string bad : {"", " x", "x ", "a\tb", "a\x7F", "\xC3\x28"})
    CHECK(refused_for([&](asset& one) { one.name = bad; }) == "name");
  CHECK(refused_for([](asset& one) { one.name = std::string(129, 'x'); }) == "name");
  for (const std::string bad : {"Bitcoin", "a b", "a/b", "\xC3\xBC"})
    CHECK(refused_for([&](asset& one) { one.slug = bad; }) == "slug");
  for (const std::string bad : {"a;b", "a|b", "\xE5\xB8\x81", "a\nb"})
    CHECK(refused_for([&](asset& one) { one.categories.push_back(make_category(bad)); }) ==
          "categories");
  CHECK(refused_for([](asset& one) {
          for (int i = 0; i < 33; ++i)
            one.categories.push_back(make_category("c" + std::to_string(i)));
        }) == "categories");
  CHECK(refused_for([](asset& one) { one.circulating_supply = *decimal::parse("-1"); }) ==
        "circulating_supply");
  CHECK(refused_for([](asset& one) { one.max_supply = *decimal::parse("-0"); }) == "max_supply");
  for (const std::string bad : {"javascript:alert(1)", "ftp://x.org", "https://a b", "data:text"})
    CHECK(refused_for([&](asset& one) { one.website = bad; }) == "website");
  for (const std::string good : {"", "https://bitcoin.org/", "http://x.org", "minimini.lol"})
    CHECK(refused_for([&](asset& one) { one.website = good; }) == "");
}

TEST_CASE("symbols and slugs are unique") {
  catalogue_builder builder;
  auto first = make("BTC", "Bitcoin");
  first.slug = "bitcoin";
  CHECK(!builder.add(first));
  const auto again = builder.add(make("BTC", "Another"));
  REQUIRE(again);
  CHECK(again->field == "symbol");
  auto same_slug = make("XBT", "Other");
  same_slug.slug = "bitcoin";
  const auto taken = builder.add(same_slug);
  REQUIRE(taken);
  CHECK(taken->field == "slug");
  CHECK(std::move(builder).build()->assets().size() == 1);
}

TEST_CASE("the number of assets and categories is bounded") {
  catalogue_builder builder;
  for (std::size_t i = 0; i < asset_limits::assets; ++i)
    REQUIRE(!builder.add(make("S" + std::to_string(i), "N" + std::to_string(i))));
  const auto beyond = builder.add(make("X", "X"));
  REQUIRE(beyond);
  CHECK(beyond->allowed == "at most 200000");

  catalogue_builder groups;
  for (std::size_t i = 0; i < asset_limits::categories; ++i)
    REQUIRE(!groups.add(make("S" + std::to_string(i), "N", {"c" + std::to_string(i)})));
  const auto too_many = groups.add(make("X", "X", {"another"}));
  REQUIRE(too_many);
  CHECK(too_many->field == "categories");
  CHECK(!groups.add(make("X", "X", {"c0"})));
}

TEST_CASE("changes between two catalogues are told by symbol") {
  const auto before = catalogue_of({make("A", "Ay"), make("B", "Bee"), make("D", "Dee")});
  auto supplied = make("D", "Dee");
  supplied.circulating_supply = *decimal::parse("21000000");
  const auto after = catalogue_of({make("B", "Bee"), make("C", "See"), supplied, make("E", "Ee")});
  CHECK(changed_symbols(*before, *after) == std::vector<std::string>{"A", "C", "D", "E"});
  CHECK(changed_symbols(*after, *before) == std::vector<std::string>{"A", "C", "D", "E"});
  CHECK(changed_symbols(*before, *before).empty());
  CHECK(!(*before == *after));
  CHECK(*before == *catalogue_of({make("D", "Dee"), make("B", "Bee"), make("A", "Ay")}));
}
