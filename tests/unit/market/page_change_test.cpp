#include "market/page_change.hpp"
#include "tests/support/live_page_model.hpp"

#include <doctest/doctest.h>
#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <map>
#include <random>

using namespace tickboard;
using namespace tickboard::test;

namespace {

using texts = std::map<std::string, std::string>; // by name: JSON

struct model_page {
  texts meta; ///< but as_of_ms
  std::vector<std::string> order;
  std::map<std::string, texts> rows;
  int as_of_ms = 0;

  std::string body(std::mt19937& random) const {
    std::string out = "{\"data\":[";
    for (const auto& id : order) {
      out += out.back() == '[' ? "{" : ",{";
      out += "\"id\":" + id;
      for (const auto& [name, value] : rows.at(id))
        out += ",\"" + name + "\":" + value;
      out += ",\"received_ms\":1,\"age_ms\":" + std::to_string(random() % 100) + ",\"z\":1}";
    }
    out += "]";
    for (const auto& [name, value] : meta)
      out += ",\"" + name + "\":" + value;
    return out + ",\"as_of_ms\":" + std::to_string(as_of_ms) + "}";
  }
};

std::string some_value(std::mt19937& random) {
  static const std::vector<std::string> values{"null",    "true",        "1.50",
                                               "-2e-7",   R"("1.50")",   R"("a,}]\"{[")",
                                               R"("\\")", R"("\u00e4")", R"("")"};
  return values[random() % values.size()];
}

void stir(model_page& page, std::mt19937& random) {
  page.as_of_ms += 1 + static_cast<int>(random() % 3);
  if (random() % 4 == 0)
    page.meta["page"] =
        "{\"number\":" + std::to_string(random() % 3) + ",\"list\":[1,{\"a\":\"]\"}]}";
  if (random() % 8 == 0)
    page.meta["stale_since_ms"] = "7";
  else if (random() % 4 == 0)
    page.meta.erase("stale_since_ms");
  for (auto& [id, row] : page.rows)
    if (random() % 3 == 0) {
      auto& value = row[std::string(1, static_cast<char>('a' + random() % 5))];
      value = some_value(random);
    } else if (random() % 6 == 0 && !row.empty()) {
      row.erase(row.begin());
    }
  if (random() % 2 == 0) {
    const auto id = "\"x:" + std::to_string(random() % 8) + R"(\"-Q")";
    if (page.rows.erase(id) == 0) {
      page.rows[id]["a"] = some_value(random);
      page.order.push_back(id);
    } else {
      std::erase(page.order, id);
    }
  }
  if (random() % 4 == 0)
    std::shuffle(page.order.begin(), page.order.end(), random);
}

std::string text_of(const rapidjson::Value& value) {
  rapidjson::StringBuffer out;
  rapidjson::Writer<rapidjson::StringBuffer> writer{out};
  value.Accept(writer);
  return out.GetString();
}

/// Members by name, ages aside, and what is null as what is not there: so that only what a client
/// must know is compared.
std::string essence(const rapidjson::Document& page) {
  const auto sorted = [](const rapidjson::Value& object) {
    std::map<std::string, std::string> out;
    for (const auto& one : object.GetObject())
      if (const std::string name = one.name.GetString();
          name != "age_ms" && name != "data" && !one.value.IsNull())
        out[name] = text_of(one.value);
    return out;
  };
  std::string out;
  const auto append = [&](const auto& members) {
    for (const auto& [name, value] : members)
      out += name + "=" + value + " ";
    out += "\n";
  };
  append(sorted(page));
  for (const auto& row : page["data"].GetArray())
    append(sorted(row));
  return out;
}

live_page read(const std::string& body) {
  auto page = live_page::read(std::make_shared<const std::string>(body));
  REQUIRE_MESSAGE(page.has_value(), (page ? "" : page.error()));
  return *std::move(page);
}

} // namespace

TEST_CASE("a page and what changed make the later page") {
  std::mt19937 random{20261126};
  for (int walk = 0; walk < 60; ++walk) {
    model_page model;
    rapidjson::Document client;
    auto before = read(model.body(random));
    client.Parse(before.body()->c_str());
    for (int step = 0; step < 40; ++step) {
      for (auto times = random() % 3; times > 0; --times)
        stir(model, random);
      const auto after = read(model.body(random));
      const auto change = change_between(before, after);
      rapidjson::Document expected;
      expected.Parse(after.body()->c_str());
      if (change.empty()) {
        expected["as_of_ms"].SetInt(client["as_of_ms"].GetInt());
      } else {
        rapidjson::Document told;
        told.Parse(change.c_str());
        REQUIRE_FALSE(told.HasParseError());
        apply_change(client, told);
        REQUIRE(change != change_between(after, after));
      }
      INFO("from ", *before.body(), "\nby   ", change, "\nto   ", *after.body());
      REQUIRE(essence(client) == essence(expected));
      before = after;
    }
  }
}

TEST_CASE("a change tells what changed, and no more") {
  const std::string begin =
      R"({"data":[{"id":"a","last":"1.0","bid":"2","age_ms":5},)"
      R"({"id":"b","last":"3","bid":null,"age_ms":6}],"page":{"total":2},"as_of_ms":)";
  const auto before = read(begin + "100}");
  CHECK(change_between(before, read(begin + "101}")).empty());
  CHECK(
      change_between(
          before,
          read(R"({"data":[{"id":"a","last":"1.0","bid":"2","age_ms":9},)"
               R"({"id":"b","last":"3","bid":null,"age_ms":0}],"page":{"total":2},"as_of_ms":7})"))
          .empty());
  CHECK(
      change_between(
          before,
          read(
              R"({"data":[{"id":"a","last":"1.00","bid":"2","age_ms":5},)"
              R"({"id":"b","last":"3","bid":null,"age_ms":6}],"page":{"total":2},"as_of_ms":8})")) ==
      R"({"meta":{"as_of_ms":8},"rows":{"a":{"last":"1.00"}}})");
  CHECK(
      change_between(
          before, read(R"({"data":[{"id":"b","last":"3","bid":null,"age_ms":6},)"
                       R"({"id":"c","last":"4","age_ms":6}],"page":{"total":3},"as_of_ms":9})")) ==
      R"({"meta":{"page":{"total":3},"as_of_ms":9},"order":["b","c"],"rows":{"c":{"id":"c","last":"4"}}})");
  CHECK(change_between(before, read(R"({"data":[],"page":{"total":2},"as_of_ms":9})")) ==
        R"({"meta":{"as_of_ms":9},"order":[]})");
}

TEST_CASE("a market that was met twice counts once") {
  const auto page = read(R"({"data":[{"id":"a","x":1},{"id":"b"},{"id":"a","x":2}],"as_of_ms":1})");
  CHECK(
      change_between(page, read(R"({"data":[{"id":"a","x":1},{"id":"b"}],"as_of_ms":2})")).empty());
}

TEST_CASE("what is no page is refused, and where") {
  const std::string whole =
      R"({"data":[{"id":"a","x":[1,"]"]},{"id":"b"}],"page":{"n":1},"as_of_ms":5})";
  CHECK(live_page::read(std::make_shared<const std::string>(whole)).has_value());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto cut = live_page::read(std::make_shared<const std::string>(whole.substr(0, size)));
    INFO("the first ", size, " bytes");
    REQUIRE_FALSE(cut.has_value());
    CHECK(cut.error().find("at byte") != std::string::npos);
  }
  for (const auto* bad :
       {R"({"data":[{"x":1}],"as_of_ms":5})", R"({"data":[{"id":"a"}{"id":"b"}]})",
        R"({"data":[]}})", "[]", R"({"data":{}})"})
    CHECK_FALSE(live_page::read(std::make_shared<const std::string>(bad)).has_value());
}
