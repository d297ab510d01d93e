#include "actors/query.hpp"
#include "actors/search_evaluation.hpp"
#include "tests/integration/store/model.hpp"
#include "tests/support/shared_workers.hpp"

#include <caf/all.hpp>

#include <csignal>

using namespace tickboard;
using test::model;
using test::store;

namespace {

constexpr std::int64_t searched_ms = model::start_ms + 1'000'000;
const std::string search_end = ",\"as_of_ms\":" + std::to_string(searched_ms) + "}";

std::string shown(const slot& market) {
  return model::aged(model::row(market), searched_ms);
}

/// A board with 40 markets in Redis, not yet said to be whole.
struct searched_board {
  searched_board() {
    truth.add_markets(40, {"USDT", "EUR"});
    lane on{*board, redis::layout::board};
    for (auto& market : truth.slots)
      on.mark(market);
    test::drain(redis, on, "t");
  }

  void set_epoch() { redis.run({"SET", board->layout[redis::layout::board].epoch, "1"}); }

  evaluation_outcome ask(std::vector<found_document> found) {
    std::promise<evaluation_outcome> promise;
    evaluate_found(board, redis.client, found_asked{std::move(found)}, searched_ms,
                   [&](evaluation_outcome outcome) { promise.set_value(std::move(outcome)); });
    return promise.get_future().get();
  }

  store redis;
  board_ptr board = std::make_shared<const tickboard::board>("t", std::vector<std::string>{"USDT"});
  model truth{11};
};

found_document asset_found(std::string symbol, std::string name, std::string slug,
                           match_class match) {
  return {std::make_shared<const search_asset>(
              search_asset{std::move(symbol), std::move(name), std::move(slug)}),
          match};
}

} // namespace

TEST_CASE("what was found comes in its order, with the rows as they are stored") {
  searched_board on;
  on.set_epoch();
  std::vector<found_document> found;
  std::string expected;
  for (const auto& slot : on.truth.slots) {
    found.push_back({slot.subject, match_class::word});
    expected += (expected.empty() ? "" : ",") +
                (R"({"kind":"market","match":"word","market":)" + shown(slot) + "}");
  }
  CHECK(*on.ask(found).body == R"({"data":[)" + expected + "]" + search_end);
}

TEST_CASE("assets and markets without a row stand between those that have one") {
  searched_board on;
  on.set_epoch();
  const auto& first = on.truth.slots[0];
  const auto& second = on.truth.slots[1];
  const auto told = on.ask({asset_found("B\"", "Quote", "q", match_class::exact),
                            {first.subject, match_class::prefix},
                            {*make_market("new", "X", "USDT", "XUSDT"), match_class::word},
                            {second.subject, match_class::typo}});
  REQUIRE(told.body);
  CHECK(
      *told.body ==
      R"({"data":[{"kind":"asset","match":"exact","symbol":"B\"","name":"Quote","slug":"q","asset":null},)"
      R"({"kind":"market","match":"prefix","market":)" +
          shown(first) +
          R"(},{"kind":"market","match":"word","id":"new:X-USDT","market":null},)"
          R"({"kind":"market","match":"typo","market":)" +
          shown(second) + "}]" + search_end);
  CHECK(told.total == 4);
}

TEST_CASE("an asset that is in no catalogue has no names but its symbol") {
  searched_board on;
  CHECK(*on.ask({asset_found("XYZ", "", "", match_class::exact)}).body ==
        R"({"data":[{"kind":"asset","match":"exact","symbol":"XYZ","name":null,"slug":null,)"
        R"("asset":null}])" +
            search_end);
}

TEST_CASE("assets come with their rows while these are whole") {
  searched_board on;
  on.set_epoch();
  const auto& keys = on.board->assets;
  const std::string row =
      R"({"symbol":"B","received_ms":)" + std::to_string(searched_ms - 5) + R"(,"stale":false})";
  on.redis.run({"HSET", keys.row, "B", row});
  const auto ask = [&] {
    return *on.ask({asset_found("A", "An A", "a", match_class::exact),
                    {on.truth.slots[0].subject, match_class::word},
                    asset_found("B", "A B", "b", match_class::typo)})
                .body;
  };
  const auto market =
      R"(,{"kind":"market","match":"word","market":)" + shown(on.truth.slots[0]) + "},";
  const std::string unknown =
      R"({"data":[{"kind":"asset","match":"exact","symbol":"A","name":"An A","slug":"a","asset":null})";
  CHECK(ask() == unknown + market +
                     R"({"kind":"asset","match":"typo","symbol":"B","name":"A B","slug":"b",)" +
                     R"("asset":null}])" + search_end);
  on.redis.run({"SET", keys.epoch, "1"});
  CHECK(ask() == unknown + market + R"({"kind":"asset","match":"typo","asset":)" +
                     model::aged(row, searched_ms) + "}]" + search_end);
  CHECK(*on.ask({asset_found("B", "", "", match_class::exact)}).body ==
        R"({"data":[{"kind":"asset","match":"exact","asset":)" + model::aged(row, searched_ms) +
            "}]" + search_end);
}

TEST_CASE("a board that is not whole is an error; assets alone need none, but they need Redis") {
  searched_board on;
  const std::vector<found_document> market{{on.truth.slots[0].subject, match_class::exact}};
  const std::vector<found_document> assets{asset_found("A", "", "", match_class::exact)};
  CHECK(on.ask(market).error == ec::rebuilding);
  CHECK(on.ask(assets).problem.empty());
  CHECK(on.ask(assets).passing); // their rows come
  CHECK(*on.ask({}).body == R"({"data":[])" + search_end);
  CHECK_FALSE(on.ask({}).passing);
  on.set_epoch();
  CHECK(on.ask(market).problem.empty());
  on.redis.run({"FLUSHALL"});
  CHECK(on.ask(market).error == ec::rebuilding);
  on.redis.server->kill(SIGKILL);
  for (const auto& which :
       std::vector<std::vector<found_document>>{market, assets, {market[0], assets[0]}}) {
    const auto told = on.ask(which);
    CHECK(told.error == ec::store_unavailable);
    CHECK_FALSE(told.problem.empty());
    CHECK(told.body == nullptr);
  }
}

TEST_CASE("rows of assets that Redis refuses are an error, also beside markets that it has") {
  searched_board on;
  on.set_epoch();
  on.redis.run({"SET", on.board->assets.epoch, "1"});
  on.redis.run({"SET", on.board->assets.row, "no hash"});
  const auto asset = asset_found("A", "", "", match_class::exact);
  for (const auto& which : std::vector<std::vector<found_document>>{
           {asset}, {asset, {on.truth.slots[0].subject, match_class::exact}}}) {
    const auto told = on.ask(which);
    CHECK(told.error == ec::store_unavailable);
    CHECK_MESSAGE(told.problem.find("WRONGTYPE") != std::string::npos, told.problem);
    CHECK(told.body == nullptr);
  }
}

TEST_CASE("answers are shared by those whose answer is the same, and by nobody else") {
  const auto one = *make_market("x", "A", "B", "ab"), other = *make_market("x", "A", "C", "ac");
  const auto key = [](std::vector<found_document> found) {
    return found_asked{std::move(found)}.canonical();
  };
  const auto first = key({{one, match_class::exact}, {other, match_class::typo}});
  CHECK(first == key({{one, match_class::exact}, {other, match_class::typo}}));
  CHECK(first != key({{other, match_class::typo}, {one, match_class::exact}}));
  CHECK(first != key({{one, match_class::exact}, {other, match_class::word}}));
  CHECK(first != key({{one, match_class::exact}}));
  CHECK(key({{one, match_class::exact}}) !=
        key({asset_found("x:A-B", "", "", match_class::exact)}));
}

TEST_CASE("the query actor answers for search") {
  searched_board on;
  on.set_epoch();
  test::shared_workers config;
  caf::actor_system system{config};
  query_config asking;
  asking.board = on.board;
  asking.open = [&](std::vector<board::script_ptr> scripts, redis::client_events) {
    return on.redis.connect(std::move(scripts));
  };
  const auto asked = system.spawn(query, asking);
  const auto& slot = on.truth.slots[0];
  caf::scoped_actor self{system};
  std::string body;
  self->request(asked, std::chrono::seconds{30}, found_asked{{{slot.subject, match_class::exact}}})
      .receive([&](const answer& told) { body = *told.body; },
               [&](const caf::error& error) { FAIL(describe(error)); });
  const auto row = model::row(slot); // its age is of now
  CHECK(body.starts_with(R"({"data":[{"kind":"market","match":"exact","market":)" +
                         row.substr(0, row.find(",\"source\":")) + ",\"age_ms\":"));
  CHECK(body.find(row.substr(row.find(",\"source\":")) + "}],\"as_of_ms\":") != body.npos);
  caf::anon_send_exit(asked, caf::exit_reason::user_shutdown);
}

TEST_CASE("the last good answer of search has the rows that assets had") {
  searched_board on;
  test::shared_workers config;
  caf::actor_system system{config};
  query_config asking;
  asking.board = on.board;
  asking.max_stale = std::chrono::hours{1};
  asking.open = [&](std::vector<board::script_ptr> scripts, redis::client_events) {
    return on.redis.connect(std::move(scripts));
  };
  const auto asked = system.spawn(query, asking);
  caf::scoped_actor self{system};
  const auto ask = [&] {
    answer out;
    self->request(asked, std::chrono::seconds{30},
                  found_asked{{asset_found("A", "An A", "a", match_class::exact)}})
        .receive([&](const answer& told) { out = told; },
                 [&](const caf::error& error) { FAIL(describe(error)); });
    return out;
  };
  on.redis.run({"SET", on.board->assets.epoch, "1"});
  on.redis.run({"HSET", on.board->assets.row, "A", R"({"symbol":"A","received_ms":1})"});
  const std::string row = R"("asset":{"symbol":"A",)";
  CHECK(ask().body->find(row) != std::string::npos);
  on.redis.run({"DEL", on.board->assets.epoch}); // they are written anew
  const auto without = ask();
  CHECK(without.body->find(R"("asset":null)") != std::string::npos);
  CHECK(without.stale_since_ms == 0);
  on.redis.server->kill(SIGKILL);
  const auto last = ask();
  CHECK(last.stale_since_ms != 0);
  CHECK(last.body->find(row) != std::string::npos);
  caf::anon_send_exit(asked, caf::exit_reason::user_shutdown);
}
