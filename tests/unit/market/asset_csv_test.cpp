#include "market/asset_csv.hpp"
#include "market/csv.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <fstream>
#include <iterator>
#include <random>
#include <string>

using namespace tickboard;

namespace {

asset_catalogue_ptr parsed(std::string_view text) {
  auto out = parse_asset_csv(text, "f.csv");
  REQUIRE_MESSAGE(out, (out ? "" : out.error()));
  return *out;
}

std::string refusal(std::string_view text) {
  const auto out = parse_asset_csv(text, "f.csv");
  return out ? "" : out.error();
}

bool starts(const std::string& text, std::string_view with) {
  INFO(text);
  return text.starts_with(with);
}

constexpr std::string_view head = "symbol,name,slug,categories,circulating_supply,website\n";

} // namespace

TEST_CASE("a file of assets is read") {
  const auto all =
      parsed(std::string{head} +
             "BTC,Bitcoin,bitcoin,Layer 1; Store of value,19900000.5,https://bitcoin.org\n"
             "\n"
             "X,\"A \"\"quoted\"\", name\",,Defi|Defi,,\n");
  REQUIRE(all->assets().size() == 2);
  const auto& btc = *all->find("BTC");
  CHECK(btc.slug == "bitcoin");
  REQUIRE(btc.categories.size() == 2);
  CHECK(btc.categories[1] == category{"store-of-value", "Store of value"});
  CHECK(btc.circulating_supply.text() == "19900000.5");
  CHECK(btc.max_supply.empty());
  const auto& other = *all->find("X");
  CHECK(other.name == "A \"quoted\", name");
  CHECK(other.slug == "a-quoted-name");
  CHECK(other.categories.size() == 1);
  CHECK(other.circulating_supply.empty());
}

TEST_CASE("columns come in any order, lines end either way, blanks around values do not count") {
  const auto all = parsed("\xEF\xBB\xBFname , symbol,max_supply\r\n Bitcoin , BTC ,21000000\r\n");
  REQUIRE(all->find("BTC"));
  CHECK(all->find("BTC")->name == "Bitcoin");
  CHECK(all->find("BTC")->max_supply.text() == "21000000");
}

TEST_CASE("a header says which columns there are") {
  CHECK(
      starts(refusal(""), "f.csv:1: header: is missing; allowed: names of columns: symbol, name,"));
  CHECK(starts(refusal("symbol,name,logo,rank\n"),
               "f.csv:1: \"logo\": is not a column that assets have; allowed: symbol, name, slug"));
  CHECK(refusal("symbol,name,logo,rank\n").find("\"rank\"") != std::string::npos);
  CHECK(starts(refusal("symbol,slug\n"), "f.csv:1: name: is missing"));
  CHECK(starts(refusal("symbol,name,name\n"), "f.csv:1: name: is there twice"));
  CHECK(parsed("symbol,name")->assets().empty());
}

TEST_CASE("problems of rows name line, column, what and what is allowed") {
  const auto text = std::string{head} + "BTC,Bitcoin,bitcoin,,many,\n"
                                        "ETH,\"Ethe\nreum\",,,,\n"
                                        "XRP,XRP,,,,javascript:alert(1)\n"
                                        "ADA,Cardano\n"
                                        "SOL,Solana,solana,,,\nSOL,Solana,solana-2,,,\n";
  const auto told = refusal(text);
  CHECK(starts(told, "f.csv:2: circulating_supply: \"many\" is not a number that can be kept; "
                     "allowed: digits"));
  CHECK(told.find("\nf.csv:3: name: ") != std::string::npos);
  CHECK(told.find("\nf.csv:5: website: \"javascript:alert(1)\" is not allowed; allowed: http") !=
        std::string::npos);
  CHECK(told.find("\nf.csv:6: record: has 2 fields; allowed: 6, ") != std::string::npos);
  CHECK(told.find("\nf.csv:8: symbol: \"SOL\" is there already") != std::string::npos);
}

TEST_CASE("quoted fields may hold anything, lines are counted through them") {
  csv_reader reader{"a,\"b,\r\n\"\"c\"\r\n\r\n,\nd"};
  csv_record record;
  REQUIRE(reader.next(record));
  CHECK(record.fields == std::vector<std::string>{"a", "b,\r\n\"c"});
  CHECK(record.line == 1);
  REQUIRE(reader.next(record));
  CHECK(record.fields == std::vector<std::string>{"", ""});
  CHECK(record.line == 4);
  REQUIRE(reader.next(record));
  CHECK(record.fields == std::vector<std::string>{"d"});
  CHECK(!reader.next(record));
  CHECK(reader.problem().empty());
}

TEST_CASE("hostile text is refused with bounded words") {
  CHECK(refusal("symbol,name\nA,\"no end\nB,b\n").find("f.csv:2: the record has a quoted field") !=
        std::string::npos);
  CHECK(refusal("symbol,name\nA,b\"c\n").find("has a quote inside a field") != std::string::npos);
  CHECK(refusal("symbol,name\nA,\"b\"c\n").find("behind a closing quote") != std::string::npos);
  CHECK(refusal("symbol,name\nA," + std::string(5'000, 'x')).find("at most 4096 bytes") !=
        std::string::npos);
  CHECK(refusal("symbol,name\nA,\"" + std::string(5'000, 'x') + "\"").find("at most 4096 bytes") !=
        std::string::npos);
  CHECK(refusal("symbol,name\n" + std::string(5'000, ',')).find("at most 64") != std::string::npos);
  CHECK(!refusal(std::string("symbol,name\nA,b\0c\n", 18)).empty());
  CHECK(!refusal("symbol,name\nA,\xFF\xFE\n").empty());
  CHECK(!refusal("symbol,name,circulating_supply\nA,b,1e999999\n").empty());

  std::string many = "symbol,name\n";
  for (int i = 0; i < 5'000; ++i)
    many += ",\n";
  const auto told = refusal(many);
  CHECK(told.size() < 100 * 200);
  CHECK(told.find("and 4900 more problems") != std::string::npos);
}

TEST_CASE("whatever is done to a file, it is read or refused") {
  const auto whole = std::string{head} +
                     "BTC,\"Bit, \"\"coin\",bitcoin,Layer 1;A,1.5,https://x.org\r\n"
                     "ETH,Ethereum,,,,\n";
  std::mt19937 random{7};
  const std::string_view alphabet = "\",\n\r;|A1-\x00\xFF\xC3 ";
  int refused = 0;
  for (int i = 0; i < 20'000; ++i) {
    auto text = whole;
    for (auto changes = random() % 4 + 1; changes > 0; --changes)
      text[random() % text.size()] = alphabet[random() % alphabet.size()];
    if (random() % 4 == 0)
      text.resize(random() % text.size());
    const auto out = parse_asset_csv(text, "f.csv");
    refused += out ? 0 : 1;
    if (out)
      CHECK((*out)->assets().size() <= 2);
    else
      CHECK(out.error().starts_with("f.csv:"));
  }
  CHECK(refused > 1'000);
  CHECK(refused < 20'000);
}

TEST_CASE("what is written reads back as the same catalogue") {
  const auto all = parsed("symbol,name,slug,categories,circulating_supply,max_supply,website,"
                          "explorer,source_code\n"
                          "BTC,\"Bit, \"\"coin\",bitcoin,Layer 1;A,1.50,21000000,https://x.org,"
                          "\"https://e.org/?a=\"\"b\"\"\",https://s.org\n"
                          "Z,Z\xC3\xBCs,,,,,,,\n");
  CHECK(*parsed(to_csv(*all)) == *all);
  CHECK(*parsed(to_csv(asset_catalogue{})) == asset_catalogue{});
}

TEST_CASE("the shared list of assets is read whole") {
  std::ifstream in{TICKBOARD_SHARED_DIR "/assets/assets.csv"};
  if (!in) {
    MESSAGE("NOT TESTED: there is no " TICKBOARD_SHARED_DIR "/assets/assets.csv");
    return;
  }
  const std::string text{std::istreambuf_iterator<char>{in}, {}};
  const auto all = parsed(text);
  CHECK(all->assets().size() == 1'195);
  REQUIRE(all->find("1INCH"));
  CHECK(all->find_category("layer-1") != nullptr);
  CHECK(*parsed(to_csv(*all)) == *all);
}

TEST_CASE("the assets of the demo are read") {
  std::ifstream in{TICKBOARD_SOURCE_DIR "/config/assets.csv"};
  const std::string text{std::istreambuf_iterator<char>{in}, {}};
  const auto all = parsed(text);
  for (const auto* symbol : {"BTC", "ETH", "SOL", "USDT", "USD", "EUR"})
    CHECK(all->find(symbol) != nullptr);
}
