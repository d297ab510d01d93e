#include "actors/query.hpp"
#include "actors/view_plan.hpp"
#include "tests/support/actor_fixture.hpp"

#include <algorithm>
#include <random>

using namespace tickboard;
using namespace tickboard::test;
using namespace std::chrono_literals;

namespace {

/// A Redis that answers when the test says so.
struct slow_client final : redis::client {
  void submit(std::vector<redis::call> calls) override {
    for (auto& one : calls) {
      open.push_back({++submitted, std::move(one)});
    }
  }
  void look() override {}
  void reconnect() override {}
  void stop() override { open.clear(); } // calls hold who waits for them, and those this

  /// Every answer is an error that says which call it is of, counted from 1.
  void answer(std::size_t which) {
    const auto one = std::move(open.at(which));
    open.erase(open.begin() + static_cast<std::ptrdiff_t>(which));
    one.second.done(redis::reply{std::to_string(one.first)});
  }

  std::vector<std::pair<std::size_t, redis::call>> open;
  std::size_t submitted = 0;
};

struct query_fixture : actor_fixture {
  ~query_fixture() { redis->stop(); }

  /// What became of a question.
  struct outcome {
    std::size_t asked_after = 0; ///< calls that were submitted before it was asked
    std::size_t times = 0;       ///< that it was answered
    std::string text;
    bool overloaded = false;
  };

  void start(query_config config = {}) {
    config.board = std::make_shared<const board>("t", std::vector<std::string>{"USDT"});
    config.open = [this](const std::vector<board::script_ptr>&, const redis::client_events&) {
      return redis;
    };
    subject = spawn(query, std::move(config));
    run();
  }

  std::shared_ptr<outcome> ask(const view_query& view, const std::string& client) {
    auto out = std::make_shared<outcome>();
    out->asked_after = redis->submitted;
    spawn([this, out, view, client](caf::event_based_actor* self) {
      self->request(subject, caf::infinite,
                    page_asked{std::make_shared<const page_question>(view), client})
          .then([out](const answer&) { ++out->times; },
                [out](const caf::error& error) {
                  ++out->times;
                  out->text = describe(error);
                  out->overloaded = error == ec::overloaded;
                });
    });
    run();
    return out;
  }

  /// The calls that are not answered yet.
  std::vector<std::size_t> in_redis() const {
    std::vector<std::size_t> out;
    for (const auto& one : redis->open)
      out.push_back(one.first);
    return out;
  }

  void reply(std::size_t which = 0) {
    redis->answer(which);
    run();
  }

  std::shared_ptr<slow_client> redis = std::make_shared<slow_client>();
  caf::actor subject;
};

view_query cheap(std::uint32_t page) {
  view_query out;
  out.page = page;
  return out;
}

view_query costly(std::uint32_t page) {
  auto out = cheap(page);
  out.exchanges.values = {"binance"};
  return out;
}

using numbers = std::vector<std::size_t>;

} // namespace

TEST_CASE_FIXTURE(query_fixture, "of costly views one is with Redis, and all others go by") {
  start();
  const auto first = ask(costly(1), "a"), second = ask(costly(2), "a");
  CHECK(in_redis() == numbers{1});
  const auto quick = ask(cheap(1), "a");
  CHECK(in_redis() == numbers{1, 2});
  reply(1);
  CHECK(quick->text == "2");
  CHECK(second->times == 0);
  reply();
  CHECK(first->text == "1");
  CHECK(in_redis() == numbers{3});
  reply();
  CHECK(second->text == "3");
}

TEST_CASE_FIXTURE(query_fixture, "as many costly views at once as is configured") {
  query_config config;
  config.costly_at_once = 3;
  start(config);
  for (std::uint32_t page = 1; page <= 5; ++page)
    ask(costly(page), "a");
  CHECK(in_redis() == numbers{1, 2, 3});
  reply(1);
  CHECK(in_redis() == numbers{1, 3, 4});
}

TEST_CASE_FIXTURE(query_fixture,
                  "as many plain questions at once as is configured, then in order") {
  query_config config;
  config.plain_at_once = 2;
  start(config);
  const auto first = ask(cheap(1), "a"), second = ask(cheap(2), "a"), third = ask(cheap(3), "a");
  const auto fourth = ask(cheap(4), "b"), same = ask(cheap(3), "b"); // which still shares
  const auto costs = ask(costly(1), "a");                            // which waits for no plain one
  CHECK(in_redis() == numbers{1, 2, 3});
  const auto late = ask(cheap(1), "a");
  reply(1);
  CHECK(second->text == "2");
  CHECK(in_redis() == numbers{1, 3, 4});
  reply(2);
  CHECK(third->text == "4");
  CHECK(same->text == "4");
  reply();
  CHECK(first->text == "1");
  CHECK(late->times == 0); // behind the fourth
  CHECK(in_redis() == numbers{3, 5, 6});
  reply(1);
  CHECK(fourth->text == "5");
  reply(1);
  CHECK(late->text == "6");
  reply();
  CHECK(costs->text == "3");
  CHECK(redis->submitted == 6);
}

TEST_CASE_FIXTURE(query_fixture, "each client in turn, whatever another one has waiting") {
  start();
  std::vector<std::shared_ptr<outcome>> flood;
  for (std::uint32_t page = 1; page <= 50; ++page)
    flood.push_back(ask(costly(page), "a"));
  const auto other = ask(costly(1'000), "b");
  reply();
  reply();
  CHECK(flood[1]->times == 1);
  CHECK(other->times == 0);
  reply();
  CHECK(other->times == 1);
  CHECK(flood[2]->times == 0);
}

TEST_CASE_FIXTURE(query_fixture, "who asks the same as somebody who waits shares his evaluation") {
  start();
  const auto running = ask(costly(1), "a");
  const auto waiting = ask(costly(2), "a"), same = ask(costly(2), "b");
  const auto late = ask(costly(1), "b"); // what runs is older than the question
  reply();
  CHECK(running->times == 1);
  CHECK(late->times == 0);
  CHECK(in_redis() == numbers{2});
  reply();
  CHECK(waiting->text == "2");
  CHECK(same->text == "2");
  reply();
  CHECK(late->text == "3");
  CHECK(in_redis().empty());
  CHECK(redis->submitted == 3);
}

TEST_CASE_FIXTURE(query_fixture, "what runs is shared while max_age allows it, and fails for all") {
  query_config config;
  config.max_age = 1h;
  start(config);
  const auto first = ask(cheap(1), "a"), late = ask(cheap(1), "b"), other = ask(cheap(2), "a");
  reply();
  CHECK(first->text == "1");
  CHECK(late->text == "1");
  CHECK(other->times == 0);
  const auto again = ask(cheap(1), "a"); // an error is not kept
  CHECK(in_redis() == numbers{2, 3});
  reply(1);
  CHECK(again->text == "3");
}

TEST_CASE_FIXTURE(query_fixture, "who asks the same again and again does not keep others out") {
  start();
  ask(costly(1), "a");
  ask(costly(1), "a");
  const auto other = ask(costly(2), "a");
  ask(costly(1), "a");
  reply();
  ask(costly(1), "a");
  reply();
  CHECK(other->times == 1);
}

TEST_CASE_FIXTURE(query_fixture, "what cannot wait is refused at once, and is the flood's") {
  query_config config;
  config.max_costly_pending = 3;
  start(config);
  std::vector<std::shared_ptr<outcome>> flood;
  for (std::uint32_t page = 1; page <= 6; ++page)
    flood.push_back(ask(costly(page), "a"));
  const auto refused = [&] {
    numbers out;
    for (std::size_t i = 0; i < flood.size(); ++i)
      if (flood[i]->overloaded)
        out.push_back(i);
    return out;
  };
  CHECK(refused() == numbers{4, 5});
  const auto other = ask(costly(1'000), "b");
  CHECK(refused() == numbers{3, 4, 5});
  CHECK_FALSE(other->overloaded);
  CHECK(ask(cheap(1), "a")->times == 0); // it is with Redis
  while (!in_redis().empty())
    reply();
  CHECK(other->times == 1);
  for (const auto& one : flood)
    CHECK(one->times == 1);
  ask(costly(4), "a");
  CHECK(in_redis().size() == 1); // and it goes on
}

TEST_CASE_FIXTURE(query_fixture, "what has waited for too long is not asked of Redis any more") {
  query_config config;
  config.patience = 0ms;
  config.plain_at_once = 1;
  for (const auto view : {costly, cheap}) {
    redis->submitted = 0;
    start(config);
    const auto first = ask(view(1), "a"); // no need to wait
    const auto second = ask(view(2), "a"), third = ask(view(3), "b");
    CHECK(second->times + third->times == 0);
    reply();
    CHECK(first->text == "1");
    CHECK(second->overloaded);
    CHECK(third->overloaded);
    CHECK(redis->submitted == 1);
    const auto again = ask(view(2), "a");
    reply();
    CHECK(again->text == "2");
  }
}

TEST_CASE_FIXTURE(query_fixture,
                  "each question is answered once, by an evaluation that is younger") {
  for (unsigned seed = 1; seed <= 30; ++seed) {
    CAPTURE(seed);
    std::mt19937 random{seed};
    const auto pick = [&](std::size_t n) { return random() % n; };
    query_config config;
    config.plain_at_once = 1 + pick(3);
    config.costly_at_once = 1 + pick(3);
    config.max_costly_pending = 1 + pick(20);
    redis->open.clear();
    redis->submitted = 0;
    start(config);
    std::vector<std::shared_ptr<outcome>> all;
    for (int step = 0; step < 200; ++step) {
      if (pick(3) != 0) {
        const auto page = static_cast<std::uint32_t>(1 + pick(12));
        all.push_back(ask(pick(4) == 0 ? cheap(page) : costly(page), std::to_string(pick(3))));
      } else if (!redis->open.empty()) {
        reply(pick(redis->open.size()));
      }
      const auto costly_open = std::ranges::count_if(
          redis->open, [](const auto& one) { return one.second.by_sha != nullptr; });
      REQUIRE(static_cast<std::size_t>(costly_open) <= config.costly_at_once);
      REQUIRE(redis->open.size() - static_cast<std::size_t>(costly_open) <= config.plain_at_once);
    }
    while (!redis->open.empty())
      reply();
    for (const auto& one : all) {
      REQUIRE(one->times == 1);
      if (!one->overloaded)
        REQUIRE(std::stoul(one->text) > one->asked_after);
    }
  }
}

TEST_CASE("costly is what looks at more than its page") {
  const redis::layout layout{"t", {"USDT"}};
  const auto is = [&](auto change) {
    view_query view;
    change(view);
    return is_costly(layout, view);
  };
  const auto named = [](std::size_t n) {
    std::vector<std::string> out;
    for (std::size_t i = 0; i < n; ++i)
      out.push_back("x:B" + std::to_string(i) + "-USDT");
    return out;
  };
  const auto last = *find_sort_field("last"), bid = *find_sort_field("bid");
  CHECK_FALSE(is([](view_query&) {}));
  CHECK_FALSE(is([](view_query& view) { view.quotes.values = {"USDT"}; }));
  CHECK_FALSE(is([](view_query& view) { view.by_cursor = true; }));
  CHECK_FALSE(is([](view_query& view) { view.around = "x:A-USDT"; }));
  CHECK_FALSE(is([](view_query& view) { view.page = 1'000, view.per_page = 250; }));
  CHECK_FALSE(is([&](view_query& view) { view.sort = last, view.ranges = {{last, 1, 2}}; }));
  CHECK_FALSE(is([&](view_query& view) { view.ids = named(50); }));
  CHECK_FALSE(is([](view_query& view) { view.bases.values = {"BTC", "ETH"}; }));
  CHECK_FALSE(is([](view_query& view) { view.snapshot = snapshot_use::read; }));

  CHECK(is([](view_query& view) { view.snapshot = snapshot_use::make; }));
  CHECK(is([](view_query& view) { view.quotes.values = {"EUR"}; })); // has no partition
  CHECK(is([](view_query& view) { view.quotes = {{"USDT"}, true}; }));
  CHECK(is([](view_query& view) { view.exchanges.values = {"x"}; }));
  CHECK(is([](view_query& view) { view.exchanges.values = {"x"}, view.by_cursor = true; }));
  CHECK(is([](view_query& view) { view.categories.values = {"meme"}; }));
  CHECK(is([](view_query& view) { view.bases = {{"BTC"}, true}; }));
  CHECK(is([](view_query& view) { view.bases.values = {"A", "B", "C", "D", "E"}; }));
  CHECK(is([&](view_query& view) { view.ids = named(51); }));
  CHECK(is([&](view_query& view) { view.sort = last, view.ranges = {{bid, 1, 2}}; }));
  CHECK(is([](view_query& view) { view.stale = false; }));
  CHECK(is([](view_query& view) { view.max_age_ms = 1; }));
}

TEST_CASE("what a view reads is in the partition of its quote, if that has all of it") {
  const redis::layout layout{"t", {"USDT"}};
  const auto reads = [&](auto change) {
    view_query view;
    view.sort = *find_sort_field("last");
    change(view);
    return reads_of(layout, view);
  };
  const auto of_usdt = [](view_query& view) { view.quotes.values = {"USDT"}; };
  const auto last = *find_sort_field("last"), bid = *find_sort_field("bid");
  const auto own = layout.find("USDT");
  index_set sorted;
  sorted.set(last);

  CHECK(reads([](view_query&) {}).partition == redis::layout::board);
  CHECK(reads([](view_query&) {}).indexes == sorted);
  CHECK(reads(of_usdt).partition == own);
  CHECK(reads(of_usdt).indexes == sorted);
  CHECK(reads([](view_query& view) { view.given_order = true; }).indexes.none());
  const auto on_board = [&](auto change) {
    const auto out = reads([&](view_query& view) {
      of_usdt(view);
      change(view);
    });
    return out.partition == redis::layout::board && (out.indexes & ~sorted).any();
  };
  CHECK(on_board([&](view_query& view) { view.ranges = {{bid, 1, 2}}; }));
  CHECK(on_board([](view_query& view) { view.stale = true; }));
  CHECK(on_board([](view_query& view) { view.max_age_ms = 1; }));
  const auto frozen = reads([&](view_query& view) {
    of_usdt(view);
    view.snapshot = snapshot_use::make;
  });
  CHECK(frozen.partition == redis::layout::board);
  CHECK(frozen.indexes == sorted);
  CHECK(reads([](view_query& view) { view.snapshot = snapshot_use::read; }).indexes.none());
}
