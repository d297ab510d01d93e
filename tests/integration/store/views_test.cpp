#include "tests/integration/store/shrinking.hpp"

#include <rapidjson/document.h>

#include <cstdlib>
#include <sstream>

using namespace tickboard;
using test::filled_board;
using test::model;
using test::small_case;

namespace {

constexpr int rounds = 20;
constexpr int questions = 1'000; ///< in each round; every one is a comparison

std::string answer_of(filled_board& on, const view_query& query, std::uint32_t scan_limit) {
  const auto outcome = on.ask(query, scan_limit);
  if (!outcome.problem.empty())
    return outcome.problem;
  return outcome.body ? *outcome.body : "";
}

/// The same question to a board that has only these markets, and the categories of `whole`.
bool still_fails(const small_case& what, const filled_board& whole, std::uint32_t scan_limit) {
  static filled_board small{0};
  small.redis.run({"FLUSHALL"});
  small.set_epochs();
  small.lanes.clear();
  for (std::size_t i = 0; i < small.board->layout.size(); ++i)
    small.lanes.emplace_back(*small.board, i);
  small.truth.slots.clear();
  small.truth.by_id.clear();
  small.truth.now = whole.truth.now;
  small.truth.catalogue = whole.truth.catalogue;
  for (const auto* from : what.markets) {
    auto& to = small.truth.slots.emplace_back();
    to.subject = from->subject;
    to.state = from->state;
    to.stale = from->stale;
    to.source_id = from->source_id;
    small.truth.by_id[to.subject->id] = &to;
    small.mark(to);
  }
  small.flush();
  return answer_of(small, what.query, scan_limit) != small.truth.page(what.query, small.now_ms());
}

/// TICKBOARD_SEED repeats a run.
std::uint64_t chosen_seed() {
  const auto* const given = std::getenv("TICKBOARD_SEED");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
}

} // namespace

TEST_CASE("any legal question is answered as by looking at every market and sorting") {
  const auto seed = chosen_seed();
  MESSAGE("seed " << seed);
  filled_board on{seed};
  on.set_epochs();
  std::size_t rows = 0, empty = 0, refused = 0;
  for (int round = 0; round < rounds; ++round) {
    on.grow(round == 0 ? 1 + on.truth.pick(40) : 20);
    for (int i = 0; i < questions; ++i) {
      const auto query = on.random_query();
      const auto scan_limit = 1 + static_cast<std::uint32_t>(on.truth.pick(300));
      const auto expected = on.truth.page(query, on.now_ms());
      const auto answer = answer_of(on, query, scan_limit);
      refused += expected.empty() ? 1 : 0;
      empty += expected.starts_with("{\"data\":[]") ? 1 : 0;
      rows += answer.size();
      if (answer == expected)
        continue;
      small_case failing{query, {}};
      for (const auto& market : on.truth.slots)
        failing.markets.push_back(&market);
      if (still_fails(failing, on, scan_limit))
        failing = shrink(failing,
                         [&](const small_case& what) { return still_fails(what, on, scan_limit); });
      FAIL("seed " << seed << ", scan limit " << scan_limit << ": " << failing.text());
    }
  }
  // The questions must be worth asking.
  CHECK(empty + refused < rounds * questions / 2);
  CHECK(refused < rounds * questions / 4);
  CHECK(rows > 0);
}

TEST_CASE("other formats hold the same rows, in the same order") {
  filled_board on{13};
  on.set_epochs();
  on.grow(100);
  const auto cut = [](const rapidjson::Value& row, const view_shape& shape) {
    std::string out;
    for (const auto name : shape.members.empty() ? row_members() : shape.members) {
      const auto& value = row[std::string{name}.c_str()];
      out += (out.empty() ? "" : ",") + std::string{name} + "=";
      if (value.IsBool())
        out += value.GetBool() ? "true" : "false";
      else if (!value.IsNull())
        out += value.GetString(); // numbers too: they are read as text
    }
    return out;
  };
  constexpr auto flags = rapidjson::kParseNumbersAsStringsFlag;
  for (int i = 0; i < 200; ++i) {
    auto query = on.random_query();
    const auto plain = on.ask(query, 100);
    if (!plain.body)
      continue;
    for (const auto name : row_members())
      if (on.truth.pick(3) == 0)
        query.shape.members.push_back(name);
    rapidjson::Document json;
    REQUIRE_FALSE(json.Parse<flags>(plain.body->c_str()).HasParseError());
    std::vector<std::string> expected;
    for (const auto& row : json["data"].GetArray())
      expected.push_back(cut(row, query.shape));

    const auto projected = on.ask(query, 100);
    REQUIRE_FALSE(json.Parse<flags>(projected.body->c_str()).HasParseError());
    CHECK(json["page"].IsObject());
    std::vector<std::string> rows;
    for (const auto& row : json["data"].GetArray())
      rows.push_back(cut(row, query.shape));
    CHECK(rows == expected);

    query.shape.format = view_format::ndjson;
    std::istringstream lines{*on.ask(query, 100).body};
    rows.clear();
    for (std::string line; std::getline(lines, line);) {
      REQUIRE_FALSE(json.Parse<flags>(line.c_str()).HasParseError());
      rows.push_back(cut(json, query.shape));
    }
    CHECK(rows == expected);

    query.shape.format = view_format::csv;
    std::istringstream table{*on.ask(query, 100).body};
    rows.clear();
    std::vector<std::string> names;
    for (std::string line; std::getline(table, line);) { // no value here needs quotes
      REQUIRE(line.ends_with('\r'));
      line.back() = ',';
      std::vector<std::string> values;
      for (std::size_t at = 0; at < line.size(); at = line.find(',', at) + 1)
        values.push_back(line.substr(at, line.find(',', at) - at));
      if (names.empty()) {
        names = values;
        continue;
      }
      REQUIRE(values.size() == names.size());
      std::string row;
      for (std::size_t k = 0; k < names.size(); ++k)
        row += (k == 0 ? "" : ",") + names[k] + "=" + values[k];
      rows.push_back(row);
    }
    CHECK(rows == expected);
  }
}

TEST_CASE("explain says what a view cost, within the limits") {
  filled_board on{11};
  on.set_epochs();
  on.grow(200);
  const auto explain = [&](view_query query, std::uint32_t scan_limit) {
    query.explain = true;
    const auto outcome = on.ask(query, scan_limit);
    REQUIRE(outcome.body);
    const auto at = outcome.body->find("\"explain\":");
    REQUIRE(at != std::string::npos);
    return outcome.body->substr(at + 10, outcome.body->find(",\"us\":", at) - at - 10);
  };
  view_query query;
  query.sort = *find_sort_field("last");
  CHECK(explain(query, 100) ==
        R"({"index":"last","partitions":[":board"],"pruned":2,"scanned":50,"calls":1)");
  query.quotes.values = {"USDT"};
  CHECK(explain(query, 100)
            .starts_with(R"({"index":"last","partitions":["USDT"],"pruned":2,"scanned":)"));
  query.sort = *find_sort_field("bid"); // only the board knows
  CHECK(explain(query, 500).starts_with(R"({"index":"bid","partitions":[":board"],)"));
  // A narrow range is gathered, whatever the order; of a wider one the sort's index is walked, to
  // the end if only that tells how many there are.
  query.stale = true;
  CHECK(explain(query, 500).starts_with(R"({"index":"stale","partitions":[":board"],)"));
  query.stale = false;
  CHECK(explain(query, 60).starts_with(R"({"index":"bid",)"));
  CHECK(explain(query, 60).ends_with(R"("scanned":200,"calls":8)"));
  query.quotes = {};
  query.per_page = 10;
  CHECK(explain(query, 400).starts_with(R"({"index":"stale",)"));
  CHECK(explain(query, 60).ends_with(R"("scanned":30,"calls":2)"));
  query.ranges = {{*find_sort_field("last"), 4, 4.1}}; // the narrower one
  CHECK(explain(query, 400).starts_with(R"({"index":"last",)"));
  query.ranges[0].highest = 100;
  query.stale = true;
  CHECK(explain(query, 400).starts_with(R"({"index":"stale",)"));
  query = {};
  query.bases.values = {"B1", "B2"};
  CHECK(explain(query, 100).starts_with(R"({"index":"bases",)"));
  CHECK(explain(query, 1).starts_with(R"({"index":"id",)")); // too many to gather: walked
  query = {};
  query.categories.values = {"rare"};
  CHECK(explain(query, 100).starts_with(R"({"index":"bases",)")); // of one base: gathered
  query.categories.exclude = true;
  CHECK(explain(query, 500) ==
        R"({"index":"id","partitions":[":board"],"pruned":2,"scanned":200,"calls":1)");
  query.categories = {{"no-such"}, false};
  CHECK(explain(query, 500) ==
        R"({"index":"id","partitions":[":board"],"pruned":2,"scanned":0,"calls":1)");
  query = {};
  query.ids = {on.truth.slots[0].subject->id};
  query.given_order = true;
  CHECK(explain(query, 100) ==
        R"({"index":"ids","partitions":[":board"],"pruned":2,"scanned":1,"calls":1)");
}

TEST_CASE("following the cursor meets every market once, in the order of the view") {
  filled_board on{12};
  on.set_epochs();
  on.grow(200);
  for (int round = 0; round < 30; ++round) {
    auto query = on.random_query();
    query.around.clear();
    query.page = 1;
    query.by_cursor = true;
    query.after.reset();
    std::vector<std::string> expected, met;
    for (const auto& [place, market] : on.truth.view(query, on.now_ms()))
      expected.push_back(market->subject->id);
    for (bool more = true; more;) {
      const auto outcome = on.ask(query, 50);
      REQUIRE(outcome.body);
      for (auto& id : filled_board::ids_in(*outcome.body))
        met.push_back(std::move(id));
      more = !outcome.place.next.empty();
      if (more) {
        const auto place = read_cursor_token(query, outcome.place.next);
        REQUIRE(place);
        query.after = *place;
      }
    }
    INFO(query.canonical());
    CHECK(met == expected);
  }
}
