#include "tests/unit/actors/live_fixture.hpp"

using namespace tickboard;
using namespace tickboard::test;
using namespace std::chrono_literals;

using live_kind = live_news::kind;

TEST_CASE("a view is asked for once an interval, for all who follow it, while somebody does") {
  live_fixture live;
  std::vector<std::shared_ptr<live_fixture::reader>> readers;
  for (int i = 0; i < 1'000; ++i)
    readers.push_back(live.ask());
  CHECK(live.evaluations == 1);
  CHECK(live.clients == std::vector<std::string>{"me"});
  for (const auto& one : readers) {
    REQUIRE(one->told.size() == 1);
    CHECK(one->told[0].is == live_kind::page);
    CHECK(*one->told[0].data == *readers[0]->told[0].data);
  }
  const auto id = readers[0]->told[0].id;
  readers.clear();
  for (int i = 0; i < 1'000; ++i) {
    readers.push_back(live.ask(id));
    if (i % 100 == 0)
      live.advance(3ms);
  }
  const auto before = live.evaluations;
  live.advance(1s);
  CHECK(live.evaluations == before + 10);
  for (const auto& one : readers)
    CHECK(one->told.empty()); // nothing changed
  live.price = 2;
  live.advance(100ms);
  for (const auto& one : readers) {
    REQUIRE(one->told.size() == 1);
    CHECK(one->told[0].is == live_kind::change);
    CHECK(one->told[0].data == readers[0]->told[0].data); // made once
  }
  CHECK(readers[0]->told[0].data->find(R"("rows":{"x:A-B":{"last":2}})") != std::string::npos);
  const auto after = live.evaluations;
  live.advance(10s);
  CHECK(live.evaluations == after);
}

TEST_CASE("who comes back is told what changed meanwhile, or the page") {
  live_fixture live;
  std::vector<std::string> ids{live.ask()->told.at(0).id};
  for (int i = 2; i <= 6; ++i) {
    live.price = i;
    const auto next = live.ask(ids.back());
    live.advance(100ms);
    ids.push_back(next->told.at(0).id);
  }
  const auto since = [&](const std::string& id) {
    const auto out = live.ask(id);
    live.advance(100ms);
    return out->told.at(0);
  };
  for (std::size_t i = 0; i < ids.size() - 1; ++i) {
    const auto told = since(ids[i]);
    CHECK(told.id == ids.back());
    if (i < ids.size() - live_view::most_states) {
      CHECK(told.is == live_kind::page);
    } else {
      CHECK(told.is == live_kind::change);
      CHECK(told.data->find(R"("rows":{"x:A-B":{"last":6}})") != std::string::npos);
    }
  }
  CHECK(since("other-1-1").is == live_kind::page);
  live.end(live.hub);
  live.start_hub(); // its states have other names
  CHECK(since(ids.back()).is == live_kind::page);
}

TEST_CASE("what is forgotten when nobody follows it, and what is not") {
  live_fixture live;
  const auto id = live.ask()->told.at(0).id;
  live.price = 2;
  SUBCASE("soon") {
    live.advance(20s);
    const auto told = live.ask(id);
    live.advance(100ms);
    CHECK(told->told.at(0).is == live_kind::change);
  }
  SUBCASE("late") {
    live.advance(60s);
    CHECK(state_of<live_hub_state>(live.hub).views.empty());
    CHECK(state_of<live_hub_state>(live.hub).bytes == 0);
    const auto told = live.ask(id);
    live.advance(100ms);
    CHECK(told->told.at(0).is == live_kind::page);
  }
}

TEST_CASE("a quiet view beats") {
  live_fixture live;
  const auto id = live.ask()->told.at(0).id;
  const auto quiet = live.ask(id);
  live.advance(9'800ms);
  CHECK(quiet->told.empty());
  live.advance(300ms);
  REQUIRE(quiet->told.size() == 1);
  CHECK(quiet->told[0].is == live_kind::beat);
  CHECK(quiet->told[0].id == id);
  CHECK(quiet->told[0].data->starts_with("{\"as_of_ms\":"));
}

TEST_CASE(
    "a view of a long interval beats with it, and who comes back to it does not wait for that") {
  live_fixture live;
  const auto id = live.ask("", 60s)->told.at(0).id;
  for (int i = 0; i < 3; ++i) {
    const auto quiet = live.ask(id, 60s);
    live.advance(60s);
    REQUIRE(quiet->told.size() == 1);
    CHECK(quiet->told[0].is == live_kind::beat);
  }
  live.advance(70s); // nobody follows
  CHECK(live.ask("other-1-1", 60s)->told.at(0).is == live_kind::page);
}

TEST_CASE("who comes back to a view that others follow is told at once what they know") {
  live_fixture live;
  const auto first = live.ask("", 60s)->told.at(0).id;
  const auto follower = live.ask(first, 60s);
  live.price = 2;
  live.advance(60s);
  const auto second = follower->told.at(0).id;
  live.ask(second, 60s);
  live.advance(1s);
  const auto evaluations = live.evaluations;
  const auto back = live.ask(first, 60s)->told.at(0);
  CHECK(back.is == live_kind::change);
  CHECK(back.id == second);
  CHECK(live.ask("other-1-1", 60s)->told.at(0).is == live_kind::page);
  CHECK(live.ask(second, 60s)->told.empty()); // who has the newest waits
  CHECK(live.evaluations == evaluations);
}

TEST_CASE("trouble is told once, and its end") {
  live_fixture live;
  const auto id = live.ask()->told.at(0).id;
  live.trouble = "Redis is away";
  const auto first = live.ask(id);
  live.advance(100ms);
  REQUIRE(first->told.size() == 1);
  CHECK(first->told[0].is == live_kind::failure);
  CHECK(first->told[0].status == 503);
  CHECK(first->told[0].data->find("Redis is away") != std::string::npos);

  const auto before = live.evaluations;
  const auto next = live.ask(id, 100ms, true);
  live.advance(5s);
  CHECK(next->told.empty());
  CHECK(live.evaluations <= before + 6); // no oftener than once a second
  live.advance(6s);
  REQUIRE(next->told.size() == 1); // a heartbeat of a kind
  CHECK(next->told[0].is == live_kind::failure);

  const auto patient = live.ask(id, 100ms, true);
  live.trouble.clear();
  live.advance(2s);
  REQUIRE(patient->told.size() == 1);
  CHECK(patient->told[0].is == live_kind::beat); // nothing changed, but that it is answered
}

TEST_CASE("a view that is refused is told so, and not followed") {
  live_fixture live;
  live.refusal = {400, "Too large a category", "so it is", {}};
  const auto told = live.ask();
  REQUIRE(told->told.size() == 1);
  CHECK(told->told[0].is == live_kind::failure);
  CHECK(told->told[0].status == 400);
  CHECK(state_of<live_hub_state>(live.hub).views.empty());
}

TEST_CASE("views, subscribers and memory are bounded") {
  live_fixture live;
  live.config.client_share = 100;
  SUBCASE("views") {
    live.config.max_views = 2;
    live.start_hub();
    CHECK(live.ask("", 100ms, false, "quote=A")->told.size() == 1);
    CHECK(live.ask("", 100ms, false, "quote=B")->told.size() == 1);
    CHECK(live.ask("", 200ms, false, "quote=B")->refused.size() == 1);
    CHECK(live.ask("", 100ms, false, "quote=A")->told.size() == 1);
  }
  SUBCASE("subscribers") {
    live.config.max_subscribers = 2;
    live.start_hub();
    const auto id = live.ask()->told.at(0).id;
    const std::vector all{live.ask(id), live.ask(id), live.ask(id)};
    CHECK(all[2]->refused.size() == 1);
    live.price = 2;
    live.advance(100ms);
    CHECK(all[0]->told.size() == 1);
    CHECK(live.ask(all[0]->told.at(0).id)->refused.empty());
  }
  SUBCASE("memory") {
    live.config.max_bytes = 1;
    live.start_hub();
    const auto id = live.ask()->told.at(0).id;
    CHECK(live.ask("", 100ms, false, "quote=B")->refused.size() == 1);
    live.price = 2;
    const auto next = live.ask(id);
    live.advance(100ms);
    CHECK(next->told.at(0).is == live_kind::page); // what it had is not kept
  }
}

namespace {

/// Follows views by their quotes, at an interval of 100 ms.
struct clients_fixture : live_fixture {
  auto follow(const std::string& client, const std::string& quote, const std::string& has = "") {
    return ask(has, 100ms, false, "quote=" + quote, client);
  }
  /// Told a page, the client asks for what comes next.
  bool follows(const std::string& client, const std::string& quote) {
    const auto page = follow(client, quote);
    return page->refused.empty() && follow(client, quote, page->told.at(0).id)->refused.empty();
  }
  const live_hub_state& state() { return state_of<live_hub_state>(hub); }
};

} // namespace

TEST_CASE("at the limit views that nobody follows make place, that left longest ago first") {
  clients_fixture live;
  live.config.client_share = 100;
  live.config.max_views = 3;
  live.start_hub();
  CHECK(live.follows("one", "A"));
  const auto b = live.follow("one", "B")->told.at(0).id;
  live.advance(2s);
  const auto c = live.follow("one", "C")->told.at(0).id;
  CHECK(live.follow("two", "D")->told.size() == 1); // in place of B
  live.price = 2;
  const auto is_known = [&](const std::string& quote, const std::string& has) {
    const auto told = live.follow("one", quote, has);
    live.advance(100ms);
    return told->told.at(0).is == live_kind::change;
  };
  CHECK(is_known("C", c));
  CHECK(live.follow("two", "B")->refused.size() == 1); // C and D were asked for just now
  live.advance(2s);
  CHECK_FALSE(is_known("B", b));
  CHECK(live.state().views.size() == 3);

  SUBCASE("who leaves views behind locks nobody out") {
    for (int i = 0; i < 100; ++i)
      live.follow("one", "X" + std::to_string(i));
    live.advance(2s);
    CHECK(live.follow("two", "D")->told.size() == 1);
  }
  SUBCASE("nor if what they take is the limit") {
    live.config.max_views = 1'000;
    live.config.max_bytes = 500;
    live.start_hub();
    while (live.follow("one", "X" + std::to_string(live.state().views_made))->refused.empty()) {
    }
    live.advance(2s);
    CHECK(live.follow("two", "D")->told.size() == 1);
  }
}

TEST_CASE("one client cannot have all that there is for views") {
  clients_fixture live;
  live.config.max_views = 4;
  live.config.max_subscribers = 6;
  SUBCASE("of views") {
    live.start_hub();
    CHECK(live.follows("one", "A"));
    CHECK(live.follows("one", "B"));
    const auto third = live.follow("one", "C");
    REQUIRE(third->refused.size() == 1);
    CHECK(third->refused[0].find("live.client_share of live.max_views") != std::string::npos);
    CHECK(live.follows("two", "C"));
    CHECK(live.follows("one", "C")); // it is there already
  }
  SUBCASE("but in place of one that it left") {
    live.start_hub();
    CHECK(live.follows("one", "A"));
    live.follow("one", "B");
    live.advance(2s);
    CHECK(live.follows("one", "C"));
    CHECK(live.state().views.size() == 2);
  }
  SUBCASE("of subscribers") {
    live.start_hub();
    const auto id = live.follow("one", "A")->told.at(0).id;
    for (int i = 0; i < 3; ++i)
      CHECK(live.follow("one", "A", id)->refused.empty());
    CHECK(live.follow("one", "A", id)->refused.size() == 1);
    CHECK(live.follow("two", "A", id)->refused.empty());
  }
  SUBCASE("of memory") {
    live.config.max_views = 1'000;
    live.config.max_bytes = 1'000;
    live.start_hub();
    std::vector<std::shared_ptr<live_fixture::reader>> all;
    int views = 0;
    while (live.follows("one", "X" + std::to_string(views)))
      ++views;
    CHECK(views > 0);
    CHECK(live.state().bytes < 1'000);
    CHECK(live.follows("two", "A"));
  }
  SUBCASE("who is left alone with a view has it on his account") {
    live.start_hub();
    CHECK(live.follows("one", "A"));
    CHECK(live.follows("one", "B"));
    CHECK(live.follows("two", "B"));
    live.price = 2;
    live.advance(100ms); // both are told, and only two asks on
    CHECK(live.follows("two", "B"));
    CHECK(live.follows("one", "A"));
    CHECK(live.follows("one", "C"));
  }
  SUBCASE("and what is left of it at the end is nothing") {
    live.start_hub();
    CHECK(live.follows("one", "A"));
    CHECK(live.follows("two", "B"));
    live.refusal = {400, "Too large a category", "so it is", {}};
    live.follow("three", "C");
    live.advance(1min);
    CHECK(live.state().views.empty());
    CHECK(live.state().accounts.empty());
    CHECK(live.state().abandoned.empty());
    CHECK(live.state().bytes == 0);
    CHECK(live.state().waiting == 0);
  }
}
