// Candles from prices, over writers and a real Redis, to the HTTP API.

#include "actors/messages/drain.hpp"
#include "actors/query.hpp"
#include "actors/session.hpp"
#include "actors/writer.hpp"
#include "adapters/net/http_client.hpp"
#include "market/candle_codec.hpp"
#include "tests/support/shared_workers.hpp"
#include "tests/support/store.hpp"

#include <caf/all.hpp>
#include <fmt/format.h>
#include <rapidjson/document.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <random>
#include <set>

using namespace tickboard;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t minute = 60'000, hour = 60 * minute, day = 24 * hour;
constexpr candle_counts kept{180, 72, 40};

/// Two writers, the query actor and the HTTP API, on a real Redis. What time it is, the test says.
struct candle_world {
  candle_world() {
    for (auto& one : writers)
      one = make_address();
    for (std::size_t i = 0; i < writers.size(); ++i)
      start_writer(i);
    query_config asking;
    asking.board = board_at;
    asking.open = opener();
    asking.writers = writers;
    asking.candles = kept;
    asking.now_ms = [this] { return now_ms.load(); };
    auto serving = std::make_shared<session_config>();
    for (auto* one : {&serving->query, &serving->status, &serving->keeper, &serving->search})
      *one = make_address();
    serving->lifeline = system.spawn(
        [](caf::event_based_actor*) -> caf::behavior { return {[](const drained&) {}}; });
    serving->timeout = 30s;
    lifeline = serving->lifeline;
    query_actor = system.spawn(query, std::move(asking));
    serving->query->set(query_actor);
    net::http_server_options options;
    options.listen = "127.0.0.1:0";
    auto listening =
        net::listen_http(redis.io.context(), options, session_listener(system, std::move(serving)));
    REQUIRE(listening);
    server = *listening;
    for (std::size_t i = 0; i < board_at->layout.size(); ++i)
      redis.run({"SET", board_at->layout[i].epoch, "1"});
  }

  ~candle_world() {
    server->stop();
    for (const auto& one : {query_actor, lifeline, writers[0]->get(), writers[1]->get()})
      caf::anon_send_exit(one, caf::exit_reason::user_shutdown);
    system.await_all_actors_done();
    redis.client->stop(); // while there is somebody to do it
    redis.io.stop();      // it spawns sessions, and an actor system outlives the threads that do
  }

  store_opener opener() {
    return [this](std::vector<board::script_ptr> scripts, redis::client_events events) {
      return redis.connect(std::move(scripts), std::move(events));
    };
  }

  void start_writer(std::size_t i) {
    writer_config config;
    config.index = i;
    config.daemon_id = fmt::format("d{}", ++lives);
    config.board = board_at;
    const auto connected = std::make_shared<std::promise<void>>();
    config.open = [this, connected](auto scripts, redis::client_events events) {
      events.on_ready = [connected, then = std::move(events.on_ready),
                         first = std::make_shared<bool>(true)] {
        then();
        if (std::exchange(*first, false))
          connected->set_value();
      };
      return redis.connect(std::move(scripts), std::move(events));
    };
    config.keeper = config.rates = make_address();
    config.now_ms = [this] { return now_ms.load(); };
    config.candles = kept;
    writers[i]->set(system.spawn(writer, std::move(config)));
    connected->get_future().wait(); // else a drain is answered at once
    caf::anon_send(writers[i]->get(), rebuild{++incarnation});
  }

  /// Until Redis has everything.
  void drain(std::size_t i) {
    caf::scoped_actor self{system};
    self->request(writers[i]->get(), 60s, drain_asked{})
        .receive([](const drained&) {}, [](const caf::error& why) { FAIL(describe(why)); });
  }

  void end_writer(std::size_t i) {
    caf::scoped_actor self{system};
    const auto handle = writers[i]->get();
    self->monitor(handle);
    caf::anon_send_exit(handle, caf::exit_reason::kill);
    self->receive([](const caf::down_msg&) {});
  }

  void hear(const market_ptr& subject, stamp at, const std::string& last) {
    ticker_patch patch;
    patch.subject = subject;
    patch.at = at;
    patch.received_ms = now_ms;
    patch.trade = trade_group{*decimal::parse(last)};
    caf::anon_send(
        writers[subject->hash % writers.size()]->get(),
        write_patches{1, std::make_shared<const std::vector<ticker_patch>>(1, patch), nullptr});
  }

  net::http_reply get(const std::string& target) {
    net::http_get_options options;
    options.url = fmt::format("http://127.0.0.1:{}{}", server->port(), target);
    auto promise = std::make_shared<std::promise<result<net::http_reply>>>();
    net::http_get(redis.io.context(), options, [promise](auto told) { promise->set_value(told); });
    auto told = promise->get_future().get();
    REQUIRE_MESSAGE(told, (told ? "" : told.error()));
    return *told;
  }

  rapidjson::Document candles(const std::string& id, const std::string& parameters) {
    const auto told = get(fmt::format("/v1/markets/{}/candles?{}", id, parameters));
    REQUIRE_MESSAGE(told.status == 200, told.body);
    rapidjson::Document out;
    out.Parse(told.body.c_str());
    REQUIRE(out.IsObject());
    return out;
  }

  std::atomic<std::int64_t> now_ms = 1'700'000'000'000;
  tickboard::test::store redis;
  board_ptr board_at = std::make_shared<const board>("t", std::vector<std::string>{"USDT", "BTC"});
  test::shared_workers config;
  caf::actor_system system{config};
  std::vector<address_ptr> writers{2};
  caf::actor query_actor, lifeline;
  std::shared_ptr<net::http_server> server;
  std::uint64_t incarnation = 0;
  int lives = 0;
};

/// All prices that `last` has had, and candles by looking at them.
struct price_log {
  struct entry {
    std::int64_t at_ms;
    std::string price;
  };

  /// As an exchange's order has it: by time, then by sequence; what is older is refused.
  void take(stamp at, std::int64_t received_ms, const std::string& price) {
    if (std::pair{at.ts_ms, at.sequence} < std::pair{newest.ts_ms, newest.sequence})
      return;
    const bool again = at.ts_ms == newest.ts_ms && price == last;
    newest = at;
    last = price;
    const auto age_ms = received_ms - at.ts_ms;
    if (!again && age_ms <= minute) // else it is no news
      all.push_back({at.ts_ms, price});
  }

  /// What must be answered: lines of "start open high low close".
  std::string expected(std::int64_t length, std::int64_t base, std::int64_t count,
                       std::int64_t now_ms, std::size_t limit, std::int64_t from,
                       std::int64_t to) const {
    const auto oldest = (now_ms / base - count + 1) * base;
    std::map<std::int64_t, std::vector<std::string>> by_start;
    for (const auto& one : all) {
      const auto start = one.at_ms / length * length;
      if (start >= oldest && start >= from && start < to)
        by_start[start].push_back(one.price);
    }
    while (by_start.size() > limit)
      by_start.erase(by_start.begin());
    const auto less = [](auto& a, auto& b) { return std::stod(a) < std::stod(b); };
    std::string out;
    for (const auto& [start, prices] : by_start)
      out += fmt::format("{} {} {} {} {}\n", start, prices.front(),
                         *std::ranges::max_element(prices, less),
                         *std::ranges::min_element(prices, less), prices.back());
    return out;
  }

  std::vector<entry> all;
  stamp newest;
  std::string last;
};

std::string shown(const rapidjson::Document& answer) {
  std::string out;
  for (const auto& one : answer["data"].GetArray())
    out += fmt::format("{} {} {} {} {}\n", one["start_ms"].GetInt64(), one["open"].GetString(),
                       one["high"].GetString(), one["low"].GetString(), one["close"].GetString());
  return out;
}

} // namespace

TEST_CASE("candles of random prices are answered as looking at every price makes them") {
  candle_world on;
  std::mt19937_64 random{7};
  const auto pick = [&](std::uint64_t below) {
    return static_cast<std::int64_t>(random() % below);
  };
  struct followed {
    market_ptr subject;
    int decimals;
    bool stripped;
    price_log log;
  };
  std::vector<followed> markets;
  for (const auto& [base, quote, decimals, stripped] : {std::tuple{"A", "USDT", 2, false},
                                                        {"B", "USDT", 8, false},
                                                        {"C", "EUR", 3, true},
                                                        {"D", "BTC", 0, false},
                                                        {"E", "TRY", 1, true}})
    markets.push_back({*make_market("x", base, quote, base), decimals, stripped, {}});
  const auto price_of = [&](const followed& one) {
    auto text = fmt::format("{:.{}f}", 90.0 + static_cast<double>(pick(2'000)) / 100, one.decimals);
    if (one.stripped) { // some exchanges leave out what says nothing
      text.erase(text.find_last_not_of('0') + 1);
      text.erase(text.find_last_not_of('.') + 1);
    }
    return text;
  };
  constexpr std::array<std::int64_t, 3> bases{minute, hour, day};
  int asked = 0;
  for (int step = 0; step < 1'000; ++step) {
    // Mostly minutes, sometimes hours in which nothing is heard.
    on.now_ms += pick(30) == 0 ? pick(40 * hour) : pick(10 * minute);
    for (auto n = pick(30); n > 0; --n) {
      on.now_ms += pick(4'000);
      auto& one = markets[static_cast<std::size_t>(pick(markets.size()))];
      stamp at{on.now_ms - pick(1'500), static_cast<std::uint64_t>(pick(3))};
      if (pick(6) == 0)
        at.ts_ms -= pick(50'000); // late
      if (pick(40) == 0)
        at = {one.log.newest.ts_ms, one.log.newest.sequence}; // once more
      const auto price = price_of(one);
      if (at.ts_ms == 0)
        continue;
      one.log.take(at, on.now_ms, price);
      on.hear(one.subject, at, price);
    }
    on.drain(0);
    on.drain(1);
    if (pick(12) == 0) {
      const auto i = static_cast<std::size_t>(pick(2));
      on.end_writer(i);
      on.start_writer(i);
      on.now_ms += 2 * minute; // so that no price of before comes to the new one
    }
    for (int n = 0; n < 4; ++n) {
      const auto& one = markets[static_cast<std::size_t>(pick(markets.size()))];
      const auto& interval = candle_intervals[static_cast<std::size_t>(pick(6))];
      const auto limit = static_cast<std::size_t>(1 + pick(pick(2) == 0 ? 5 : 1'500));
      std::int64_t from = 0, to = candle_query::max_ms;
      auto parameters = fmt::format("interval={}&limit={}", interval.name, limit);
      if (pick(3) == 0)
        parameters += fmt::format("&from_ms={}", from = on.now_ms - pick(static_cast<std::uint64_t>(
                                                                        50 * interval.length_ms)));
      if (pick(3) == 0) {
        to = std::max(from + 1,
                      on.now_ms - pick(static_cast<std::uint64_t>(20 * interval.length_ms)));
        parameters += fmt::format("&to_ms={}", to);
      }
      const auto& id = one.subject->id;
      if (one.log.all.empty())
        continue;
      CAPTURE(step);
      CAPTURE(id);
      CAPTURE(parameters);
      const auto answer = on.candles(id, parameters);
      const auto expected = one.log.expected(interval.length_ms, bases[interval.ring],
                                             kept[interval.ring], on.now_ms, limit, from, to);
      REQUIRE(shown(answer) == expected);
      asked += expected.empty() ? 0 : 1;
    }
  }
  CHECK(asked > 1'000);
}

TEST_CASE("what a subscription begins with is no candle, however old it is") {
  candle_world on;
  const auto btc = *make_market("x", "BTC", "USDT", "BTC");
  const auto eth = *make_market("x", "ETH", "USDT", "ETH");
  for (const auto age : {2 * minute, 25 * hour, 40 * day, on.now_ms - 1'700'000'000}) {
    CAPTURE(age);
    on.hear(btc, {on.now_ms - age, 0}, "1");
    on.drain(0);
    on.drain(1);
    CHECK(shown(on.candles(btc->id, "")).empty());
    for (const std::size_t i : {0U, 1U}) {
      on.end_writer(i);
      on.start_writer(i);
    }
  }
  on.hear(btc, {on.now_ms - 40 * day, 0}, "1");
  on.now_ms += 2 * minute;
  on.hear(btc, {on.now_ms - 30 * day, 0}, "2"); // missed, and told by the next subscription
  on.hear(eth, {on.now_ms, 0}, "3");
  on.drain(0);
  on.drain(1);
  CHECK(shown(on.candles(btc->id, "")).empty());
  CHECK_FALSE(shown(on.candles(eth->id, "")).empty());
}

TEST_CASE("an exchange whose clock is behind has candles by ours, after a minute") {
  candle_world on;
  const auto btc = *make_market("x", "BTC", "USDT", "BTC");
  on.now_ms = 1'700'000'040'000; // a whole minute
  const auto begun = on.now_ms.load();
  auto behind = minute + 1'000;
  SUBCASE("by a minute") {
  }
  SUBCASE("by days") {
    behind = 3 * day;
  }
  for (int i = 0; i < 240; ++i) {
    on.hear(btc, {on.now_ms - behind, 0}, std::to_string(100 + i));
    on.now_ms += 1'000;
  }
  // The first trade tells nothing of the clock, as it may be of any day; the second begins the
  // minute.
  const auto expected = fmt::format("{} 161 219 161 219\n{} 220 279 220 279\n{} 280 339 280 339\n",
                                    begun + minute, begun + 2 * minute, begun + 3 * minute);
  on.drain(0);
  on.drain(1);
  CHECK(shown(on.candles(btc->id, "")) == expected);
  on.hear(btc, {on.now_ms, 0}, "7"); // it was set right
  on.drain(0);
  on.drain(1);
  CHECK(shown(on.candles(btc->id, "limit=1")) == fmt::format("{} 7 7 7 7\n", begun + 4 * minute));
}

TEST_CASE("candles say what they are of, and which is being built") {
  candle_world on;
  const auto btc = *make_market("x", "BTC", "USDT", "BTC");
  on.now_ms = 1'700'000'040'000; // a whole minute
  on.hear(btc, {on.now_ms, 0}, "100.50");
  on.now_ms += minute;
  on.hear(btc, {on.now_ms, 0}, "99.00");
  on.drain(0);
  on.drain(1);
  const auto closed = [&](const char* interval) {
    std::string out;
    const auto answer = on.candles(btc->id, fmt::format("interval={}", interval));
    for (const auto& one : answer["data"].GetArray())
      out += one["closed"].GetBool() ? 'y' : 'n';
    return out;
  };
  CHECK(closed("1m") == "yn");
  CHECK(closed("1d") == "n");
  on.now_ms += 2 * minute - 1; // a late price may still come
  CHECK(closed("1m") == "yn");
  on.now_ms += 1;
  CHECK(closed("1m") == "yy");
  CHECK(closed("1h") == "n");
  const auto answer = on.candles(btc->id, "");
  CHECK(std::string{answer["meta"]["interval"].GetString()} == "1m");
  CHECK(answer["meta"]["interval_ms"].GetInt64() == minute);
  CHECK(answer["meta"]["kept_from_ms"].GetInt64() ==
        on.now_ms / minute * minute - (kept[0] - 1) * minute);
  CHECK(std::string{answer["meta"]["id"].GetString()} == btc->id);
  CHECK(answer["as_of_ms"].GetInt64() == on.now_ms);

  const auto unknown = on.get("/v1/markets/x:NO-USDT/candles");
  CHECK(unknown.status == 404);
  CHECK(unknown.body.find("x:NO-USDT is not followed") != unknown.body.npos);
  const auto refused = on.get("/v1/markets/x:BTC-USDT/candles?interval=2m");
  CHECK(refused.status == 400);
  CHECK(refused.body.find("one of 1m, 5m, 15m, 1h, 4h, 1d") != refused.body.npos);
  on.redis.run({"DEL", on.board_at->layout[1].epoch});
  CHECK(on.get("/v1/markets/x:BTC-USDT/candles").status == 503);
}

TEST_CASE("each market is written about once a minute, its keys expire, and the ring is bounded") {
  candle_world on;
  const auto btc = *make_market("x", "BTC", "USDT", "BTC");
  const auto one_key = on.board_at->layout.candles("USDT", "1m", on.now_ms / hour);
  on.hear(btc, {on.now_ms, 0}, "1");
  while (on.redis.run({"EXISTS", one_key}).integer == 0) // without being asked to
    std::this_thread::yield();
  const auto lives = on.redis.run({"PTTL", one_key}).integer;
  CHECK(lives > kept[0] * minute);
  CHECK(lives <= (kept[0] + 60 + 3) * minute);

  // Nothing more is written until there is news.
  on.drain(btc->hash % 2);
  on.redis.run({"CONFIG", "SET", "slowlog-max-len", "100000"});
  on.redis.run({"CONFIG", "SET", "slowlog-log-slower-than", "0"});
  const auto writes = [&] { // of candles, in a log of all commands
    std::size_t out = 0;
    for (const auto& one : on.redis.run({"SLOWLOG", "GET", "100000"}).elements)
      out += one.elements[3].elements[0].text == "HSET" &&
                     one.elements[3].elements[1].text.find(":candles:") != std::string::npos
                 ? 1
                 : 0;
    return out;
  };
  on.drain(btc->hash % 2);
  CHECK(writes() == 0);
  for (int i = 0; i < 500; ++i) // many updates in a minute
    on.hear(btc, {on.now_ms + i, 0}, std::to_string(2 + i % 7));
  on.drain(btc->hash % 2);
  CHECK(writes() >= 3);
  CHECK(writes() <= 2 * 3); // its turn may have come meanwhile
  on.redis.run({"CONFIG", "SET", "slowlog-log-slower-than", "-1"});

  for (int i = 0; i < 60 * 12; ++i) {
    on.now_ms += minute;
    on.hear(btc, {on.now_ms, 0}, "3");
    if (i % 60 == 0)
      on.drain(btc->hash % 2);
  }
  CHECK(on.candles(btc->id, "limit=1500")["data"].Size() == static_cast<unsigned>(kept[0]));
  const auto fives = on.candles(btc->id, "limit=1500&interval=5m");
  CHECK(fives["data"].Size() <= static_cast<unsigned>(kept[0] / 5));
  CHECK(fives["data"][0]["start_ms"].GetInt64() >= fives["meta"]["kept_from_ms"].GetInt64());
}

TEST_CASE("our clock is set back into the hour before, of which Redis has the minutes") {
  candle_world on;
  const auto btc = *make_market("x", "BTC", "USDT", "BTC");
  const auto owner = btc->hash % 2;
  const auto begins = on.now_ms / hour * hour;
  std::int64_t theirs = begins; // their clock goes on
  const auto hear_minutes = [&](std::int64_t from, std::int64_t count) {
    for (std::int64_t i = from; i < from + count; ++i, theirs += minute) {
      on.now_ms = begins + i * minute;
      on.hear(btc, {theirs, 0}, std::to_string(100 + i));
    }
    on.drain(owner);
  };
  hear_minutes(0, 62);
  hear_minutes(57, 10);
  const auto minutes = on.candles(btc->id, "");
  REQUIRE(minutes["data"].Size() == 67);
  for (unsigned i = 0; i < 67; ++i) {
    CHECK(minutes["data"][i]["start_ms"].GetInt64() == begins + i * minute);
    CHECK(minutes["data"][i]["close"].GetString() == std::to_string(100 + i));
  }
  const auto hours = on.candles(btc->id, "interval=1h");
  REQUIRE(hours["data"].Size() == 2);
  CHECK(std::string{hours["data"][0]["open"].GetString()} == "100");
  CHECK(std::string{hours["data"][0]["high"].GetString()} == "159");
}

TEST_CASE("an emptied Redis gets what writers hold; damaged chunks are left out") {
  candle_world on;
  const auto btc = *make_market("x", "BTC", "USDT", "BTC");
  const auto owner = btc->hash % 2;
  on.now_ms = 1'700'000'000'000 / hour * hour;
  for (int i = 0; i < 90; ++i) {
    on.now_ms += minute;
    on.hear(btc, {on.now_ms, 0}, std::to_string(100 + i));
  }
  on.drain(owner);
  CHECK(on.candles(btc->id, "")["data"].Size() == 90);
  on.redis.run({"FLUSHALL"});
  for (std::size_t i = 0; i < on.board_at->layout.size(); ++i)
    on.redis.run({"SET", on.board_at->layout[i].epoch, "1"});
  caf::anon_send(on.writers[owner]->get(), rebuild{++on.incarnation});
  on.drain(owner);
  on.end_writer(owner); // what Redis has is all that there is
  on.start_writer(owner);
  on.hear(btc, {on.now_ms + 1, 0}, "200");
  on.drain(owner);
  CHECK(on.candles(btc->id, "")["data"].Size() == 31); // of this hour
  CHECK(on.candles(btc->id, "interval=1h")["data"].Size() == 2);
  const auto days = on.candles(btc->id, "interval=1d");
  REQUIRE(days["data"].Size() == 1);
  CHECK(std::string{days["data"][0]["open"].GetString()} == "100");
  CHECK(std::string{days["data"][0]["close"].GetString()} == "200");

  on.end_writer(owner);
  const auto key = on.board_at->layout.candles("USDT", "1m", on.now_ms / hour);
  REQUIRE(on.redis.run({"HEXISTS", key, btc->id}).integer == 1);
  on.redis.run({"HSET", key, btc->id, "nonsense"});
  on.start_writer(owner);
  on.now_ms += minute;
  on.hear(btc, {on.now_ms, 0}, "201");
  on.drain(owner);
  CHECK(on.candles(btc->id, "")["data"].Size() == 1);
  CHECK(on.candles(btc->id, "interval=1h")["data"].Size() == 2);
}
