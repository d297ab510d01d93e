#include "tests/integration/store/filled_board.hpp"

using namespace tickboard;
using test::filled_board;
using test::model;

namespace {

std::string token_in(const evaluation_outcome& outcome) {
  REQUIRE(outcome.body);
  REQUIRE_FALSE(outcome.place.snapshot.empty());
  REQUIRE(outcome.body->find("\"snapshot\":\"" + outcome.place.snapshot + '"') !=
          std::string::npos);
  return outcome.place.snapshot;
}

view_query page_of(const std::string& token, std::uint32_t page, std::uint32_t per_page) {
  view_query out;
  out.snapshot = snapshot_use::read;
  out.frozen = *read_snapshot_token(nullptr, token);
  out.page = page;
  out.per_page = per_page;
  return out;
}

/// Every row of the snapshot, by its pages; between them `meanwhile` happens.
template <class Meanwhile>
std::vector<std::string> walk(filled_board& on, const std::string& token, bool frozen_rows,
                              Meanwhile meanwhile) {
  std::vector<std::string> out;
  for (std::uint32_t page = 1;; ++page) {
    auto query = page_of(token, page, 7);
    query.frozen_rows = frozen_rows;
    const auto outcome = on.ask(query, 100);
    REQUIRE(outcome.body);
    for (auto& id : filled_board::ids_in(*outcome.body)) {
      const auto row = model::aged(model::row(*on.truth.by_id.at(id)), on.now_ms());
      if (!frozen_rows)
        CHECK(outcome.body->find(row) != std::string::npos); // the row of now
      out.push_back(std::move(id));
    }
    if (page * 7 >= outcome.total)
      return out;
    meanwhile();
  }
}

std::vector<std::string> ids_of(filled_board& on, const view_query& query) {
  std::vector<std::string> out;
  for (const auto& [place, market] : on.truth.view(query, on.now_ms()))
    out.push_back(market->subject->id);
  return out;
}

void rerank(filled_board& on) {
  for (auto& market : on.truth.slots) {
    on.truth.change(market);
    on.mark(market);
  }
  on.flush();
}

std::size_t snapshot_keys_left(filled_board& on) {
  std::size_t out = 0;
  for (const auto& key : on.redis.run({"KEYS", "*snapshot:*"}).elements) {
    ++out;
    CHECK(on.redis.run({"PTTL", key.text}).integer > 0); // nothing stays for good
  }
  return out;
}

} // namespace

TEST_CASE("a snapshot is the ranking of its view when it was made, whatever happens then") {
  const std::uint64_t seed = std::random_device{}();
  INFO("seed " << seed);
  filled_board on{seed};
  on.set_epochs();
  on.grow(150);
  for (int round = 0; round < 30; ++round) {
    auto query = on.random_query();
    query.by_cursor = false;
    query.after.reset();
    query.around.clear();
    query.page = 1;
    query.snapshot = snapshot_use::make;
    query.frozen_rows = round % 3 == 0;
    INFO(query.canonical());
    const auto expected = ids_of(on, query);
    std::map<std::string, std::string> rows;
    for (const auto& market : on.truth.slots)
      rows[market.subject->id] = model::row(market);
    evaluation_bounds bounds;
    bounds.scan_limit = 10 + static_cast<std::uint32_t>(on.truth.pick(200));
    bounds.max_snapshots = 1'000;
    const auto first = on.start(query, bounds).get();
    const auto token = token_in(first);
    CHECK(first.total == expected.size());
    CHECK(walk(on, token, false, [&] { rerank(on); }) == expected);
    if (query.frozen_rows) {
      auto all = page_of(token, 1, 250);
      all.frozen_rows = true;
      const auto outcome = on.ask(all, 1'000);
      std::string data = "{\"data\":[";
      for (const auto& id : expected)
        data += (data.back() == '[' ? "" : ",") + model::aged(rows.at(id), all.frozen->created_ms);
      const bool as_then = outcome.body->starts_with(data + ']');
      CHECK(as_then);
      CHECK(outcome.body->find("\"as_of_ms\":" + std::to_string(all.frozen->created_ms)) !=
            std::string::npos);
      CHECK(walk(on, token, true, [&] { rerank(on); }) == expected);
    }
    if (!expected.empty()) {
      auto around = page_of(token, 1, 5);
      const auto rank = on.truth.pick(expected.size());
      around.around = expected[rank];
      const auto outcome = on.ask(around, 100);
      REQUIRE(outcome.body);
      CHECK(outcome.body->find(",\"rank\":" + std::to_string(rank + 1) + ',') != std::string::npos);
      CHECK(outcome.place.number == rank / 5 + 1);
    }
  }
}

TEST_CASE("a snapshot has each market once, though all ranks change while it is made and read") {
  filled_board on{21};
  on.set_epochs();
  on.grow(220);
  view_query query;
  query.sort = *find_sort_field("last");
  query.per_page = 1;
  query.snapshot = snapshot_use::make;
  evaluation_bounds bounds;
  bounds.scan_limit = 3; // 75 pieces
  bounds.max_snapshots = 100;
  int changes = 0;
  for (int round = 0; round < 4; ++round) {
    auto making = on.start(query, bounds);
    do {
      rerank(on);
      ++changes;
    } while (making.wait_for(std::chrono::seconds{0}) != std::future_status::ready);
    auto met = walk(on, token_in(making.get()), false, [&] { rerank(on); });
    REQUIRE(met.size() == on.truth.slots.size());
    std::sort(met.begin(), met.end());
    CHECK(std::adjacent_find(met.begin(), met.end()) == met.end());
  }
  CHECK(changes > 4); // it was made while ranks changed, not between changes
}

TEST_CASE("snapshots expire, and say so") {
  filled_board on{22};
  on.set_epochs();
  on.grow(40);
  view_query query;
  query.snapshot = snapshot_use::make;
  query.frozen_rows = true;
  const auto token = token_in(on.ask(query, 100));
  CHECK(snapshot_keys_left(on) == 3);
  const auto alive = on.board->layout.snapshot(page_of(token, 1, 1).frozen->name).alive;
  CHECK(on.redis.run({"PTTL", alive}).integer <= 300'000);
  CHECK(on.ask(page_of(token, 1, 10), 100).body);
  on.redis.run({"DEL", alive}); // as time does
  const auto gone = on.ask(page_of(token, 1, 10), 100);
  CHECK_FALSE(gone.body);
  CHECK(gone.refusal.status == 410);
  on.redis.run({"FLUSHALL"});
  CHECK(on.ask(query, 100).error == ec::rebuilding);
  CHECK(on.ask(page_of(token, 1, 10), 100).error == ec::rebuilding);
}

TEST_CASE("a snapshot of named markets tells which of them there are not") {
  filled_board on{25};
  on.set_epochs();
  on.grow(30);
  view_query query;
  query.ids = {"x", on.truth.slots[3].subject->id, "alpha:B1-NONE"};
  query.given_order = true;
  query.snapshot = snapshot_use::make;
  const auto first = on.ask(query, 100);
  REQUIRE(first.body);
  CHECK(first.total == 1);
  CHECK(first.body->find(R"(,"missing":["x","alpha:B1-NONE"],)") != std::string::npos);
  const auto again = on.ask(page_of(token_in(first), 1, 10), 100);
  CHECK(again.body->find("missing") == std::string::npos); // the token alone does not know
}

TEST_CASE("an empty snapshot is there, too") {
  filled_board on{23};
  on.set_epochs();
  on.grow(10);
  view_query query;
  query.exchanges.values = {"nowhere"};
  query.snapshot = snapshot_use::make;
  const auto outcome = on.ask(query, 100);
  CHECK(outcome.total == 0);
  CHECK(on.ask(page_of(token_in(outcome), 1, 10), 100).body);
}

TEST_CASE("snapshots are bounded in number and in rows") {
  filled_board on{24};
  on.set_epochs();
  on.grow(60);
  view_query query;
  query.snapshot = snapshot_use::make;
  evaluation_bounds bounds;
  bounds.max_snapshots = 2;
  bounds.max_frozen_rows = 59;
  bounds.scan_limit = 20;
  query.frozen_rows = true;
  const auto large = on.start(query, bounds).get();
  CHECK(large.refusal.status == 400);
  CHECK(large.refusal.detail.find("59") != std::string::npos);
  CHECK(snapshot_keys_left(on) == 0);
  query.frozen_rows = false;
  const auto first = token_in(on.start(query, bounds).get());
  token_in(on.start(query, bounds).get());
  const auto third = on.start(query, bounds).get();
  CHECK(third.refusal.status == 503);
  CHECK(third.refusal.retry_after > std::chrono::seconds{0});
  CHECK(third.refusal.retry_after <= std::chrono::seconds{300});
  // The first one expires: there is room again.
  on.redis.run({"ZADD", on.board->layout[0].snapshots, "1", page_of(first, 1, 1).frozen->name});
  token_in(on.start(query, bounds).get());
}
