// Markets that are not followed any more leave Redis without a trace.

#include "tests/integration/store/model.hpp"
#include "tests/integration/store/written_board.hpp"

#include <map>
#include <random>
#include <set>

using namespace tickboard;
using namespace tickboard::test;
using namespace std::chrono_literals;

namespace {

using names = std::set<std::string>;

names names_in(const copied_reply& reply) {
  names out;
  for (const auto& one : reply.elements)
    out.insert(one.text);
  return out;
}

struct leaving_board : written_board {
  leaving_board() { assets_at->set(assets_probe.handle()); }

  void follow(const std::vector<std::pair<std::string, std::string>>& markets) {
    markets_followed told{"x", {}};
    for (const auto& [base, quote] : markets) {
      told.markets.push_back(*make_market("x", base, quote, base + quote));
      told.sources.push_back(1);
    }
    send(subject, std::move(told));
  }

  /// A writer that has heard of no market yet.
  void start_next_life(bool begins = true) {
    end(subject);
    writer_at->set(nullptr);
    start_writer(begins);
    CHECK(state_of<writer_state>(subject).slots.empty());
  }

  bool is_stale(const std::string& id) {
    return db.run({"GET", board_at->layout[0].row(id)}).text.ends_with("\"stale\":true}");
  }

  /// Every structure of both partitions holds these, by base and quote, and nothing else.
  void check_holds(const std::set<std::pair<std::string, std::string>>& markets) {
    for (const std::size_t partition : {0U, 1U}) {
      CAPTURE(partition);
      const auto& keys = board_at->layout[partition];
      names ids, bases;
      std::map<std::string, int> counts;
      for (const auto& [base, quote] : markets) {
        if (partition == 1 && quote != "USDT")
          continue;
        const auto id = "x:" + base + "-" + quote;
        ids.insert(id);
        bases.insert(base + "|" + id);
        ++counts["x|" + quote];
      }
      names rows;
      for (const auto& key : names_in(db.run({"KEYS", board_at->layout.rows_pattern(partition)})))
        rows.insert(key.substr(keys.rows.size()));
      CHECK(rows == ids);
      CHECK(names_in(db.run({"HKEYS", keys.version})) == ids);
      CHECK(names_in(db.run({"ZRANGE", keys.bases, "0", "-1"})) == bases);
      for (std::size_t i = 0; i < index_count; ++i)
        if (partition == 0 || i == id_field || is_everywhere(i))
          CHECK(names_in(db.run({"ZRANGE", keys.by[i], "0", "-1"})) == ids);
      std::map<std::string, int> counted;
      const auto stored = db.run({"HGETALL", keys.counts}).elements;
      for (std::size_t i = 0; i + 1 < stored.size(); i += 2)
        counted[stored[i].text] = std::stoi(stored[i + 1].text);
      CHECK(counted == counts);
    }
  }
};

} // namespace

TEST_CASE_FIXTURE(leaving_board, "what is not followed any more leaves Redis, and nothing else") {
  hear("BTC", "USDT", "1");
  hear("ETH", "USDT", "2");
  hear("ETH", "EUR", "3");
  check_holds({{"BTC", "USDT"}, {"ETH", "USDT"}, {"ETH", "EUR"}});
  send(subject, markets_followed{"another feed", {}});
  settle();
  check_holds({{"BTC", "USDT"}, {"ETH", "USDT"}, {"ETH", "EUR"}});
  follow({{"BTC", "USDT"}, {"NEW", "USDT"}});
  settle();
  check_holds({{"BTC", "USDT"}});
  CHECK(state_of<writer_state>(subject).leaving.empty());
  wait(35s); // with sweeps, histories, all indexes
  check_holds({{"BTC", "USDT"}});
  hear("ETH", "EUR", "4");
  check_holds({{"BTC", "USDT"}, {"ETH", "EUR"}});
  const auto& held = state_of<writer_state>(subject).slots;
  send(subject, source_liveness{1, false});
  CHECK(std::ranges::all_of(held, [](const auto& one) { return one.second->stale; }));
  send(subject, source_liveness{2, true});
  CHECK(std::ranges::all_of(held, [](const auto& one) { return one.second->stale; }));
  send(subject, source_liveness{1, true});
  CHECK(std::ranges::none_of(held, [](const auto& one) { return one.second->stale; }));
}

TEST_CASE_FIXTURE(leaving_board, "of a source that lives, what it does not serve is stale alone") {
  hear("BTC", "USDT", "1");
  hear("ETH", "USDT", "2");
  const auto stale = [&] {
    std::set<std::string> out;
    for (const auto& [id, one] : state_of<writer_state>(subject).slots)
      if (one->stale)
        out.emplace(id);
    return out;
  };
  using ids = std::set<std::string>;
  send(subject, source_liveness{1, true, {"x:ETH-USDT", "x:NEVER-HEARD"}});
  CHECK(stale() == ids{"x:ETH-USDT"});
  hear("BTC", "USDT", "3");
  CHECK(stale() == ids{"x:ETH-USDT"});
  hear("ETH", "USDT", "4"); // it does after all
  CHECK(stale().empty());
  send(subject, source_liveness{1, false});
  send(subject, source_liveness{1, true, {"x:BTC-USDT"}});
  CHECK(stale() == ids{"x:BTC-USDT"});
  send(subject, source_liveness{1, true});
  CHECK(stale().empty());
}

TEST_CASE_FIXTURE(leaving_board,
                  "markets come and go while batches are under way and Redis fails") {
  const std::uint64_t seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937_64 random{seed};
  const auto pick = [&](std::size_t below) { return random() % below; };
  std::vector<std::pair<std::string, std::string>> all;
  for (const auto* base : {"A", "B", "C", "D", "E"})
    for (const auto* quote : {"USDT", "EUR", "USD"})
      all.emplace_back(base, quote);
  std::set<std::pair<std::string, std::string>> held;
  bool full = false;
  for (int step = 0; step < 1'500; ++step) {
    switch (pick(12)) {
    default: {
      const auto& one = all[pick(all.size())];
      receive(one.first, one.second, std::to_string(1 + pick(50)));
      held.insert(one);
      break;
    }
    case 0:
    case 1: {
      std::erase_if(held, [&](const auto&) { return pick(3) == 0; });
      follow({held.begin(), held.end()});
      break;
    }
    case 2:
    case 3:
    case 4:
      link->exchange();
      run();
      break;
    case 5:
      advance(std::chrono::milliseconds{pick(700)}, 50ms);
      break;
    case 6:
      if (pick(4) == 0)
        send(subject, rebuild{++incarnation});
      break;
    case 7:
      if (pick(4) == 0)
        ask(index_set{}.set());
      break;
    case 8:
      full = !full && pick(4) == 0; // Redis takes nothing while it is
      db.run({"CONFIG", "SET", "maxmemory", full ? "1" : "0"});
      break;
    }
    if (step % 100 == 99) {
      db.run({"CONFIG", "SET", "maxmemory", "0"});
      wait(3s, 500ms);
      check_holds(held);
      CHECK(state_of<writer_state>(subject).leaving.empty());
      if (pick(3) == 0) {
        db.run({"FLUSHALL"});
        send(subject, rebuild{++incarnation});
        wait(1s, 500ms);
        check_holds(held);
      }
      if (pick(3) == 0) {
        start_next_life();
        follow({held.begin(), held.end()});
        settle();
        CHECK(state_of<writer_state>(subject).slots.size() == held.size());
      }
    }
  }
}

TEST_CASE_FIXTURE(leaving_board, "a writer that is started anew takes over what is followed") {
  hear("BTC", "USDT", "1");
  hear("ETH", "EUR", "2");
  hear("ADA", "USDT", "3");
  start_next_life();
  SUBCASE("it turns stale with its connection, and leaves when it is not followed any more") {
    follow({{"BTC", "USDT"}, {"ETH", "EUR"}, {"ADA", "USDT"}, {"NEW", "EUR"}});
    settle();
    check_holds({{"BTC", "USDT"}, {"ETH", "EUR"}, {"ADA", "USDT"}});
    CHECK(state_of<writer_state>(subject).slots.size() == 3);
    CHECK_FALSE(is_stale("x:ETH-EUR"));
    send(subject, source_liveness{1, false});
    settle();
    CHECK(is_stale("x:BTC-USDT"));
    CHECK(is_stale("x:ETH-EUR"));
    SUBCASE("") {
      follow({{"BTC", "USDT"}});
      settle();
      check_holds({{"BTC", "USDT"}});
    }
    SUBCASE("the next one knows that it is") {
      start_next_life();
      follow({{"BTC", "USDT"}, {"ETH", "EUR"}});
      settle();
      CHECK(is_stale("x:BTC-USDT"));
      send(subject, source_liveness{1, true});
      settle();
      CHECK_FALSE(is_stale("x:BTC-USDT"));
    }
  }
  SUBCASE("it hears that they are stale before it has them") {
    send(subject, source_liveness{1, false});
    follow({{"BTC", "USDT"}, {"ETH", "EUR"}, {"ADA", "USDT"}});
    settle();
    CHECK(is_stale("x:ADA-USDT"));
  }
  SUBCASE("what is not followed any more before Redis has answered leaves, too") {
    follow({{"BTC", "USDT"}, {"ETH", "EUR"}, {"ADA", "USDT"}});
    follow({{"ETH", "EUR"}});
    settle();
    check_holds({{"ETH", "EUR"}});
  }
  SUBCASE("an update that comes before Redis' answer is newer") {
    follow({{"BTC", "USDT"}, {"ETH", "EUR"}, {"ADA", "USDT"}});
    advance(10ms);
    receive("ETH", "EUR", "7");
    settle();
    CHECK(state_of<writer_state>(subject).slots.at("x:ETH-EUR")->state.trade.last.text() == "7");
  }
  SUBCASE("over a new connection, if the old one did not answer") {
    follow({{"BTC", "USDT"}, {"ETH", "EUR"}, {"ADA", "USDT"}});
    db.run({"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"});
    const auto connects = keeper.all<writer_connected>().size();
    while (keeper.all<writer_connected>().size() == connects)
      settle();
    send(subject, rebuild{++incarnation});
    wait(250ms);
    CHECK(state_of<writer_state>(subject).slots.size() == 3);
  }
  SUBCASE("those of other feeds, and what is not followed, it leaves alone") {
    send(subject, markets_followed{"another feed", {}});
    follow({{"BTC", "USDT"}});
    settle();
    CHECK(state_of<writer_state>(subject).slots.size() == 1);
    check_holds({{"BTC", "USDT"}, {"ETH", "EUR"}, {"ADA", "USDT"}});
  }
  SUBCASE("damaged rows it leaves alone until their markets move") {
    db.run({"SET", board_at->layout[0].row("x:BTC-USDT"), "nonsense"});
    follow({{"BTC", "USDT"}, {"ETH", "EUR"}, {"ADA", "USDT"}});
    settle();
    CHECK(state_of<writer_state>(subject).slots.size() == 2);
    advance(10ms);
    hear("BTC", "USDT", "5");
    check_holds({{"BTC", "USDT"}, {"ETH", "EUR"}, {"ADA", "USDT"}});
  }
}

TEST_CASE_FIXTURE(leaving_board, "nothing is taken over before the order to write") {
  hear("BTC", "USDT", "1");
  start_next_life(false);
  follow({{"BTC", "USDT"}});
  wait(1s);
  CHECK(state_of<writer_state>(subject).slots.empty()); // it may yet be removed
  db.run({"FLUSHALL"});
  send(subject, rebuild{++incarnation});
  settle();
  CHECK(state_of<writer_state>(subject).slots.empty());
  check_holds({});
}

TEST_CASE_FIXTURE(leaving_board, "each writer takes over its own, however many these are") {
  std::vector<std::pair<std::string, std::string>> all;
  for (int i = 0; i < 3 * static_cast<int>(adoption::max_read); ++i) {
    all.emplace_back("B" + std::to_string(i), "USDT");
    receive(all.back().first, all.back().second, "1");
  }
  wait(1s);
  check_holds({all.begin(), all.end()});
  pool = 2;
  start_next_life();
  follow(all);
  wait(1s);
  std::size_t own = 0;
  for (const auto& [base, quote] : all)
    own += (*make_market("x", base, quote, base + quote))->hash % 2 == 0 ? 1 : 0;
  CHECK(own > 2 * adoption::max_read / 3);
  CHECK(state_of<writer_state>(subject).slots.size() == own);
}

TEST_CASE_FIXTURE(leaving_board, "a market that another daemon has newer stays, and is its own") {
  hear("BTC", "USDT", "1");
  hear("ETH", "USDT", "2");
  slot of_other;
  of_other.subject = *make_market("x", "ETH", "USDT", "ETHUSDT");
  ticker_patch patch;
  patch.subject = of_other.subject;
  patch.at = {now(), 0};
  patch.stats = stats_group{};
  lane others{*board_at, 0};
  const auto shown_last = [&] {
    const auto row = db.run({"GET", board_at->layout[0].row("x:ETH-USDT")}).text;
    rapidjson::Document json;
    json.Parse(row.c_str());
    return std::string{json.IsObject() ? json["last"].GetString() : ""};
  };
  for (const auto last : {"7", "8"}) { // before it left and after
    patch.at.ts_ms += 1;
    patch.trade = trade_group{*decimal::parse(last)};
    of_other.state.apply(patch);
    others.mark(of_other);
    if (last == std::string{"8"}) {
      follow({{"BTC", "USDT"}});
      settle();
      CHECK(shown_last() == "7");
      CHECK(others.is_merged(of_other)); // as it believes
    }
    if (drain(db, others, "other").what == lane_result::outcome::shared)
      drain(db, others, "other");
  }
  CHECK(shown_last() == "8");
}

TEST_CASE_FIXTURE(leaving_board, "other actors hear of markets that are gone") {
  hear("BTC", "USD", "90000");
  hear("BTC", "USDT", "90000");
  hear("DOGE", "USDT", "0.1");
  wait(5s);
  CHECK(shown("x:DOGE-USDT", "price_usd") == 0.1);
  CHECK(assets_probe.take<market_news>().size() > 0);
  follow({{"DOGE", "USDT"}, {"BTC", "USDT"}});
  wait(5s);
  CHECK(shown("x:DOGE-USDT", "price_usd") == null); // no rate is made of what is gone
  names gone;
  for (const auto& news : assets_probe.take<market_news>())
    for (const auto& one : news.gone)
      gone.insert(one->id);
  CHECK(gone == names{"x:BTC-USD"});
}
