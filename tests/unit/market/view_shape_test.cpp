#include "market/answer_text.hpp"
#include "market/ticker.hpp"
#include "market/view_shape.hpp"

#include <doctest/doctest.h>
#include <rapidjson/document.h>

#include <algorithm>

using namespace tickboard;

namespace {

const std::vector<std::string> two_rows{
    R"({"id":"x:A,B-\"C\"","last":"1.50","ts_ms":null,"stale":false})",
    R"({"id":"x:B-C","last":null,"ts_ms":12,"stale":true})"};

} // namespace

TEST_CASE("the members of a row are those that a row has when it is shown") {
  std::string row;
  append_row(row, **make_market("kraken", "BTC", "USD", "BTC/USD"), {}, true, 0);
  answer_text shown{0, ""};
  shown.append_object(row);
  rapidjson::Document json;
  json.Parse(shown.text().c_str());
  REQUIRE(json.IsObject());
  std::vector<std::string_view> names;
  for (const auto& member : json.GetObject())
    names.emplace_back(member.name.GetString());
  CHECK(row_members() == names);
  CHECK(std::count(names.begin(), names.end(), age_member) == 1);
}

TEST_CASE("members are found as they stand") {
  CHECK(member_of(two_rows[0], "last") == "\"1.50\"");
  CHECK(member_of(two_rows[0], "ts_ms") == "null");
  CHECK(member_of(two_rows[0], "id") == R"("x:A,B-\"C\"")");
  CHECK(member_of(two_rows[0], "C").empty());
  for (const auto* bad : {"", "{", "{\"", "{\"a", "{\"a\"", "{\"a\":", "[1]", "{\"a\\"})
    CHECK(member_of(bad, "b").empty());
}

TEST_CASE("the first known type of an Accept header decides") {
  CHECK(accepted_format("") == view_format::json);
  CHECK(accepted_format("text/csv") == view_format::csv);
  CHECK(accepted_format("text/html, application/x-ndjson;q=0.9, text/csv") == view_format::ndjson);
  CHECK(accepted_format("*/*, text/csv") == view_format::json);
  CHECK(accepted_format("image/png ,text/csv ; q=1") == view_format::csv);
  CHECK(accepted_format("image/png,,;") == view_format::json);
}
