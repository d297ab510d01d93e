#include "lua/scripts.hpp"
#include "tests/integration/store/model.hpp"

#include <csignal>
#include <map>
#include <random>

using namespace tickboard;
using test::drain;
using test::model;
using test::store;

namespace {

const board& the_board() {
  static const board one{"t", {"USDT"}};
  return one;
}

std::string stored_row(store& redis, const slot& market) {
  return redis.run({"GET", the_board().layout[0].row(market.subject->id)}).text;
}

/// Sizes of every structure of the board partition: they must agree.
void check_consistent(store& redis, std::size_t markets) {
  const auto& keys = the_board().layout[0];
  const auto expected = static_cast<std::int64_t>(markets);
  CHECK(redis.run({"KEYS", the_board().layout.rows_pattern(0)}).elements.size() == markets);
  CHECK(redis.run({"HLEN", keys.version}).integer == expected);
  CHECK(redis.run({"ZCARD", keys.bases}).integer == expected);
  for (const auto& index : keys.by)
    CHECK(redis.run({"ZCARD", index}).integer == expected);
  std::int64_t counted = 0;
  for (const auto& count : redis.run({"HVALS", keys.counts}).elements)
    counted += std::stoll(count.text);
  CHECK(counted == expected);
}

/// By index and id; -inf: null. Without those that never change.
using all_scores = std::map<std::string, double>;

all_scores stored_scores(store& redis, std::size_t partition) {
  all_scores out;
  for (std::size_t i = id_field + 1; i < index_count; ++i) {
    if (partition != redis::layout::board && !is_everywhere(i))
      continue;
    const auto found =
        redis.run({"ZRANGE", the_board().layout[partition].by[i], "0", "-1", "WITHSCORES"});
    for (std::size_t at = 0; at + 1 < found.elements.size(); at += 2)
      out[std::string{index_name(i)} + " " + found.elements[at].text] =
          std::stod(found.elements[at + 1].text);
  }
  return out;
}

void add_scores_shown(all_scores& to, const slot& market, std::size_t partition,
                      const index_set& which) {
  for (std::size_t i = id_field + 1; i < index_count; ++i)
    if (which[i] && (partition == redis::layout::board || is_everywhere(i)))
      to[std::string{index_name(i)} + " " + market.subject->id] =
          score_of(market.state, market.stale, i);
}

all_scores scores_shown(const model& truth, std::size_t partition, const index_set& which) {
  all_scores out;
  for (const auto& market : truth.slots)
    add_scores_shown(out, market, partition, which);
  return out;
}

index_set some_indexes(model& truth) {
  index_set out;
  for (std::size_t i = 0; i < index_count; ++i)
    out[i] = i == stale_index || truth.pick(3) == 0;
  return out;
}

void change_some(model& truth, lane& on) {
  for (auto changes = truth.pick(4); changes > 0; --changes) {
    auto& market = truth.slots[truth.pick(truth.slots.size())];
    truth.change(market);
    on.mark(market);
  }
}

all_scores only(const all_scores& from, const all_scores& named) {
  all_scores out;
  for (const auto& [name, score] : from)
    if (named.contains(name))
      out[name] = score;
  return out;
}

} // namespace

TEST_CASE("a market changed many times while a batch is under way is sent once") {
  store redis;
  model truth{5};
  truth.add_markets(3, {"USDT"});
  lane on{the_board(), 0};
  for (auto& market : truth.slots)
    for (int i = 0; i < 10; ++i)
      on.mark(market);
  auto calls = on.take_batch("t1", {}, lane::way::script, [](const lane_result&) {});
  CHECK(on.batch_size() == 3);
  CHECK_FALSE(on.has_waiting());
  on.mark(truth.slots[0]);
  on.mark(truth.slots[0]);
  CHECK(on.has_waiting());
  on.finish({});
  calls = on.take_batch("t1", {}, lane::way::script, [](const lane_result&) {});
  CHECK(on.batch_size() == 1);
}

TEST_CASE("plain commands leave in Redis what the script does, and nothing once it was claimed") {
  store redis;
  model truth{11};
  truth.add_markets(20, {"USDT"});
  const auto all = index_set{}.set();
  for (const std::size_t partition : {0U, 1U}) {
    CAPTURE(partition);
    lane on{the_board(), partition};
    const auto& keys = the_board().layout[partition];
    const auto check_stored = [&] {
      CHECK(stored_scores(redis, partition) == scores_shown(truth, partition, all));
      for (const auto& market : truth.slots) {
        const auto& id = market.subject->id;
        CHECK(redis.run({"GET", keys.row(id)}).text == model::row(market));
        CHECK(redis.run({"HGET", keys.version, id}).text == encode_version(market.state));
      }
    };
    const auto send = [&] { return test::run_batch(redis, on, "t", lane::way::commands).what; };
    for (auto& market : truth.slots)
      on.mark(market);
    CHECK_FALSE(on.is_plain()); // nothing was merged yet
    REQUIRE(drain(redis, on, "t").what == lane_result::outcome::done);
    for (int step = 0; step < 20; ++step) {
      change_some(truth, on);
      if (!on.has_waiting())
        continue;
      REQUIRE(on.is_plain());
      REQUIRE(send() == lane_result::outcome::done);
      check_stored();
    }
    redis.run({"WATCH", keys.owner});
    redis.run({"SET", keys.owner, "another"});
    const auto before = stored_scores(redis, partition);
    for (auto& market : truth.slots) {
      truth.change(market);
      on.mark(market);
    }
    REQUIRE(on.is_plain());
    CHECK(send() == lane_result::outcome::shared);
    CHECK(stored_scores(redis, partition) == before);
    CHECK_FALSE(on.is_plain()); // they are merged next
    for (auto& market : truth.slots)
      CHECK(market.entry(partition).brought); // whoever has the partition now
    drain(redis, on, "t");
    drain(redis, on, "t"); // the first one was told that the owner had changed
    check_stored();
  }
}

TEST_CASE("batches are bounded") {
  model truth{6};
  truth.add_markets(200, {"USDT", "EUR", "X"});
  std::deque<slot> many(600);
  lane on{the_board(), 0};
  for (auto& one : many) {
    one.subject = truth.slots[0].subject;
    on.mark(one);
  }
  const auto calls = on.take_batch("t", {}, lane::way::script, [](const lane_result&) {});
  CHECK(on.batch_size() == lane::max_batch);
}

TEST_CASE("two daemons: neither overwrites a newer group of the other, and both end equal") {
  store redis;
  model truth{7};
  truth.add_markets(1, {"USDT"});
  auto& a = truth.slots[0];
  slot b;
  b.subject = a.subject;
  a.state = b.state = {};
  const auto patch = [&](slot& to, std::int64_t ts, const char* last, const char* bid) {
    ticker_patch out;
    out.subject = a.subject;
    out.at = {ts, 0};
    if (last != nullptr)
      out.trade = trade_group{*decimal::parse(last)};
    if (bid != nullptr)
      out.quote = quote_group{*decimal::parse(bid), {}, {}, {}};
    to.state.apply(out);
  };
  lane of_a{the_board(), 0}, of_b{the_board(), 0};
  patch(a, 100, "10", nullptr);
  of_a.mark(a);
  CHECK(drain(redis, of_a, "A").what == lane_result::outcome::done);

  patch(b, 90, "9", "8.9"); // an older trade, but the only quote
  of_b.mark(b);
  const auto refused = drain(redis, of_b, "B");
  REQUIRE(refused.conflicts.size() == 1);
  CHECK(stored_row(redis, a).find("\"last\":\"10\"") != std::string::npos);
  const auto stored = decode_row(refused.conflicts[0].row, refused.conflicts[0].version);
  REQUIRE(stored);
  CHECK(b.state.adopt(*stored));
  of_b.mark(b);
  CHECK(drain(redis, of_b, "B").conflicts.empty());
  CHECK(stored_row(redis, a).find("\"last\":\"10\",\"bid\":\"8.9\"") != std::string::npos);

  // A wrote last under its own token, B since: A's plain write is refused as a whole.
  patch(a, 110, "11", nullptr);
  of_a.mark(a);
  CHECK(drain(redis, of_a, "A").what == lane_result::outcome::shared);
  const auto conflict = drain(redis, of_a, "A");
  REQUIRE(conflict.conflicts.size() == 1);
  CHECK(a.state.adopt(*decode_row(conflict.conflicts[0].row, conflict.conflicts[0].version)));
  of_a.mark(a);
  drain(redis, of_a, "A");
  CHECK(stored_row(redis, a).find("\"last\":\"11\",\"bid\":\"8.9\"") != std::string::npos);
  check_consistent(redis, 1);
}

TEST_CASE(
    "after another daemon's write every market is merged again, and none is looked at for it") {
  store redis{{the_board().write, the_board().merge}};
  model truth{11};
  truth.add_markets(200, {"USDT"});
  lane ours{the_board(), 0};
  for (auto& market : truth.slots)
    ours.mark(market);
  REQUIRE(drain(redis, ours, "A").what == lane_result::outcome::done);
  const auto is_merged = [&](const slot& one) { return ours.is_merged(one); };
  REQUIRE(std::ranges::all_of(truth.slots, is_merged));
  redis.run({"SET", the_board().layout[0].owner, "B"});
  std::vector<std::uint64_t> before;
  for (const auto& market : truth.slots)
    before.push_back(market.entries[0].merged);
  truth.change(truth.slots[0]);
  ours.mark(truth.slots[0]);
  CHECK(drain(redis, ours, "A").what == lane_result::outcome::shared);
  CHECK(std::ranges::none_of(truth.slots, is_merged));
  for (std::size_t i = 1; i < before.size(); ++i)
    CHECK(truth.slots[i].entries[0].merged == before[i]);

  ours.mark(truth.slots[1]);                                           // the other waits already
  CHECK(drain(redis, ours, "A").what == lane_result::outcome::shared); // it takes the partition
  for (const std::size_t i : {0U, 1U})
    ours.mark(truth.slots[i]);
  CHECK(drain(redis, ours, "A").what == lane_result::outcome::done);
  CHECK(is_merged(truth.slots[0]));
  CHECK(is_merged(truth.slots[1]));
  CHECK_FALSE(is_merged(truth.slots[2]));
  check_consistent(redis, 200);
}

TEST_CASE("merging brings back what lists a market, though its version is still stored") {
  store redis;
  model truth{12};
  truth.add_markets(20, {"USDT", "EUR"});
  lane on{the_board(), 0};
  const auto mark_all = [&] {
    for (auto& market : truth.slots)
      on.mark(market);
  };
  mark_all();
  REQUIRE(drain(redis, on, "A").what == lane_result::outcome::done);
  const auto& keys = the_board().layout[0];
  redis.run({"DEL", keys.bases, keys.counts, keys.by[id_field], keys.owner});
  for (const bool again : {false, true}) { // the second time all is there, and nothing is counted
    CAPTURE(again);
    for (auto& market : truth.slots)
      market.entries[0].merged = 0;
    mark_all();
    drain(redis, on, again ? "C" : "B");
    check_consistent(redis, truth.slots.size());
  }
}

TEST_CASE("scripts compare stored states as the writer does") {
  store redis;
  const auto script = std::string{lua::order} + "return covers(ARGV[1], ARGV[2]) and 1 or 0";
  std::mt19937_64 random{5};
  const auto any = [&] {
    // Within and beyond what is taken for one clock; received before and after.
    ticker out;
    for (auto* mark : {&out.trade_at, &out.quote_at, &out.stats_at}) {
      if (random() % 4 != 0)
        mark->ts_ms = 1'700'000'000'000 + static_cast<std::int64_t>(random() % 3 * 59'999);
      mark->sequence = random() % 2 * 0xffff'ffff'ffff'fffULL + random() % 2;
      mark->received_ms = 1'700'000'000'000 + static_cast<std::int64_t>(random() % 4 * 4'999);
    }
    return out;
  };
  std::size_t covered = 0;
  for (int i = 0; i < 3'000; ++i) {
    const auto a = any(), b = i % 5 == 0 ? a : any();
    const bool expected = a.trade_at.covers(b.trade_at) && a.quote_at.covers(b.quote_at) &&
                          a.stats_at.covers(b.stats_at);
    INFO(encode_version(a) << " and " << encode_version(b));
    CHECK(redis.run({"EVAL", script, "0", encode_version(a), encode_version(b)}).integer ==
          (expected ? 1 : 0));
    covered += expected ? 1 : 0;
  }
  CHECK(covered > 700);
}

TEST_CASE("no write hides behind the merge of another market from what another daemon stored") {
  store redis{{the_board().write, the_board().merge}};
  model truth{10};
  truth.add_markets(2, {"USDT"});
  auto& known = truth.slots[0];
  auto& fresh = truth.slots[1];
  slot of_other;
  of_other.subject = known.subject;
  const auto trade = [&](slot& to, std::int64_t ts, const char* last) {
    ticker_patch out;
    out.subject = known.subject;
    out.at = {ts, 0};
    out.trade = trade_group{*decimal::parse(last)};
    to.state.apply(out);
  };
  known.state = {};
  lane ours{the_board(), 0}, others{the_board(), 0};
  trade(known, 100, "10");
  ours.mark(known);
  drain(redis, ours, "A");
  trade(of_other, 200, "20");
  others.mark(of_other);
  drain(redis, others, "B");

  trade(known, 150, "15");
  ours.mark(known);
  ours.mark(fresh);
  CHECK(drain(redis, ours, "A").what == lane_result::outcome::shared);
  CHECK(stored_row(redis, known) == model::row(of_other));
  CHECK(stored_row(redis, fresh) == model::row(fresh));
}

TEST_CASE("an emptied partition is noticed by the next write, which writes nothing") {
  store redis;
  model truth{8};
  truth.add_markets(40, {"USDT"});
  lane on{the_board(), 0};
  for (auto& market : truth.slots)
    on.mark(market);
  CHECK(drain(redis, on, "t").what == lane_result::outcome::done);
  check_consistent(redis, 40);
  redis.run({"FLUSHALL"});
  truth.change(truth.slots[3]);
  on.mark(truth.slots[3]);
  CHECK(drain(redis, on, "t").what == lane_result::outcome::emptied);
  CHECK(redis.run({"DBSIZE"}).integer == 0);
  on.reset();
  for (auto& market : truth.slots) {
    market.entries = {};
    on.mark(market);
  }
  CHECK(drain(redis, on, "t2").what == lane_result::outcome::done);
  check_consistent(redis, 40);
  for (const auto& market : truth.slots)
    CHECK(stored_row(redis, market) == model::row(market));
}

TEST_CASE("what Redis refuses is kept and sent again") {
  store redis;
  model truth{9};
  truth.add_markets(20, {"USDT"});
  lane on{the_board(), 0};
  for (auto& market : truth.slots)
    on.mark(market);
  drain(redis, on, "t");
  redis.run({"CONFIG", "SET", "maxmemory", "1"}); // OOM
  for (auto& market : truth.slots) {
    truth.change(market);
    on.mark(market);
  }
  CHECK(drain(redis, on, "t").what == lane_result::outcome::failed);
  CHECK(on.has_waiting());
  redis.run({"CONFIG", "SET", "maxmemory", "0"});
  while (on.has_waiting())
    CHECK(drain(redis, on, "t").what == lane_result::outcome::done);
  for (const auto& market : truth.slots)
    CHECK(stored_row(redis, market) == model::row(market));
  check_consistent(redis, 20);
}

TEST_CASE("indexes that are asked for are right with every row, others in time") {
  using namespace std::chrono_literals;
  const std::uint64_t seed = std::random_device{}();
  INFO("seed " << seed);
  store redis;
  model truth{seed};
  truth.add_markets(30, {"USDT"});
  const auto all = index_set{}.set();
  for (const std::size_t partition : {0U, 1U}) {
    CAPTURE(partition);
    lane on{the_board(), partition};
    lane::time_point now{1h};
    for (auto& market : truth.slots)
      on.mark(market);
    drain(redis, on, "t", now);
    auto kept = all;
    std::size_t behind = 0;
    for (int step = 0; step < 400; ++step) {
      now += std::chrono::milliseconds{truth.pick(300)};
      if (truth.pick(20) == 0) {
        kept = some_indexes(truth);
        on.keep_up(kept);
      }
      change_some(truth, on);
      on.catch_up(now);
      drain(redis, on, "t", now);
      const auto stored = stored_scores(redis, partition);
      const auto asked = scores_shown(truth, partition, kept);
      REQUIRE(only(stored, asked) == asked);
      behind += stored != scores_shown(truth, partition, all) ? 1 : 0;
    }
    CHECK(behind > 100); // or nothing was saved
    now += lane::lag + lane::grace;
    on.catch_up(now);
    drain(redis, on, "t", now);
    const auto expected = scores_shown(truth, partition, all);
    CHECK(only(stored_scores(redis, partition), expected) == expected);
    CHECK_FALSE(on.has_waiting());
    on.want_all();
    CHECK(on.has_all_wanted()); // there is nothing to wait for
  }
}

TEST_CASE("an index is not said to be right before it is, whatever becomes of batches") {
  using namespace std::chrono_literals;
  const std::uint64_t seed = std::random_device{}();
  INFO("seed " << seed);
  store redis;
  model truth{seed};
  truth.add_markets(30, {"USDT"});
  const auto all = index_set{}.set();
  for (const std::size_t partition : {0U, 1U}) {
    CAPTURE(partition);
    lane on{the_board(), partition};
    lane::time_point now{1h};
    all_scores of_rows; // as they are in Redis
    lane_result result;
    bool plain = false; // every other batch that can be
    enum class fate { stored, refused, answer_lost };
    const auto begin_batch = [&](fate what) {
      std::vector<slot*> sent;
      on.visit_next([&](slot& market) { sent.push_back(&market); });
      auto promise = std::make_shared<std::promise<lane_result>>();
      const auto by = on.is_plain() && (plain = !plain) ? lane::way::commands : lane::way::script;
      auto calls = on.take_batch("t", now, by,
                                 [promise](lane_result of) { promise->set_value(std::move(of)); });
      if (what == fate::refused) {
        result = {};
      } else {
        for (const auto* market : sent)
          add_scores_shown(of_rows, *market, partition, all);
        redis.client->submit(std::move(calls));
        result = promise->get_future().get();
        REQUIRE(result.what == lane_result::outcome::done);
        REQUIRE(result.conflicts.empty());
      }
      if (what != fate::stored)
        result.what = lane_result::outcome::failed;
    };
    on.keep_up(all);
    CHECK(on.is_kept_up()); // of nothing
    for (auto& market : truth.slots)
      on.mark(market);
    on.keep_up(all);
    CHECK_FALSE(on.is_kept_up()); // another daemon may have left anything
    auto asked = all;
    std::size_t waits = 0, kept_while_behind = 0;
    for (int step = 0; step < 600; ++step) {
      now += std::chrono::milliseconds{truth.pick(truth.pick(6) == 0 ? 9'000 : 300)};
      change_some(truth, on);
      on.catch_up(now);
      if (on.in_flight()) {
        if (truth.pick(3) != 0)
          on.finish(result);
      } else if (on.has_waiting()) {
        begin_batch(truth.pick(3) != 0
                        ? fate::stored
                        : std::array{fate::refused, fate::answer_lost}[truth.pick(2)]);
      }
      if (truth.pick(6) == 0) {
        asked = some_indexes(truth);
        on.keep_up(asked);
      }
      if (!on.is_kept_up()) {
        ++waits;
        continue;
      }
      const auto stored = stored_scores(redis, partition);
      all_scores wanted;
      for (std::size_t i = id_field + 1; i < index_count; ++i)
        for (const auto& market : truth.slots) {
          const auto name = std::string{index_name(i)} + " " + market.subject->id;
          if (const auto it = of_rows.find(name); asked[i] && it != of_rows.end())
            wanted.insert(*it);
        }
      REQUIRE(only(stored, wanted) == wanted);
      kept_while_behind += only(stored, of_rows) != of_rows ? 1 : 0;
    }
    CHECK(waits > 20);
    CHECK(kept_while_behind > 20); // or nothing was saved
    while (on.in_flight() || on.has_waiting()) {
      if (!on.in_flight())
        begin_batch(fate::stored);
      on.finish(result);
    }
    CHECK(on.is_kept_up()); // nothing is owed for ever
  }
}

TEST_CASE("what is wanted is there when the lane says so, though markets change meanwhile") {
  const std::uint64_t seed = std::random_device{}();
  INFO("seed " << seed);
  model truth{seed};
  truth.add_markets(300, {"USDT", "EUR", "X"}); // more than a batch
  lane on{the_board(), 0};
  std::map<const slot*, int> now, stored, in_flight, wanted;
  const auto change_many = [&] {
    for (auto changes = truth.pick(200); changes > 0; --changes) {
      auto& market = truth.slots[truth.pick(truth.slots.size())];
      ++now[&market];
      on.mark(market);
    }
  };
  const auto begin_batch = [&] {
    in_flight.clear();
    on.visit_next([&](slot& market) { in_flight[&market] = now[&market]; });
    on.take_batch("t", {}, lane::way::script, [](const lane_result&) {});
  };
  const auto end_batch = [&](bool done) {
    lane_result result;
    if (!done)
      result.what = lane_result::outcome::failed;
    for (const auto& [market, change] : in_flight)
      if (done)
        stored[market] = change;
    on.finish(result);
  };
  for (int round = 0; round < 200; ++round) {
    CAPTURE(round);
    change_many();
    if (!on.in_flight() && on.has_waiting())
      begin_batch();
    change_many(); // also those in flight
    on.want_all();
    wanted = now;
    int batches = 0, failures = 0;
    while (!on.has_all_wanted()) {
      if (on.in_flight()) {
        const bool done = truth.pick(4) != 0;
        end_batch(done);
        ++(done ? batches : failures);
      } else {
        begin_batch();
      }
      change_many();
      REQUIRE(batches <= 4 + failures); // it does not wait for what came since
    }
    for (const auto& [market, change] : wanted)
      REQUIRE(stored[market] >= change);
  }
}
