#include "market/ticker.hpp"
#include "market/view_shape.hpp"

#include <doctest/doctest.h>
#include <rapidjson/document.h>

#include <algorithm>

using namespace tickboard;

namespace {

std::string written(const view_shape& shape, const std::vector<std::string>& rows) {
  auto out = shape_head(shape);
  const auto head = out.size();
  for (const auto& row : rows)
    append_shaped(out, shape, head, row);
  return out;
}

const std::vector<std::string> two_rows{
    R"({"id":"x:A,B-\"C\"","last":"1.50","ts_ms":null,"stale":false})",
    R"({"id":"x:B-C","last":null,"ts_ms":12,"stale":true})"};

} // namespace

TEST_CASE("the members of a row are those that a row has") {
  std::string row;
  append_row(row, **make_market("kraken", "BTC", "USD", "BTC/USD"), {}, true);
  rapidjson::Document json;
  json.Parse(row.c_str());
  REQUIRE(json.IsObject());
  std::vector<std::string_view> names;
  for (const auto& member : json.GetObject())
    names.emplace_back(member.name.GetString());
  CHECK(row_members() == names);
}

TEST_CASE("rows are joined as they are, unless some members are wanted") {
  CHECK(written({}, {}) == "{\"data\":[");
  CHECK(written({}, two_rows) == "{\"data\":[" + two_rows[0] + "," + two_rows[1]);
  const view_shape some{view_format::json, {"stale", "id", "nothing"}};
  CHECK(written(some, two_rows) == R"({"data":[{"stale":false,"id":"x:A,B-\"C\"","nothing":null})"
                                   R"(,{"stale":true,"id":"x:B-C","nothing":null})");
  const view_shape lines{view_format::ndjson, {"last"}};
  CHECK(written(lines, two_rows) == "{\"last\":\"1.50\"}\n{\"last\":null}\n");
  CHECK(written({view_format::ndjson, {}}, {two_rows[1]}) == two_rows[1] + "\n");
  CHECK(written({view_format::ndjson, {}}, {}).empty());
}

TEST_CASE("CSV has a line of names, nothing for null, and quotes where it must") {
  const view_shape shape{view_format::csv, {"last", "ts_ms", "stale", "id"}};
  CHECK(written(shape,
                {R"({"id":"x:A,B-C","last":"1.50","ts_ms":null,"stale":false})", two_rows[1]}) ==
        "last,ts_ms,stale,id\r\n1.50,,false,\"x:A,B-C\"\r\n,12,true,x:B-C\r\n");
  const auto all = written({view_format::csv, {}}, {});
  CHECK(std::count(all.begin(), all.end(), ',') + 1 == static_cast<long>(row_members().size()));
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
