#include "market/coingecko_rows.hpp"
#include "market/coinmarketcap_rows.hpp"
#include "market/familiar_notes.hpp"
#include "tests/unit/market/familiar_rows.hpp"

#include <set>

using namespace tickboard;
using namespace tickboard::test;

namespace {

using noted = std::set<std::string>;

/// The names of all these notes, and `more`.
noted names_of_all(std::initializer_list<std::vector<member_note>> lists, noted more = {}) {
  for (const auto& notes : lists)
    for (const auto& note : notes) {
      CHECK_MESSAGE(!note.meaning.empty(), note.name);
      CHECK(more.emplace(note.name).second);
    }
  return more;
}

noted names_of_members(const rapidjson::Value& object) {
  const auto all = members_of(object);
  return {all.begin(), all.end()};
}

std::vector<asset_row> one_row() {
  return *read_asset_rows(page_of(*three_known(), {{"BTC", bitcoin_values()}}));
}

} // namespace

TEST_CASE("what is said of CoinGecko's members is said of each") {
  const auto directory = directory_of_three();
  const auto coins =
      json_of(coingecko::markets_body(one_row(), {}, *directory.find_currency("USD"), directory));
  CHECK(names_of_members(coins[0]) == names_of_all({coingecko::coin_notes()}));
  const auto list = json_of(coingecko::list_body({}, directory));
  CHECK(names_of_members(list[0]) == names_of_all({coingecko::listed_coin_notes()}));
}

TEST_CASE("what is said of CoinMarketCap's members is said of each, aux or not") {
  using namespace coinmarketcap;
  const auto directory = directory_of_three();
  const std::vector<const currency*> dollars{directory.find_currency("USD")};
  const auto body = [&](bool with_aux) {
    listings_query query;
    query.aux.assign(aux_fields().size(), with_aux);
    return json_of(listings_body(one_row(), query, dollars, directory, 1, {}));
  };
  const auto plain = body(false), full = body(true);
  CHECK(names_of_members(plain["status"]) == names_of_all({status_notes()}, {"total_count"}));
  CHECK(names_of_members(plain["data"][0]) == names_of_all({listing_notes()}, {"quote"}));
  CHECK(names_of_members(plain["data"][0]["quote"]["USD"]) == names_of_all({quote_notes()}));
  CHECK(names_of_members(full["data"][0]) ==
        names_of_all({listing_notes(), listing_aux_notes()}, {"quote"}));
  CHECK(names_of_members(full["data"][0]["quote"]["USD"]) ==
        names_of_all({quote_notes(), quote_aux_notes()}));
  CHECK(names_of_members(json_of(error_body(400, "x", {}))["status"]) ==
        names_of_all({status_notes()}));
}
