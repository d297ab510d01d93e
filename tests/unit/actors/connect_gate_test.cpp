// The connect gate alone: who may connect when, and what of it outlasts the process.

#include "actors/messages/drain.hpp"
#include "tests/unit/actors/gate_fixture.hpp"

#include <algorithm>
#include <random>

using namespace tickboard;
using namespace tickboard::test;
using namespace std::chrono_literals;

namespace {

const std::string host = "ws.exchange.test:443";
const exchange::connect_budget three{3, 10s};

using asker = probe<connect_allowed, connect_delayed>;

struct gate_fixture : actor_fixture {
  gate_under_test gate{*this};

  void ask(asker& who, const std::string& at = host, exchange::connect_budget budget = three,
           std::chrono::milliseconds interval = 2s) {
    caf::send_as(who.handle(), gate.at->get(), connect_asked{at, budget, interval});
    run();
  }

  static bool allowed(asker& who) { return !who.take<connect_allowed>().empty(); }
  static std::string told(asker& who) {
    const auto all = who.take<connect_delayed>();
    return all.empty() ? "nothing" : all.back().why;
  }

  /// Time passes until it is allowed, at most an hour; how long that took.
  std::chrono::milliseconds wait_for(asker& who) {
    for (std::chrono::milliseconds waited{0}; waited < 1h; waited += 10ms) {
      if (allowed(who))
        return waited;
      advance(10ms);
    }
    return 1h;
  }
};

/// A file in which this host banned us until then.
std::string banned_until(std::int64_t ms, const std::string& at = host) {
  exchange::connect_ledger ledger;
  ledger.refused(at, 429, std::chrono::hours{1}, ms - 3'600'000);
  return ledger.text(ms - 3'600'000);
}

} // namespace

TEST_CASE("all who connect to a host share its budget, and go in the order of asking") {
  gate_fixture one;
  one.gate.config.file = "";
  one.gate.start();
  std::deque<asker> askers;
  for (int i = 0; i < 6; ++i)
    one.ask(askers.emplace_back(one));
  for (std::size_t i = 0; i < 6; ++i)
    CHECK(one.allowed(askers[i]) == (i < 3));
  for (std::size_t i = 3; i < 6; ++i)
    CHECK(one.told(askers[i]).starts_with("connect budget used up (3 attempts in 10 s) until 20"));
  asker other{one}, listing{one};
  one.ask(other, "another.test:443");
  CHECK(one.allowed(other));
  one.ask(listing, host, {}); // counts no attempts, and waits for none
  CHECK(one.allowed(listing));

  CHECK(one.wait_for(askers[3]) >= 9'990ms);
  CHECK(one.told(askers[4]) == "other connects go first"); // one after the other now
  CHECK(one.wait_for(askers[4]) >= 1'980ms);
  CHECK(one.wait_for(askers[5]) <= 2'020ms);
  CHECK(state_of<connect_gate_state>(one.gate.at->get()).hosts.size() <= 1);
  one.advance(1min, 1s);
  asker late{one};
  one.ask(late);
  CHECK(one.allowed(late));
  CHECK(state_of<connect_gate_state>(one.gate.at->get()).hosts.empty()); // nobody waits
}

TEST_CASE("a ban keeps everybody away until it is over; then one finds out for all") {
  gate_fixture one;
  one.gate.config.file = "";
  one.gate.start();
  std::deque<asker> askers;
  for (int i = 0; i < 3; ++i)
    askers.emplace_back(one);
  asker listing{one}, elsewhere{one};
  one.ask(askers[0]);
  CHECK(one.allowed(askers[0]));
  one.gate.refuse(host, 429, 120s);
  one.ask(askers[0]);
  one.ask(askers[1]);
  one.ask(listing, host, {});
  one.ask(elsewhere, "another.test:443");
  CHECK(one.allowed(elsewhere));
  CHECK(one.told(askers[0]).starts_with("banned by the exchange (HTTP status 429) until 20"));
  CHECK(one.told(askers[1]).starts_with("banned by the exchange (HTTP status 429) until 20"));
  CHECK(one.told(listing).starts_with("banned by the exchange (HTTP status 429) until 20"));
  one.advance(119'990ms);
  for (auto* who : {&askers[0], &askers[1], &listing}) {
    CHECK_FALSE(one.allowed(*who));
    CHECK(one.told(*who) == "nothing"); // said once
  }
  CHECK(one.wait_for(askers[0]) <= 5'100ms);
  CHECK_FALSE(one.allowed(askers[1]));
  one.gate.refuse(host, 418, 0s); // it was not over
  CHECK(one.told(askers[1]).starts_with("banned by the exchange (HTTP status 418) until 20"));
  one.ask(askers[0]);
  one.advance(119s, 10ms); // twice the first minute, as it is the second in a row
  CHECK_FALSE(one.allowed(askers[1]));
  CHECK_FALSE(one.allowed(listing));
  CHECK(one.wait_for(askers[1]) <= 6'100ms);
  CHECK(one.wait_for(listing) <= 2'020ms);
  CHECK(one.wait_for(askers[0]) <= 2'020ms);

  one.gate.refuse(host, 500, 60s); // no wish of the exchange
  one.gate.refuse(host, 503, 0s);
  one.advance(10s);
  one.ask(askers[2]);
  CHECK(one.allowed(askers[2]));
  one.gate.refuse(host, 503, 7s);
  one.ask(askers[2]);
  CHECK(one.told(askers[2]).starts_with("sent away by the exchange (HTTP status 503) until 20"));
  const auto waited = one.wait_for(askers[2]);
  CHECK(waited >= 6'990ms);
  CHECK(waited <= 7'720ms); // 10% at most
}

TEST_CASE("whoever asks in whatever order: no attempt too many, none in a ban, nobody forgotten") {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random{seed};
    gate_fixture one;
    one.gate.config.seed = seed;
    one.gate.config.file = "kept";
    one.gate.start();
    const exchange::connect_budget budget{1 + random() % 5,
                                          std::chrono::seconds{1 + random() % 30}};
    std::deque<asker> askers;
    std::vector<std::optional<std::int64_t>> asked_at(8);
    for (std::size_t i = 0; i < asked_at.size(); ++i)
      askers.emplace_back(one);
    std::vector<std::int64_t> attempts;
    std::int64_t banned_until_ms = 0;
    for (int step = 0; step < 400; ++step) {
      const auto who = random() % asked_at.size();
      const auto look = [&] {
        for (std::size_t i = 0; i < asked_at.size(); ++i)
          for (std::size_t n = askers[i].take<connect_allowed>().size(); n > 0; --n) {
            REQUIRE(asked_at[i]); // once for each question
            asked_at[i].reset();
            attempts.push_back(one.gate.now_ms());
            CHECK(attempts.back() >= banned_until_ms);
          }
      };
      if (random() % 3 == 0) {
        if (!asked_at[who])
          asked_at[who] = one.gate.now_ms();
        one.ask(askers[who], host, budget, 100ms);
        look();
      }
      if (random() % 40 == 0) {
        const auto wait = 1 + random() % 20;
        one.gate.refuse(host, 429, std::chrono::seconds{wait});
        banned_until_ms =
            std::max(banned_until_ms, one.gate.now_ms() + 1000 * static_cast<std::int64_t>(wait));
      }
      if (random() % 50 == 0) { // it crashes; whoever waits asks its next life
        one.end(one.gate.at->get());
        one.gate.start();
        for (std::size_t i = 0; i < asked_at.size(); ++i)
          if (asked_at[i] && askers[i].all<connect_allowed>().empty())
            one.ask(askers[i], host, budget, 100ms);
      }
      look();
      for (auto ms = random() % 200; ms > 0; ms -= std::min<std::uint64_t>(ms, 10)) {
        one.advance(10ms);
        look();
      }
    }
    for (std::size_t i = budget.attempts; i < attempts.size(); ++i)
      CHECK(attempts[i] - attempts[i - budget.attempts] >= budget.window.count() - 10);
    for (int left = 0; left < 20; ++left) {
      one.advance(30s, 100ms);
      for (std::size_t i = 0; i < asked_at.size(); ++i)
        if (!askers[i].take<connect_allowed>().empty())
          asked_at[i].reset();
    }
    for (const auto& open : asked_at)
      CHECK_FALSE(open);
  }
}

TEST_CASE("a clock that is set does not make anybody wait for good") {
  gate_fixture one;
  one.gate.config.file = "";
  one.gate.start();
  asker who{one};
  one.gate.refuse(host, 429, 30min);
  one.ask(who);
  one.gate.jump_ms += 1'900'000; // over by the clock
  CHECK(one.wait_for(who) <= 1min);
  one.advance(3s);
  for (int i = 0; i < 3; ++i)
    one.ask(who);
  one.gate.jump_ms -= 86'400'000; // attempts of tomorrow are taken for some of now
  asker other{one};
  one.ask(other);
  CHECK(one.wait_for(other) <= 13s);
}

TEST_CASE("those who are gone take nobody's place") {
  gate_fixture one;
  one.gate.config.file = "";
  one.gate.start();
  one.gate.refuse(host, 429, 60s);
  asker last{one};
  {
    std::deque<asker> crowd;
    for (int i = 0; i < 20; ++i)
      one.ask(crowd.emplace_back(one));
    one.ask(last);
    for (auto& gone : crowd)
      one.end(gone.handle());
  }
  CHECK(state_of<connect_gate_state>(one.gate.at->get()).hosts.at(host).waiting.size() == 1);
  CHECK(one.wait_for(last) <= 66s);
}

TEST_CASE("nobody is let go before the file was read, and what it says holds") {
  gate_fixture one;
  one.gate.config.file = "connects.json";
  asker who{one};
  SUBCASE("a ban") {
    one.gate.file = banned_until(one.gate.now_ms() + 90'000);
    one.gate.start();
    one.ask(who);
    CHECK(one.told(who).starts_with("banned by the exchange (HTTP status 429) until 20"));
    one.advance(89'900ms);
    CHECK_FALSE(one.allowed(who));
    CHECK(one.wait_for(who) <= 5'200ms);
  }
  SUBCASE("attempts") {
    exchange::connect_ledger before;
    for (int i = 0; i < 3; ++i)
      before.attempted(host, three, one.gate.now_ms() - 4'000);
    one.gate.file = before.text(one.gate.now_ms());
    one.gate.start();
    one.ask(who);
    CHECK(one.wait_for(who) >= 5'980ms);
  }
  SUBCASE("one that is broken") {
    one.gate.file = result<std::string>{"{\"version\":1"};
    one.gate.start();
    one.ask(who);
    CHECK(one.allowed(who));
  }
  SUBCASE("one that cannot be read") {
    one.gate.file = unexpected(std::string{"connects.json: cannot be read: Permission denied"});
    one.gate.start();
    one.ask(who);
    CHECK(one.allowed(who));
  }
  SUBCASE("a disk that hangs") {
    one.gate.disk_hangs = true;
    one.gate.start();
    one.ask(who);
    CHECK(one.told(who) == "what was counted before is being read");
    one.advance(9'900ms);
    CHECK_FALSE(one.allowed(who));
    one.advance(200ms);
    CHECK(one.allowed(who));
  }
}

TEST_CASE("what changes is in the file soon, but not with every change") {
  gate_fixture one;
  one.gate.config.file = "connects.json";
  one.gate.start();
  asker who{one};
  CHECK(one.gate.saved.empty());
  one.ask(who);
  CHECK(one.gate.saved.size() == 1); // at once
  one.gate.refuse(host, 429, 60s);
  for (int i = 0; i < 50; ++i) {
    one.ask(who, "host" + std::to_string(i) + ":1");
    one.advance(10ms);
  }
  CHECK(one.gate.saved.size() == 1);
  one.advance(510ms);
  CHECK(one.gate.saved.size() == 2);
  CHECK(one.gate.saved.back().find("host49:1") != std::string::npos);
  CHECK(exchange::connect_ledger::parse(one.gate.saved.back(), one.gate.now_ms()));
  one.advance(1min, 100ms);
  CHECK(one.gate.saved.size() == 2); // nothing changed
  asker listing{one};
  one.ask(listing, host, {});
  one.advance(10s, 100ms);
  CHECK(one.allowed(listing));
  CHECK(one.gate.saved.size() == 2);

  one.gate.disk_problem = "connects.json.new: cannot be written: No space left on device";
  one.ask(who, "late:1");
  CHECK(one.gate.saved.size() == 3);
  one.advance(9'990ms, 10ms);
  CHECK(one.gate.saved.size() == 3);
  one.advance(20ms);
  CHECK(one.gate.saved.size() == 4);
  one.gate.disk_problem.clear();
  one.advance(1min, 10ms);
  CHECK(one.gate.saved.size() == 5);
  CHECK(one.gate.saved.back().find("late:1") != std::string::npos);
}

TEST_CASE("a daemon that stops waits until the file has everything") {
  gate_fixture one;
  one.gate.config.file = "connects.json";
  one.gate.start();
  asker who{one};
  probe<drained> stopping{one};
  const auto stop = [&] {
    caf::send_as(stopping.handle(), one.gate.at->get(), drain_asked{});
    one.run();
    return stopping.take<drained>().size() == 1;
  };
  CHECK(stop()); // nothing to write
  one.ask(who);
  one.gate.refuse(host, 429, 60s); // within the second
  CHECK(one.gate.saved.size() == 1);
  SUBCASE("at once") {
    CHECK(stop());
  }
  SUBCASE("while one is being written") {
    one.advance(1s);
    CHECK(one.gate.saved.size() == 2);
    one.gate.disk_hangs = true;
    one.ask(who, "late:1");
    one.advance(1s);
    CHECK(one.gate.saved.size() == 3);
    one.gate.refuse("late:1", 429, 60s);
    CHECK_FALSE(stop());
    one.gate.disk_hangs = false;
    one.send(state_of<connect_gate_state>(one.gate.at->get()).worker, 1);
    CHECK(stopping.take<drained>().size() == 1);
    CHECK(one.gate.saved.size() == 4);
  }
  SUBCASE("but not for a disk that takes nothing") {
    one.gate.disk_problem = "no room";
    CHECK(stop());
  }
  CHECK(one.gate.saved.back().find("\"status\":429") != std::string::npos);
}

TEST_CASE("a gate that is started again knows what it knew") {
  gate_fixture one;
  one.gate.config.file = "connects.json";
  one.gate.start();
  asker who{one};
  one.ask(who);
  one.gate.refuse(host, 429, 60s); // not yet in the file
  one.end(one.gate.at->get());
  const auto before = one.gate.saved.size();
  one.gate.start();
  CHECK(one.gate.saved.size() == before + 1);
  CHECK(one.gate.saved.back().find("\"status\":429") != std::string::npos);
  one.allowed(who);
  one.ask(who);
  one.advance(50s);
  CHECK_FALSE(one.allowed(who));
  CHECK(one.wait_for(who) <= 16s);
}
