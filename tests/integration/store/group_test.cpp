#include "adapters/redis/client_group.hpp"
#include "tests/support/store.hpp"

#include <deque>
#include <map>
#include <random>

using namespace tickboard;
using test::store;

namespace {

/// A member that does what it is told to.
struct by_hand final : redis::client {
  explicit by_hand(redis::client_events told) : events(std::move(told)) {}
  void submit(std::vector<redis::call> calls) override {
    for (auto& one : calls)
      open.push_back(std::move(one));
  }
  void look() override {}
  void reconnect() override { leaves = true; }
  void stop() override { stopped = true; }

  void answer(std::string_view problem, bool lost) {
    const auto one = std::move(open.front());
    open.pop_front();
    one.done(lost ? redis::reply{problem} : redis::reply::refusal(problem));
  }

  redis::client_events events;
  std::deque<redis::call> open;
  std::deque<std::size_t> numbers; ///< of these
  std::string life;
  bool connected = false;
  bool ready = false;  ///< and at the server of the others
  bool leaves = false; ///< it was told to, and is not lost yet
  bool stopped = false;
};

/// Says what befalls the connections at random, and what must come of it.
struct random_group {
  static constexpr std::size_t count = 3;

  random_group() {
    redis::client_events told;
    told.on_server = [this](const std::string& life) { server = life; };
    told.on_ready = [this] {
      CHECK_FALSE(usable);
      usable = true;
    };
    told.on_lost = [this](const std::string& reason) {
      CHECK(!reason.empty());
      CHECK((usable || losing));
      usable = false;
    };
    group = redis::connect_group(
        io, count,
        [this](std::size_t number, redis::client_events events) {
          CHECK(number == members.size());
          members.push_back(std::make_shared<by_hand>(std::move(events)));
          return members.back();
        },
        told);
  }

  std::vector<by_hand*> usable_ones() {
    std::vector<by_hand*> out;
    for (auto& one : members)
      if (one->ready)
        out.push_back(one.get());
    return out;
  }

  void connect(by_hand& one, const std::string& life) {
    const auto others = usable_ones();
    one.events.on_server(life);
    check();
    if (others.empty())
      newest = life;
    const bool fits = life == newest;
    one.connected = true;
    one.ready = fits;
    one.events.on_ready();
    CHECK(one.leaves == !fits);
    check();
  }

  void answer(by_hand& one, const std::string& text) {
    const auto& asked_first = asked[one.numbers.front()];
    one.numbers.pop_front();
    CHECK(asked_first.times == 0);
    one.answer(text, text == "lost");
    CHECK(asked_first.times == 1);
    CHECK((asked_first.said == text) == (one.ready || text == "lost"));
  }

  void lose(by_hand& one) {
    const bool was_ready = one.ready, waited = !one.open.empty();
    while (!one.open.empty())
      answer(one, "lost");
    one.connected = one.ready = one.leaves = false;
    const auto others = usable_ones();
    if (was_ready && waited)
      for (auto* other : others)
        other->ready = false;
    losing = true;
    one.events.on_lost("gone");
    losing = false;
    for (auto* other : others)
      CHECK(other->leaves == !other->ready);
    check();
  }

  void check() {
    CHECK(usable == !usable_ones().empty());
    CHECK(server == newest);
  }

  void submit(std::size_t size) {
    const auto may = usable_ones();
    by_hand* wanted = nullptr;
    for (auto* one : may)
      if (wanted == nullptr || one->open.size() < wanted->open.size())
        wanted = one;
    std::vector<std::size_t> before;
    for (auto& one : members)
      before.push_back(one->open.size());
    std::vector<redis::call> calls(size);
    for (auto& one : calls) {
      if (wanted != nullptr)
        wanted->numbers.push_back(asked.size());
      one.done = [this, number = asked.size()](const redis::reply& got) {
        ++asked[number].times;
        asked[number].said = got.error();
      };
      asked.push_back({});
    }
    group->submit(std::move(calls));
    io.restart();
    io.poll();
    for (std::size_t i = 0; i < count; ++i)
      CHECK(members[i]->open.size() == before[i] + (members[i].get() == wanted ? size : 0));
    for (std::size_t i = asked.size() - size; i < asked.size(); ++i)
      CHECK(asked[i].times == (wanted == nullptr ? 1 : 0));
  }

  struct question {
    int times = 0;
    std::string said;
  };

  boost::asio::io_context io;
  std::vector<std::shared_ptr<by_hand>> members;
  std::shared_ptr<redis::client> group;
  std::deque<question> asked;
  std::string newest, server;
  bool usable = false, losing = false;
};

} // namespace

TEST_CASE("a group asks the least busy of those that are at one server") {
  for (unsigned seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    std::mt19937 random{seed};
    const auto pick = [&](std::size_t of) { return random() % of; };
    random_group world;
    for (int step = 0; step < 120; ++step) {
      auto& one = *world.members[pick(random_group::count)];
      const auto what = pick(10);
      if (!one.connected && what < 5) {
        world.connect(one, std::string(1, "aab"[pick(3)]));
      } else if (one.connected && (what == 0 || (one.leaves && what < 3))) {
        world.lose(one);
      } else if (!one.open.empty() && what < 5) {
        world.answer(one, "said by it");
      } else {
        world.submit(1 + pick(3));
      }
    }
    for (auto& one : world.members)
      world.lose(*one);
    for (const auto& question : world.asked)
      CHECK(question.times == 1);
    world.group->stop();
    for (const auto& one : world.members)
      CHECK(one->stopped);
  }
}

TEST_CASE("a group's connections share what is asked at once, and the rest when one is cut") {
  store redis;
  using ids = std::vector<std::int64_t>;
  struct world {
    std::shared_ptr<redis::client> group;
    std::atomic<int> ready = 0;
    std::promise<ids> without_one;
  };
  const auto all = std::make_shared<world>();
  const auto ask = [&redis, all](int questions, std::promise<ids> to) {
    const auto said = std::make_shared<ids>();
    const auto told = std::make_shared<std::promise<ids>>(std::move(to));
    boost::asio::post(redis.io.context(), [=] { // all before the first is answered
      for (int i = 0; i < questions; ++i)
        submit_one(*all->group, redis::command{"CLIENT", "ID"}, [=](const redis::reply& answer) {
          said->push_back(answer.integer(-1));
          if (said->size() == static_cast<std::size_t>(questions))
            told->set_value(*said);
        });
    });
  };
  const auto member = [&](std::size_t, redis::client_events events) {
    redis::client_options options;
    options.to = *redis::parse_endpoint(redis.server->url());
    events.on_ready = [all, then = events.on_ready] {
      then();
      ++all->ready;
    };
    events.on_lost = [all, ask, then = events.on_lost](std::string reason) {
      then(std::move(reason));
      if (all->ready == 3)
        ask(6, std::move(all->without_one)); // before it connects again
    };
    return redis::connect(redis.io.context(), options, std::move(events));
  };
  all->group = redis::connect_group(redis.io.context(), 3, member, {});
  const auto answered = [&](int questions) {
    std::promise<ids> to;
    auto out = to.get_future();
    ask(questions, std::move(to));
    return out.get();
  };
  const auto uses = [](const ids& of) { // of each connection, most first
    std::map<std::int64_t, int> by_id;
    for (const auto id : of)
      ++by_id[id];
    CHECK(by_id.count(-1) == 0);
    std::vector<int> out;
    for (const auto& [id, times] : by_id)
      out.push_back(times);
    std::ranges::sort(out, std::greater<>{});
    return out;
  };
  const auto wait_for_ready = [&](int until) {
    while (all->ready < until)
      std::this_thread::yield();
  };

  wait_for_ready(3);
  CHECK(uses(answered(6)) == std::vector{2, 2, 2});
  const auto first = answered(1);
  CHECK(answered(1) == first); // one at a time needs no other

  auto others = all->without_one.get_future();
  CHECK(redis.run({"CLIENT", "KILL", "ID", std::to_string(first.front())}).integer == 1);
  CHECK(uses(others.get()) == std::vector{3, 3});
  wait_for_ready(4);
  CHECK(uses(answered(6)) == std::vector{2, 2, 2});
  boost::asio::post(redis.io.context(), [all] { std::exchange(all->group, nullptr)->stop(); });
}
