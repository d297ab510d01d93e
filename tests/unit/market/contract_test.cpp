#include "market/answer_text.hpp"
#include "market/asset_query.hpp"
#include "market/asset_totals.hpp"
#include "market/candle_query.hpp"
#include "market/coingecko_query.hpp"
#include "market/coinmarketcap_query.hpp"
#include "market/member_notes.hpp"
#include "market/ticker.hpp"
#include "market/view_query.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <rapidjson/document.h>

#include <algorithm>
#include <set>

using namespace tickboard;

namespace {

/// The members of a row once it is shown.
std::vector<std::string> members_in(const std::string& row) {
  answer_text shown{0, ""};
  shown.append_object(row);
  rapidjson::Document json;
  json.Parse(shown.text().c_str());
  REQUIRE(json.IsObject());
  std::vector<std::string> out;
  for (const auto& member : json.GetObject())
    out.emplace_back(member.name.GetString());
  return out;
}

std::vector<std::string> names_in(const std::vector<member_note>& notes) {
  std::vector<std::string> out;
  for (const auto& note : notes) {
    out.emplace_back(note.name);
    CHECK_MESSAGE(!note.meaning.empty(), note.name);
    rapidjson::Document schema;
    schema.Parse(json_schema(note).c_str());
    CHECK(schema.IsObject());
  }
  return out;
}

std::string row_of_market() {
  std::string out;
  append_row(out, **make_market("x", "A", "B", "s"), {}, false, 1);
  return out;
}

} // namespace

TEST_CASE("what is said of rows' members is said of each, in the order of the row") {
  CHECK(members_in(row_of_market()) == names_in(market_row_notes()));

  const asset_values values;
  asset known;
  known.symbol = "A";
  known.categories = {make_category("Old")};
  const std::vector<asset_view> assets{{"A", &known, &values}};
  std::string row;
  append_asset_row(row, assets.front());
  CHECK(members_in(row) == names_in(asset_row_notes()));
  REQUIRE(category_rows(assets).size() == 1);
  CHECK(members_in(category_rows(assets).front()) == names_in(category_row_notes()));
  CHECK(members_in(global_row(assets, 1)) == names_in(global_row_notes()));
}

TEST_CASE("parameters have different names, a meaning, and an example that is taken") {
  const auto check = [](const std::vector<parameter_note>& notes, auto parse,
                        const query_parameters& needed = {}) {
    std::set<std::string> names;
    for (const auto& note : notes) {
      CAPTURE(note.name);
      CHECK(names.insert(note.name).second);
      CHECK(note.meaning.ends_with('.'));
      for (const auto& value : {note.example, note.otherwise}) {
        if (value.empty())
          continue;
        query_parameters given{{note.name, value}};
        for (const auto& one : needed)
          if (one.first != note.name)
            given.push_back(one);
        if (note.name == "rows")
          given.emplace_back("snapshot", "new");
        CHECK(parse(given));
      }
    }
  };
  check(view_parameters(), parse_view_query);
  check(asset_parameters(), parse_asset_query);
  check(movers_parameters(), parse_movers_query);
  check(coingecko::markets_parameters(), coingecko::parse_markets, {{"vs_currency", "usd"}});
  check(coingecko::price_parameters(), coingecko::parse_price,
        {{"vs_currencies", "usd"}, {"ids", "bitcoin"}});
  check(coingecko::list_parameters(), coingecko::parse_list);
  check(coinmarketcap::listings_parameters(), coinmarketcap::parse_listings);
  CHECK(view_parameters().size() == 19 + 2 * (sort_field_count - 1));
}

TEST_CASE("parameters take what they are said to take, and no more") {
  const auto check = [](const std::vector<parameter_note>& notes, auto parse,
                        const query_parameters& needed = {}) {
    for (const auto& [name, takes, meaning, example, otherwise, required] : notes) {
      CAPTURE(name);
      const auto is_taken = [&, &name = name](const std::string& value) {
        query_parameters given{{name, value}};
        for (const auto& one : needed)
          if (one.first != name)
            given.push_back(one);
        if (name == "rows")
          given.emplace_back("snapshot", "new");
        return parse(given).has_value();
      };
      const bool is_list = takes.is == value_form::kind::list;
      for (const auto& [bound, outwards] : {std::pair{takes.least, -1}, {takes.most, 1}})
        if (bound) {
          CHECK(is_taken(fmt::format("{:.0f}", *bound)));
          CHECK_FALSE(is_taken(fmt::format("{:.0f}", *bound + outwards)));
        }
      for (const auto& value : takes.values)
        CHECK_MESSAGE(is_taken(value), value);
      if (!takes.values.empty()) {
        CHECK_FALSE(is_taken("nothing-like-this"));
        for (int i = 0; i < 40; ++i)
          CHECK(is_taken(std::to_string(i)) ==
                (std::ranges::find(takes.values, std::to_string(i)) != takes.values.end()));
      }
      if (is_list && takes.values.empty() && takes.max_items != 0 && name != "kind" &&
          name != "convert_id") { // of which there are not so many
        std::string items;
        for (std::size_t i = 0; i < takes.max_items; ++i)
          items += (i == 0 ? "1" : ",1") + std::to_string(i);
        CHECK(is_taken(items));
        CHECK_FALSE(is_taken(items + ",2"));
      }
      if (is_list && name != "kind")
        CHECK(is_taken("") == takes.may_be_empty);
      if (takes.max_length != 0) {
        std::string longest(takes.max_length, '1');
        if (takes.pattern.starts_with("^!?"))
          longest[0] = '!';
        CHECK(is_taken(longest));
        CHECK_FALSE(is_taken(longest + '1'));
      }
    }
  };
  check(view_parameters(), parse_view_query);
  check(asset_parameters(), parse_asset_query);
  check(movers_parameters(), parse_movers_query);
  check(candle_parameters(), parse_candle_query);
  check(coingecko::markets_parameters(), coingecko::parse_markets, {{"vs_currency", "usd"}});
  check(coingecko::price_parameters(), coingecko::parse_price,
        {{"vs_currencies", "usd"}, {"ids", "bitcoin"}, {"names", "Bitcoin"}});
  check(coingecko::list_parameters(), coingecko::parse_list);
  check(coinmarketcap::listings_parameters(), coinmarketcap::parse_listings);
}

TEST_CASE("what a parameter takes is JSON Schema") {
  CHECK(json_schema(whole_number(5)) == R"({"type":"integer","minimum":1,"maximum":5})");
  CHECK(json_schema(any_number()) == R"({"type":"number"})");
  CHECK(json_schema(true_or_false()) == R"({"type":"boolean"})");
  CHECK(json_schema(sort_keys({"a"})) == R"({"type":"string","enum":["a","-a"]})");
  value_form list;
  list.is = value_form::kind::list;
  list.pattern = "^\"$";
  list.max_length = 3;
  list.max_items = 7;
  CHECK(json_schema(list) ==
        R"({"type":"array","items":{"type":"string","pattern":"^\"$","maxLength":3},)"
        R"("minItems":1,"maxItems":7})");
}

TEST_CASE("what a parameter takes is told in words") {
  CHECK(in_words(whole_number(5)) == "a whole number from 1 to 5");
  CHECK(in_words(any_number()) == "a number");
  auto number = any_number();
  number.most = 2.5;
  CHECK(in_words(number) == "a number up to 2.5");
  CHECK(in_words(one_of({"a", "b"})) == "one of a, b");
  value_form list;
  list.is = value_form::kind::list;
  list.max_items = 7;
  CHECK(in_words(list) == "1 to 7 values separated by commas");
  list.values = {"a", "b"};
  CHECK(in_words(list) == "any of a, b, separated by commas");
  list.words = "nothing";
  CHECK(in_words(list) == "nothing");
}

TEST_CASE("an unknown parameter is told which there are") {
  const auto refused = parse_view_query({{"colour", "red"}});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().allowed.starts_with(
      "quote, exchange, base, category, kind, ids, stale, max_age, "));
  CHECK(refused.error().allowed.find("explain, min_ and max_ of each of last, change_24h_pct, ") !=
        std::string::npos);
  CHECK(parse_movers_query({{"x", ""}}).error().allowed ==
        "window, direction, limit, min_volume_usd");
  CHECK(refuse_any("a=1&b=2")->parameter == "a");
  CHECK(refuse_any("a=1")->allowed == "no parameters");
  CHECK_FALSE(refuse_any("&"));
}
