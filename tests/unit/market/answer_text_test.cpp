#include "market/answer_text.hpp"
#include "market/ticker.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace tickboard;

namespace {

constexpr std::int64_t answer_ms = 1'000;

std::string written(const view_shape& shape, const std::vector<std::string>& rows) {
  answer_text out{answer_ms, shape};
  for (const auto& row : rows)
    out.add_row(row);
  return *out.take();
}

std::uint64_t mark_of(const view_shape& shape, const std::vector<std::string>& rows,
                      std::int64_t at_ms = answer_ms, const std::string& behind = "]") {
  answer_text out{at_ms, shape};
  for (const auto& row : rows)
    out.add_row(row);
  out.append(behind);
  return out.mark();
}

const std::vector<std::string> plain_rows{
    R"({"id":"x:A,B-\"C\"","last":"1.50","ts_ms":null,"stale":false})",
    R"({"id":"x:B-C","last":null,"ts_ms":12,"stale":true})"};

const std::vector<std::string> timed_rows{R"({"id":"a","received_ms":980,"source":"x/1"})",
                                          R"({"id":"b","received_ms":1003})"};

} // namespace

TEST_CASE("rows are joined as they are, unless some members are wanted") {
  CHECK(written({}, {}) == "{\"data\":[");
  CHECK(written({}, plain_rows) == "{\"data\":[" + plain_rows[0] + "," + plain_rows[1]);
  const view_shape some{view_format::json, {"stale", "id", "nothing"}};
  CHECK(written(some, plain_rows) == R"({"data":[{"stale":false,"id":"x:A,B-\"C\"","nothing":null})"
                                     R"(,{"stale":true,"id":"x:B-C","nothing":null})");
  const view_shape lines{view_format::ndjson, {"last"}};
  CHECK(written(lines, plain_rows) == "{\"last\":\"1.50\"}\n{\"last\":null}\n");
  CHECK(written({view_format::ndjson, {}}, {plain_rows[1]}) == plain_rows[1] + "\n");
  CHECK(written({view_format::ndjson, {}}, {}).empty());
}

TEST_CASE("CSV has a line of names, nothing for null, and quotes where it must") {
  const view_shape shape{view_format::csv, {"last", "ts_ms", "stale", "id"}};
  CHECK(written(shape,
                {R"({"id":"x:A,B-C","last":"1.50","ts_ms":null,"stale":false})", plain_rows[1]}) ==
        "last,ts_ms,stale,id\r\n1.50,,false,\"x:A,B-C\"\r\n,12,true,x:B-C\r\n");
  const auto all = written({view_format::csv, {}}, {});
  CHECK(std::count(all.begin(), all.end(), ',') + 1 == static_cast<long>(row_members().size()));
}

TEST_CASE("a row tells its age behind when it was received, in every shape") {
  CHECK(written({}, timed_rows) ==
        R"({"data":[{"id":"a","received_ms":980,"age_ms":20,"source":"x/1"},)"
        R"({"id":"b","received_ms":1003,"age_ms":0})"); // a clock that was set back
  CHECK(written({}, {R"({"received":1,"received_ms":null})", R"({"id":",\"received_ms\":7"})"}) ==
        R"({"data":[{"received":1,"received_ms":null,"age_ms":null},{"id":",\"received_ms\":7"})");
  CHECK(written({view_format::json, {"age_ms", "id"}}, timed_rows) ==
        R"({"data":[{"age_ms":20,"id":"a"},{"age_ms":0,"id":"b"})");
  CHECK(written({view_format::ndjson, {}}, {timed_rows[0]}) ==
        R"({"id":"a","received_ms":980,"age_ms":20,"source":"x/1"})"
        "\n");
  CHECK(written({view_format::csv, {"id", "age_ms"}}, {timed_rows[0], R"({"received_ms":null})"}) ==
        "id,age_ms\r\na,20\r\n,\r\n");
}

TEST_CASE("the mark is of what is shown but for ages") {
  for (const auto& shape : {view_shape{}, view_shape{view_format::csv, {}},
                            view_shape{view_format::ndjson, {"age_ms", "id"}}}) {
    const auto mark = mark_of(shape, timed_rows);
    CHECK(mark == mark_of(shape, timed_rows, answer_ms + 123'456));
    CHECK(mark != mark_of(shape, {timed_rows[0]}));
    CHECK(mark != mark_of(shape, {timed_rows[1], timed_rows[0]}));
    CHECK(mark != mark_of(shape, timed_rows, answer_ms, "],\"page\":{}"));
  }
  auto later = timed_rows;
  later[0].replace(later[0].find("980"), 3, "981");
  CHECK(mark_of({}, timed_rows) != mark_of({}, later));
  const view_shape ids{view_format::json, {"id", "age_ms"}}; // does not show it
  CHECK(mark_of(ids, timed_rows) == mark_of(ids, later));
}

TEST_CASE("rows that are taken back leave nothing") {
  answer_text one{answer_ms}, other{answer_ms};
  one.add_row(timed_rows[0]);
  one.add_row(timed_rows[1]);
  one.drop_rows();
  CHECK_FALSE(one.has_rows());
  for (auto* text : {&one, &other}) {
    text->add_row(timed_rows[1]);
    text->append("]");
  }
  CHECK(one.mark() == other.mark());
  CHECK(*one.take() == *other.take());
}

TEST_CASE("what another answer says counts by its mark, not by its ages") {
  const auto joined = [](std::int64_t at_ms, const std::string& row) {
    answer_text part{at_ms, "["};
    part.add_row(row);
    const auto mark = part.mark();
    answer_text out{at_ms, "{\"data\":"};
    out.append_marked(part.text(), mark);
    out.append("}");
    const auto whole = out.mark();
    return std::pair{whole, *out.take()};
  };
  CHECK(joined(1'000, timed_rows[0]).second ==
        R"({"data":[{"id":"a","received_ms":980,"age_ms":20,"source":"x/1"}})");
  CHECK(joined(1'000, timed_rows[0]).first == joined(2'000, timed_rows[0]).first);
  CHECK(joined(1'000, timed_rows[0]).first != joined(1'000, timed_rows[1]).first);
}
