#include "actors/fair_queue.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <vector>

using namespace tickboard;

namespace {

std::vector<std::string> drain(fair_queue& from) {
  std::vector<std::string> out;
  while (auto key = from.pop())
    out.push_back(*std::move(key));
  return out;
}

using keys = std::vector<std::string>;

/// The same, looking at everything each time.
struct naive_queue {
  struct entry {
    std::string client, key;
  };

  std::size_t most;
  std::vector<entry> waiting;     ///< in the order in which each came to its client
  std::vector<std::string> turns; ///< clients with something waiting; the first is the next

  std::size_t waiting_of(const std::string& client) const {
    return static_cast<std::size_t>(
        std::ranges::count(waiting, client, [](const entry& one) { return one.client; }));
  }

  void add(const std::string& client, const std::string& key) {
    if (waiting_of(client) == 0)
      turns.push_back(client);
    waiting.push_back({client, key});
  }

  void remove(std::vector<entry>::iterator one) {
    const auto client = one->client;
    waiting.erase(one);
    if (waiting_of(client) == 0)
      std::erase(turns, client);
  }

  std::optional<std::string> push(const std::string& client, const std::string& key) {
    add(client, key);
    if (waiting.size() <= most)
      return std::nullopt;
    auto longest = client;
    for (const auto& one : turns)
      if (waiting_of(one) > waiting_of(longest))
        longest = one;
    const auto newest = std::find_if(waiting.rbegin(), waiting.rend(),
                                     [&](const entry& one) { return one.client == longest; });
    auto out = newest->key;
    remove(std::prev(newest.base()));
    return out;
  }

  void share(const std::string& client, const std::string& key) {
    const auto now = std::ranges::find(waiting, key, [](const entry& one) { return one.key; });
    if (now == waiting.end() || now->client == client)
      return;
    const auto before = static_cast<std::size_t>(std::count_if(
        waiting.begin(), now, [&](const entry& one) { return one.client == now->client; }));
    if (waiting_of(client) >= before)
      return;
    remove(now);
    add(client, key);
  }

  std::optional<std::string> pop() {
    if (turns.empty())
      return std::nullopt;
    const auto client = turns.front();
    const auto one =
        std::ranges::find(waiting, client, [](const entry& each) { return each.client; });
    auto out = one->key;
    turns.erase(turns.begin());
    waiting.erase(one);
    if (waiting_of(client) > 0)
      turns.push_back(client);
    return out;
  }
};

} // namespace

TEST_CASE("who comes late has a turn before the second of those who have much waiting") {
  fair_queue queue{100};
  for (const auto* key : {"a1", "a2", "a3", "a4"})
    CHECK_FALSE(queue.push("a", key));
  CHECK_FALSE(queue.push("b", "b1"));
  CHECK_FALSE(queue.push("c", "c1"));
  CHECK_FALSE(queue.push("b", "b2"));
  CHECK(queue.size() == 7);
  CHECK(drain(queue) == keys{"a1", "b1", "c1", "a2", "b2", "a3", "a4"});
  CHECK(queue.size() == 0);
}

TEST_CASE("a full queue takes from the client that has most waiting, and its newest") {
  fair_queue queue{4};
  for (const auto* key : {"a1", "a2", "a3", "a4"})
    CHECK_FALSE(queue.push("a", key));
  CHECK(queue.push("a", "a5") == "a5"); // as refused
  CHECK(queue.push("b", "b1") == "a4");
  CHECK(queue.push("b", "b2") == "a3");
  CHECK(queue.push("b", "b3") == "b3"); // it has as many
  CHECK(drain(queue) == keys{"a1", "b1", "a2", "b2"});
}

TEST_CASE("a queue of one place still gives it to somebody") {
  fair_queue queue{1};
  CHECK_FALSE(queue.push("a", "a1"));
  CHECK(queue.push("b", "b1") == "b1");
  CHECK(drain(queue) == keys{"a1"});
  CHECK_FALSE(queue.push("b", "b1"));
  CHECK(drain(queue) == keys{"b1"});
}

TEST_CASE("who asks for the same as somebody with much waiting does not wait for all of that") {
  fair_queue queue{100};
  for (const auto* key : {"a1", "a2", "a3", "a4"})
    queue.push("a", key);
  queue.share("b", "a3");
  queue.share("b", "a1");      // it is the next anyway
  queue.share("a", "a4");      // who has it already
  queue.share("b", "nothing"); // nobody waits for that
  CHECK(queue.size() == 4);
  CHECK(drain(queue) == keys{"a1", "a3", "a2", "a4"});
}

TEST_CASE("it does what looking at everything does, and each key leaves exactly once") {
  for (unsigned seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    std::mt19937 random{seed};
    const auto pick = [&](std::size_t n) { return random() % n; };
    const auto most = 1 + pick(12);
    fair_queue queue{most};
    naive_queue model{most, {}, {}};
    std::set<std::string> inside;
    std::size_t next = 0;
    for (int step = 0; step < 300; ++step) {
      const auto client = "c" + std::to_string(pick(1 + seed % 6));
      switch (pick(4)) {
      case 0:
      case 1: {
        const auto key = std::to_string(next++);
        inside.insert(key);
        const auto out = queue.push(client, key);
        REQUIRE(out == model.push(client, key));
        if (out)
          REQUIRE(inside.erase(*out) == 1);
        break;
      }
      case 2: {
        const auto key = std::to_string(pick(next + 1));
        queue.share(client, key);
        model.share(client, key);
        break;
      }
      default: {
        const auto out = queue.pop();
        REQUIRE(out == model.pop());
        if (out)
          REQUIRE(inside.erase(*out) == 1);
      }
      }
      REQUIRE(queue.size() == inside.size());
      REQUIRE(queue.size() <= most);
    }
    for (const auto& key : drain(queue))
      REQUIRE(inside.erase(key) == 1);
    CHECK(inside.empty());
  }
}

TEST_CASE("between two turns of a client every other one that waits has one") {
  fair_queue queue{1'000};
  std::map<std::string, std::size_t> waits;
  for (std::size_t client = 0; client < 10; ++client)
    for (std::size_t i = 0; i < 1 + 9 * client; ++i) {
      queue.push(std::to_string(client), std::to_string(client) + " " + std::to_string(i));
      ++waits[std::to_string(client)];
    }
  std::map<std::string, std::size_t> served;
  for (const auto& key : drain(queue)) {
    const auto client = key.substr(0, key.find(' '));
    ++served[client];
    for (const auto& [other, all] : waits)
      CHECK(served[other] + 1 >= std::min(all, served[client]));
  }
  CHECK(served == waits);
}
