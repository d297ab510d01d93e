#include "tests/unit/actors/nursery.hpp"

using namespace tickboard;
using namespace tickboard::test;
using namespace std::chrono_literals;

TEST_CASE("a backoff is drawn from all of an exponentially growing range") {
  for (const restart_policy& policy : {restart_policy{}, restart_policy{1ms, 10'000ms, 3, 1s, 1s},
                                       restart_policy{7ms, 7ms, 3, 1s, 1s}})
    for (std::uint32_t failures = 0; failures < 40; ++failures) {
      const auto ceiling = std::min<std::int64_t>(
          policy.backoff_max.count(), policy.backoff_min.count() << std::min(failures, 30u));
      const auto floor = policy.backoff_min.count() / 2;
      auto lowest = ceiling, highest = floor;
      for (std::uint64_t seed = 0; seed < 300; ++seed) {
        std::mt19937_64 random{seed};
        const auto wait = backoff(policy, failures, random).count();
        REQUIRE(wait >= floor);
        REQUIRE(wait <= ceiling);
        lowest = std::min(lowest, wait);
        highest = std::max(highest, wait);
      }
      CHECK(lowest <= floor + (ceiling - floor) / 10);
      CHECK(highest >= ceiling - (ceiling - floor) / 10);
    }
}

TEST_CASE("a child that ended is started again when its backoff is over, not before") {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    nursery one{{}, seed};
    one.add("a");
    for (std::uint32_t failure = 0; failure < 4; ++failure) {
      const auto told = one.crash("a");
      CHECK(told.restarts == failure + 1);
      CHECK_FALSE(told.alarm);
      CHECK(describe(told.reason) == "the child was told to");
      one.advance(told.retry_in - 1ms, 100ms);
      CHECK(one.lives["a"].size() == failure + 1);
      one.advance(1ms);
      REQUIRE(one.lives["a"].size() == failure + 2);
    }
    CHECK(one.parent.all<child_started>().size() == 5);
    CHECK(one.parent.all<child_started>().back().handle == one.lives["a"].back());
  }
}

TEST_CASE("siblings do not notice, and an exception ends its own actor alone") {
  nursery one;
  one.add("a");
  one.add("b");
  const obituary b{one.lives["b"].back()};
  const auto told = one.crash("a", throw_now);
  CHECK(describe(told.reason) == "exception: the child's handler threw");
  one.advance(told.retry_in);
  CHECK(one.lives["a"].size() == 2);
  CHECK(one.lives["b"].size() == 1);
  CHECK_FALSE(b.ended());
  CHECK(one.crash("b").restarts == 1);
}

TEST_CASE("a used up budget means slow retries and an alarm until a life outlasts the window") {
  const restart_policy policy{100ms, 400ms, 3, 60s, 60s};
  nursery one{policy};
  one.add("a");
  for (int i = 0; i < 3; ++i)
    CHECK_FALSE(one.crash_and_restart("a").alarm);
  for (int i = 0; i < 20; ++i) {
    const auto told = one.crash_and_restart("a");
    CAPTURE(i);
    CHECK(told.alarm);
    CHECK(told.retry_in == policy.slow_retry);
    const auto& kept = state_of<supervisor_state>(one.subject).children.at("a").restarts;
    CHECK(kept.size() <= policy.budget + 1);
  }
  const auto& shown = state_of<supervisor_state>(one.subject);
  CHECK(shown.json().find("\"alarm\":true") != std::string::npos);
  one.advance(61s, 1s);
  CHECK(shown.json().find("\"alarm\":false") != std::string::npos);
  CHECK(metrics::exposition(shown.figures()).find("tickboard_part_alarm{part=\"a\"} 0") !=
        std::string::npos);
  const auto told = one.crash("a");
  CHECK_FALSE(told.alarm);
  CHECK(told.retry_in <= policy.backoff_min);
  CHECK(told.restarts == 24);
}

TEST_CASE("the record of restarts is bounded however long a child keeps failing") {
  const restart_policy policy{1ms, 1ms, 5, 60s, 1ms};
  nursery one{policy};
  one.add("a");
  for (int i = 0; i < 500; ++i) {
    one.crash_and_restart("a");
    CHECK(state_of<supervisor_state>(one.subject).children.at("a").restarts.size() <= 6);
  }
}

TEST_CASE("a long life begins the backoff anew") {
  const restart_policy policy{100ms, 60'000ms, 1000, 30s, 60s};
  nursery one{policy};
  one.add("a");
  std::chrono::milliseconds longest{0};
  for (int i = 0; i < 12; ++i)
    longest = std::max(longest, one.crash_and_restart("a").retry_in);
  CHECK(longest > policy.backoff_min);
  one.advance(policy.window + 1ms, 1s);
  CHECK(one.crash("a").retry_in <= policy.backoff_min);
}

TEST_CASE("a removed child ends and is not started again") {
  nursery one;
  one.add("a");
  one.add("b");
  const obituary a{one.lives["a"].back()};
  one.send(one.subject, remove_child{"a"});
  CHECK(a.ended());
  one.advance(5min, 1s);
  CHECK(one.lives["a"].size() == 1);
  CHECK(one.parent.all<child_ended>().empty());

  SUBCASE("nor is one that waits for its restart") {
    one.crash("b");
    one.send(one.subject, remove_child{"b"});
    one.advance(5min, 1s);
    CHECK(one.lives["b"].size() == 1);
  }
  SUBCASE("nor is one that ended when it was being removed") {
    caf::anon_send(one.lives["b"].back(), quit_now);
    caf::anon_send(one.subject, remove_child{"b"});
    one.advance(5min, 1s);
    CHECK(one.lives["b"].size() == 1);
  }
  SUBCASE("removing what is not there does nothing") {
    one.send(one.subject, remove_child{"nobody"});
    CHECK_FALSE(obituary{one.subject}.ended());
  }
}

TEST_CASE("a restart that was due for an earlier life does not happen") {
  const restart_policy policy{1'000ms, 60'000ms, 1000, 60s, 60s};
  nursery one{policy};
  one.add("a");
  const auto first = one.crash("a");
  SUBCASE("of the same child") {
    one.add("a"); // starts it at once
  }
  SUBCASE("of a removed child whose name is taken again") {
    one.send(one.subject, remove_child{"a"});
    one.add("a");
  }
  REQUIRE(one.lives["a"].size() == 2);
  one.advance(first.retry_in - 1ms); // the second life ends just before the first one's restart
  const auto second = one.crash("a");
  REQUIRE(second.retry_in > 1ms);
  one.advance(second.retry_in - 1ms);
  CHECK(one.lives["a"].size() == 2);
  one.advance(1ms);
  CHECK(one.lives["a"].size() == 3);
}

TEST_CASE("adding a child that is there starts nothing") {
  nursery one;
  one.add("a");
  one.add("a");
  CHECK(one.lives["a"].size() == 1);
}

TEST_CASE("a child that is added again goes on, and its next life is as it was told last") {
  nursery one;
  one.add("a");
  int others = 0;
  one.send(one.subject, add_child{{"a", [&] {
                                     ++others;
                                     return one.spawn([](caf::event_based_actor*) {
                                       return caf::behavior{[](int) {}};
                                     });
                                   }}});
  CHECK(others == 0);
  one.advance(one.crash("a").retry_in);
  CHECK(one.lives["a"].size() == 1);
  CHECK(others == 1);
}

TEST_CASE("children end with their supervisor, also those that wait") {
  nursery one;
  for (const auto* name : {"a", "b", "c"})
    one.add(name);
  one.crash("c");
  const obituary a{one.lives["a"].back()}, b{one.lives["b"].back()}, itself{one.subject};
  SUBCASE("killed") {
    one.end(one.subject);
  }
  SUBCASE("by a child that cannot even be started") {
    child_spec broken;
    broken.name = "broken";
    broken.start = []() -> caf::actor { throw std::runtime_error("no more threads"); };
    one.send(one.subject, add_child{std::move(broken)});
    CHECK(describe(itself.reason()) == "exception: no more threads");
  }
  SUBCASE("by the end of what it is linked to") {
    one.end(one.subject, caf::make_error(ec::discovery_failed, std::string{"no listing"}));
  }
  CHECK(itself.ended());
  CHECK(a.ended());
  CHECK(b.ended());
  one.advance(5min, 1s);
  CHECK(one.lives["c"].size() == 1);
}

TEST_CASE("a supervisor tells how each of its children does") {
  restart_policy patient;
  patient.budget = 1;
  nursery one{patient};
  one.add("steady");
  one.add("fragile");
  const auto told = [&] {
    std::string out;
    one.spawn([&](caf::event_based_actor* self) {
      self->request(one.subject, caf::infinite, supervision_asked{})
          .then([&](const std::string& text) { out = text; });
    });
    one.run();
    return out;
  };
  const std::string steady =
      R"({"part":"steady","running":true,"restarts":0,"alarm":false,"last_error":null,)"
      R"("last_error_age_ms":null})";
  CHECK(told() == R"({"data":[{"part":"fragile","running":true,"restarts":0,"alarm":false,)"
                  R"("last_error":null,"last_error_age_ms":null},)" +
                      steady + "]}");
  one.crash("fragile");
  CHECK(told() == R"({"data":[{"part":"fragile","running":false,"restarts":1,"alarm":false,)"
                  R"("last_error":"the child was told to","last_error_age_ms":0},)" +
                      steady + "]}");
  one.advance(patient.backoff_max, 1s);
  const auto again = told();
  CHECK(again.find(R"({"part":"fragile","running":true,"restarts":1,"alarm":false,)") !=
        again.npos);
  CHECK(again.find(R"("last_error_age_ms":30000})") != again.npos);
  one.crash("fragile");
  CHECK(told().find(R"("running":false,"restarts":2,"alarm":true)") != std::string::npos);
}
