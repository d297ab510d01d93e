#include "actors/asset_store.hpp"
#include "adapters/redis/verify/daemons.hpp"
#include "tests/integration/store/verified_board.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <set>
#include <tuple>

using namespace tickboard;
using test::filled_board;
using test::told;
using test::verify;
using test::waiting;

namespace {

/// Everything in Redis but owners and epochs: key and member, and what is there.
std::map<std::string, std::string> everything(filled_board& on) {
  std::map<std::string, std::string> out;
  for (const auto& key : on.redis.run({"KEYS", "*"}).elements) {
    const auto type = on.redis.run({"TYPE", key.text}).text;
    if (const auto row = key.text.find(":row:"); row != std::string::npos && type == "string")
      out[key.text.substr(0, row) + ":row " + key.text.substr(row + 5)] =
          on.redis.run({"GET", key.text}).text;
    if (key.text.ends_with(":owner") || (type != "hash" && type != "zset"))
      continue;
    const auto found = type == "hash" ? on.redis.run({"HGETALL", key.text})
                                      : on.redis.run({"ZRANGE", key.text, "0", "-1", "WITHSCORES"});
    for (std::size_t i = 0; i + 1 < found.elements.size(); i += 2)
      out[key.text + " " + found.elements[i].text] = found.elements[i + 1].text;
  }
  return out;
}

/// Does damage, each to a market of its own, and knows what is to be found of it.
class vandal {
public:
  explicit vandal(filled_board& on) : on_(on) {}

  /// Partition, subject, and how the rest begins.
  std::multiset<std::tuple<std::string, std::string, std::string>> expected;
  std::set<std::string> touched, lost;       ///< ids; those of which no good copy is left
  std::map<std::string, std::string> newest; ///< rows that one partition alone has

  void damage() {
    auto& market = fresh_market();
    const auto& id = market.subject->id;
    const auto own = market.own_lane;
    const auto p = own != 0 && on_.truth.pick(2) == 0 ? own : std::size_t{0};
    const auto& keys = on_.board->layout[p];
    const auto index = random_index(p);
    const auto by = "by:" + std::string{index_name(index)};
    const auto run = [&](std::initializer_list<std::string_view> command) {
      CHECK_FALSE(on_.redis.run(command).failed);
    };
    const auto expect = [&](std::size_t where, const std::string& subject, std::string what) {
      expected.emplace(partition(where), subject, std::move(what));
    };
    switch (on_.truth.pick(12)) {
    case 0:
      run({"ZREM", keys.by[index], id});
      expect(p, id, by + ": nothing is there, but there is a row");
      break;
    case 1:
      run({"ZADD", keys.by[index], "123456.5", id});
      expect(p, id, by + ": 123456.5 is there, its row says ");
      break;
    case 2: {
      const auto ghost = "alpha:GHOST" + std::to_string(expected.size()) + "-USDT";
      run({"ZADD", keys.by[index], "0", ghost});
      expect(p, ghost, by + ": it is there, but there is no row");
      touched.insert(ghost);
      break;
    }
    case 3: {
      const auto count = market.subject->exchange + "|" + market.subject->quote;
      if (!counts_.emplace(p, count).second)
        return;
      if (on_.truth.pick(2) == 0)
        run({"HDEL", keys.counts, count});
      else
        run({"HINCRBY", keys.counts, count, "3"});
      expect(p, count, "counts: ");
      break;
    }
    case 4:
      run({"ZREM", keys.bases, market.subject->base + "|" + id});
      expect(p, id, "bases: nothing is there, but there is a row");
      break;
    case 5:
      run({"HDEL", keys.version, id});
      expect(p, id, "version: is not there; six integers should be");
      if (own == 0)
        lost.insert(id);
      break;
    case 6:
      run({"SET", keys.row(id), "garbage"});
      expect(p, id, "the row is not a JSON object: \"garbage\"");
      if (own == 0)
        lost.insert(id);
      break;
    case 7:
      if (own == 0)
        return;
      do
        on_.truth.change(market);
      while (model_row(market) == on_.redis.run({"GET", keys.row(id)}).text);
      on_.lanes[p].mark(market);
      REQUIRE(test::drain(on_.redis, on_.lanes[p], "token").what == lane_result::outcome::done);
      expect(own, id, "row: version \"");
      newest[id] = model_row(market); // in one of the partitions
      break;
    case 8: {
      if (own == 0)
        return;
      const auto& its = on_.board->layout[own];
      run({"DEL", its.row(id)});
      run({"HDEL", its.version, id});
      run({"ZREM", its.bases, market.subject->base + "|" + id});
      run({"HINCRBY", its.counts, market.subject->exchange + "|" + market.subject->quote, "-1"});
      for (std::size_t i = 0; i < index_count; ++i)
        if (is_everywhere(i))
          run({"ZREM", its.by[i], id});
      expect(redis::layout::board, id, "row: it is here, but not in the other partition");
      break;
    }
    case 9:
      run({"ZADD", keys.bases, "0", "WRONG|" + id});
      expect(p, id, "bases: \"WRONG|" + id + "\" is there, which is not BASE|id of a market");
      break;
    case 10:
      run({"DEL", keys.row(id)});
      run({"HINCRBY", keys.counts, market.subject->exchange + "|" + market.subject->quote, "-1"});
      expect(p, id, "version: it is there, but there is no row");
      expect(p, id, "bases: it is there, but there is no row");
      for (std::size_t i = 0; i < index_count; ++i)
        if (p == redis::layout::board || is_everywhere(i))
          expect(p, id, "by:" + std::string{index_name(i)} + ": it is there, but there is no row");
      if (own != 0) // where its row still is
        expect(p == own ? 0 : own, id, "row: it is here, but not in the other partition");
      else
        lost.insert(id);
      break;
    default:
      run({"HSET", keys.version, id, "1 2 3 4 5 6"});
      expect(p, id, "version \"1 2 3 4 5 6\" has not the ts_ms of the row");
      if (own == 0)
        lost.insert(id);
    }
  }

  /// Empty if these findings are the expected ones.
  std::string difference(const redis::verify_report& report) const {
    auto missing = expected;
    std::string out;
    for (const auto& one : report.findings) {
      const auto it = std::find_if(missing.begin(), missing.end(), [&](const auto& wanted) {
        return std::get<0>(wanted) == one.partition && std::get<1>(wanted) == one.subject &&
               one.what.starts_with(std::get<2>(wanted));
      });
      if (it == missing.end())
        out += "not expected: " + one.partition + " " + one.subject + " " + one.what + "\n";
      else
        missing.erase(it);
    }
    for (const auto& [where, subject, what] : missing)
      out += "not found: " + where + " " + subject + " " + what + "\n";
    return out;
  }

private:
  std::string partition(std::size_t p) const {
    return "{" + std::string{on_.board->layout.name(p)} + "}";
  }
  static std::string model_row(const slot& market) { return test::model::row(market); }

  slot& fresh_market() {
    for (;;) {
      auto& market = on_.truth.slots[on_.truth.pick(on_.truth.slots.size())];
      if (touched.insert(market.subject->id).second)
        return market;
    }
  }

  /// One that p has, not `id`: that has no score of its own.
  std::size_t random_index(std::size_t p) {
    for (;;)
      if (const auto i = on_.truth.pick(index_count); p == redis::layout::board || is_everywhere(i))
        return i;
  }

  filled_board& on_;
  std::set<std::pair<std::size_t, std::string>> counts_;
};

/// Entries of `all` that are of none of `ids`, and no counts.
std::map<std::string, std::string> without(const std::map<std::string, std::string>& all,
                                           const std::set<std::string>& ids) {
  std::map<std::string, std::string> out;
  for (const auto& [name, value] : all) {
    const auto member = name.substr(name.find(' ') + 1);
    const auto id = member.substr(member.find('|') == member.npos ? 0 : member.find('|') + 1);
    if (name.find(":counts ") == name.npos && !ids.contains(id))
      out.emplace(name, value);
  }
  return out;
}

/// What a writer does when its token is gone: merges everything that changes.
void write_on(filled_board& on) {
  for (auto& market : on.truth.slots) {
    on.truth.change(market);
    on.mark(market);
  }
  for (auto& lane : on.lanes)
    while (test::drain(on.redis, lane, "token").what == lane_result::outcome::shared) {
    }
}

/// A daemon at work on a board, while the test's time passes: markets change at their own pace, and
/// scores that no view reads come as late as lanes bring them.
class worker {
public:
  explicit worker(filled_board& on) : on_(on) {
    for (auto& lane : on_.lanes)
      lane.keep_up(index_set{}.set(stale_index));
  }

  struct pace {
    std::chrono::milliseconds period, since;
  };
  std::map<slot*, pace> paces; ///< of those that change
  std::function<void(slot&)> change = [this](slot& market) { on_.truth.change(market); };

  void pass(std::chrono::milliseconds time) {
    constexpr std::chrono::milliseconds step{250};
    for (; time.count() > 0; time -= step) {
      passed_ += step;
      on_.truth.now += step.count();
      for (const auto& [market, its] : paces)
        if ((passed_ + its.since) % its.period < step) {
          change(*market);
          on_.mark(*market);
        }
      const auto now = lane::time_point{} + passed_;
      for (auto& lane : on_.lanes) {
        lane.catch_up(now);
        REQUIRE(test::drain(on_.redis, lane, "token", now).what == lane_result::outcome::done);
      }
      on_.redis.run(
          {"ZADD", on_.board->layout[0].daemons, std::to_string(on_.truth.now), "at work"});
    }
  }

  redis::verify_report verify() {
    return ::verify(on_, false, [this](std::chrono::milliseconds time) {
      pass(time);
      waited += time;
    });
  }

  std::chrono::milliseconds waited{0};

private:
  filled_board& on_;
  std::chrono::milliseconds passed_{0};
};

} // namespace

TEST_CASE("beside a daemon that brings scores as late as it may, only damage is found") {
  CHECK(redis::longest_lag > lane::lag + lane::grace);
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    CAPTURE(seed);
    filled_board on{seed};
    on.grow(150);
    worker doing{on};
    std::vector<slot*> quiet;
    for (auto& market : on.truth.slots)
      if (quiet.size() < 3)
        quiet.push_back(&market);
      else
        doing.paces[&market] = {std::chrono::milliseconds{2'000 + on.truth.pick(13) * 250},
                                std::chrono::milliseconds{on.truth.pick(5'000)}};
    auto* const busy = &on.truth.slots.back();
    doing.pass(std::chrono::seconds{23});
    for (int i = 0; i < 3; ++i) {
      const auto clean = doing.verify();
      CHECK_MESSAGE(clean.total == 0, told(clean));
      CHECK(clean.unsettled > 0); // scores were late, which it saw
    }

    const auto& keys = on.board->layout[redis::layout::board];
    const auto last = *find_sort_field("last");
    on.redis.run({"ZADD", keys.by[last], "4321", quiet[0]->subject->id});
    on.redis.run({"ZADD", keys.by[stale_index], "4321", quiet[1]->subject->id});
    on.redis.run({"ZREM", keys.by[last], busy->subject->id});
    const auto found = doing.verify();
    const auto text = told(found);
    CAPTURE(text);
    CHECK(found.total == 3);
    CHECK(text.find(quiet[0]->subject->id + " by:last: 4321 is there") != text.npos);
    CHECK(text.find(quiet[1]->subject->id + " by:stale: 4321 is there") != text.npos);
    CHECK(text.find(busy->subject->id + " by:last: nothing is there") != text.npos);
  }
}

TEST_CASE("a market that changes while it is looked at is looked at until it has stood still") {
  filled_board on{82};
  on.grow(20);
  worker doing{on};
  auto& market = on.truth.slots.front();
  const auto& by = on.board->layout[redis::layout::board].by[*find_sort_field("high_24h")];
  on.redis.run({"ZADD", by, "4321", market.subject->id});
  int changes = 0;
  doing.change = [&](slot& its) { // but for what is damaged
    ticker_patch patch;
    patch.subject = its.subject;
    patch.at = {on.truth.now, 0};
    patch.received_ms = on.truth.now;
    patch.trade = trade_group{*decimal::parse("77")};
    its.state.apply(patch);
    ++changes;
  };
  doing.paces[&market] = {std::chrono::hours{1},
                          std::chrono::minutes{60} - std::chrono::seconds{8}};
  doing.pass(std::chrono::milliseconds{250}); // so that it is seen at work
  const auto found = doing.verify();
  INFO(told(found));
  CHECK(changes == 1);
  CHECK(found.total == 1);
  CHECK(found.unsettled == 0);
  // Whether a daemon lives, three looks, and four more at what stands still.
  CHECK(doing.waited == std::chrono::seconds{1 + 3 * 3 + 4 * 3});
}

TEST_CASE("verify finds exactly the damage that was done, and a repair leaves none") {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    CAPTURE(seed);
    filled_board on{seed};
    on.grow(150);
    const auto clean = verify(on);
    CHECK_MESSAGE(clean.total == 0, told(clean));
    CHECK(clean.markets == 150);
    CHECK(clean.late == 0);
    const auto before = everything(on);

    vandal doing{on};
    for (int i = 0; i < 12; ++i)
      doing.damage();
    const auto found = verify(on);
    CHECK(doing.difference(found) == "");
    CHECK(verify(on).total == found.total); // looking changes nothing

    const auto repaired = verify(on, true);
    CHECK(repaired.total == found.total);
    CHECK(repaired.refused == 0);
    const auto again = verify(on, true);
    CHECK_MESSAGE(again.total == 0, told(again));
    CHECK(again.mended == 0);

    const auto after = everything(on);
    CHECK(without(after, doing.touched) == without(before, doing.touched));
    CHECK(again.markets == 150 - doing.lost.size());
    for (const auto& [id, row] : doing.newest)
      CHECK(after.at("t:2:{:board}:row " + id) == row);
    CHECK(without(after, doing.lost) == without(after, {}));

    write_on(on); // who writes to it notices, and brings what is lost
    const auto written = verify(on);
    CHECK_MESSAGE(written.total == 0, told(written));
    CHECK(written.markets == 150);
  }
}

TEST_CASE("rows that a killed daemon had yet to remove are no damage") {
  filled_board on{78};
  on.grow(40);
  for (const auto& key : on.board->assets.all())
    on.redis.run({"DEL", key});
  for (std::size_t i = 0; i < on.board->layout.size(); ++i)
    for (const auto& key : on.board->layout[i].frame())
      on.redis.run({"DEL", key});
  const auto found = verify(on);
  CHECK_MESSAGE(found.total == 0, told(found));
  CHECK(found.markets == 0);
}

TEST_CASE("what a killed daemon had yet to bring is no damage, and is repaired too") {
  filled_board on{77};
  const auto begin = on.truth.now;
  on.grow(40);
  const auto& keys = on.board->layout[redis::layout::board];
  slot* quiet = nullptr; // received long before the other
  slot* busy = nullptr;
  for (auto& market : on.truth.slots)
    if (busy == nullptr)
      busy = &market;
    else
      quiet = &market;
  on.truth.now += 60'000;
  on.truth.change(*busy);
  on.mark(*busy);
  on.flush();
  const auto last = *find_sort_field("last"), usd = *find_sort_field("price_usd");
  for (const auto* one : {quiet, busy})
    for (const auto index : {last, usd, stale_index})
      on.redis.run({"ZADD", keys.by[index], "4321", one->subject->id});
  CHECK(verify(on).total == 6);

  on.redis.run({"ZADD", keys.daemons, std::to_string(begin - 10'000), "killed earlier"});
  CHECK(verify(on).late == 0); // its rows are older than any of these

  on.redis.run({"ZADD", keys.daemons, std::to_string(on.truth.now + 1'000), "killed"});
  const auto found = verify(on);
  INFO(told(found));
  CHECK(found.late == 3); // both prices in dollars, and the busy market's price
  CHECK(found.total == 3);
  CHECK(told(found).find(quiet->subject->id + " by:last: 4321 is there") != std::string::npos);
  CHECK(told(found).find(quiet->subject->id + " by:stale: 4321 is there") != std::string::npos);
  CHECK(told(found).find(busy->subject->id + " by:stale: 4321 is there") != std::string::npos);

  CHECK(verify(on, true).mended == 2);
  const auto after = verify(on);
  CHECK(after.total == 0);
  CHECK(after.late == 0);
}

TEST_CASE("a market of another quote is removed from a partition that is not its own") {
  filled_board on{78};
  on.grow(60);
  auto& stranger = *std::find_if(on.truth.slots.begin(), on.truth.slots.end(),
                                 [](const slot& one) { return one.subject->quote == "EUR"; });
  const auto before = everything(on);
  on.lanes[1].mark(stranger);
  REQUIRE(test::drain(on.redis, on.lanes[1], "token").what == lane_result::outcome::done);
  const auto found = verify(on, true);
  REQUIRE(found.total == 1);
  CHECK(told(found) ==
        "{USDT} " + stranger.subject->id + " is here; only markets of this quote should be\n");
  CHECK(everything(on) == before);
}

TEST_CASE("a market whose version alone was lost is not counted again when it is merged") {
  filled_board on{81};
  on.grow(30);
  const auto& market = on.truth.slots.front();
  on.redis.run({"HDEL", on.board->layout[0].version, market.subject->id});
  CHECK(verify(on).total == 1);
  on.redis.run({"SET", on.board->layout[0].owner, "another"});
  write_on(on);
  const auto after = verify(on);
  CHECK_MESSAGE(after.total == 0, told(after));
}

TEST_CASE("assets agree with their rows, or are removed to be written anew") {
  filled_board on{79};
  on.truth.draw_catalogue();
  std::vector<held_asset> held(40);
  std::vector<held_asset*> all;
  for (std::size_t i = 0; i < held.size(); ++i) {
    auto& one = held[i];
    one.symbol = "B" + std::to_string(i);
    one.values.rank = static_cast<std::uint32_t>(i);
    one.values.price_usd = 0.1 * static_cast<double>(i);
    one.values.changes[0] = -1.25;
    one.values.markets = i;
    all.push_back(&one);
  }
  const auto& keys = on.board->assets;
  on.redis.run({"SET", keys.owner, "assets"});
  CHECK(on.redis.run(write_assets(*on.board, "assets", all, *on.truth.catalogue)).integer == 1);
  const auto clean = verify(on);
  CHECK_MESSAGE(clean.total == 0, told(clean));
  CHECK(clean.assets == 40);

  on.redis.run({"ZADD", keys.by[2], "77", "B3"});
  on.redis.run({"ZREM", keys.by[1], "B4"});
  on.redis.run({"ZADD", keys.by[12], "1", "GHOST"});
  on.redis.run({"HSET", keys.tags, "B5", "|nonsense|"});
  on.redis.run({"HSET", keys.row, "B6", "{}"});
  const auto found = verify(on, true);
  const auto text = told(found);
  CAPTURE(text);
  CHECK(found.total == 5);
  CHECK(text.find("{:assets} B3 by:price_usd: 77 is there, its row says 0.3") != text.npos);
  CHECK(text.find("{:assets} B4 by:rank: nothing is there") != text.npos);
  CHECK(text.find("{:assets} GHOST it is in tags or an index") != text.npos);
  CHECK(text.find("{:assets} B5 tags: \"|nonsense|\" is there") != text.npos);
  CHECK(text.find("{:assets} B6 the row is not of this asset") != text.npos);
  CHECK(verify(on).total == 0);
  CHECK(on.redis.run({"EXISTS", keys.owner}).integer == 0); // the daemon notices
}

TEST_CASE("a Redis that is away, or holds something else, cannot be checked") {
  filled_board on{80};
  on.grow(3);
  redis::verify_options options;
  options.to = *redis::parse_endpoint("unix:///nowhere/redis.sock");
  options.prefix = "t";
  CHECK_FALSE(redis::verify(options));
  on.redis.run({"SET", on.board->layout[0].version, "text"});
  options.to = *redis::parse_endpoint(on.redis.server->url());
  const auto refused = redis::verify(options);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().find("WRONGTYPE") != std::string::npos);
}
