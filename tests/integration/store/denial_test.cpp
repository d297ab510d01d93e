#include "actors/missing_rights.hpp"
#include "adapters/redis/checked_client.hpp"
#include "adapters/redis/public_text.hpp"
#include "adapters/redis/telling_client.hpp"
#include "tests/support/store.hpp"

#include <mutex>
#include <vector>

using namespace tickboard;
using test::store;

namespace {

/// Connections of a user with few rights, and what they say of them.
struct limited_user {
  limited_user() {
    redis.run({"ACL", "SETUSER", "limited", "on", ">pw", "~t:*", "+ping", "+info", "+script|load",
               "+evalsha", "+eval", "+get", "+multi", "+exec"});
    options.to = *redis::parse_endpoint(redis.server->url());
    options.to.username = "limited";
    options.to.password = "pw";
    denials.on_denied = [this](const redis::denial& what) {
      const std::lock_guard hold{guard};
      denied.push_back(what);
    };
    denials.on_allowed = [this](const redis::denial& what) {
      const std::lock_guard hold{guard};
      allowed.push_back(what.command + " " + what.key);
    };
  }

  void connect() {
    auto ready = std::make_shared<std::promise<void>>();
    events.on_ready = [ready] { ready->set_value(); };
    start([this](redis::client_events told) {
      return redis::connect(redis.io.context(), options, std::move(told));
    });
    ready->get_future().wait();
  }

  void start(const redis::connector& make) {
    client = redis::connect_telling(make, events, denials);
  }

  void run(redis::call one) {
    auto done = std::make_shared<std::promise<void>>();
    one.done = [done](const redis::reply&) { done->set_value(); };
    redis::submit_one(*client, std::move(one));
    done->get_future().wait();
  }
  void run(std::initializer_list<std::string_view> words) {
    redis::call one;
    one.arguments = redis::command{words};
    run(std::move(one));
  }

  /// Command, key and what is missing of the last denial; empty if there was none since.
  std::string last() {
    const std::lock_guard hold{guard};
    const auto all = std::exchange(denied, {});
    return all.empty() ? ""
                       : all.back().command + " " + all.back().key + " " +
                             redis::missing_right(all.back(), "t");
  }

  store redis;
  redis::client_options options;
  redis::client_events events;
  redis::denial_events denials;
  std::shared_ptr<redis::client> client;
  std::mutex guard;
  std::vector<redis::denial> denied;
  std::vector<std::string> allowed;
};

} // namespace

TEST_CASE_FIXTURE(limited_user, "a right that is missing is told with what it was needed for") {
  const auto writes =
      std::make_shared<const redis::script>("writes", "return redis.call('ZADD', KEYS[1], 1, 'a')");
  options.scripts = {writes};
  connect();
  run({"GET", "t:1"});
  CHECK(last() == "");
  run({"SET", "t:1", "x"});
  CHECK(last() == "SET t:1 +set");
  run({"GET", "other:1"});
  CHECK(last() == "GET other:1 ~t:*");
  run({"CONFIG", "GET", "save"});
  CHECK(last().ends_with("+config|get"));
  redis::call by_script;
  by_script.by_sha = writes;
  by_script.keys = 1;
  by_script.arguments = redis::command{"t:z"};
  run(std::move(by_script));
  CHECK(last() == "EVALSHA writes t:z the commands of writes.lua");
  redis::call together;
  together.transaction.push_back(redis::command{"GET", "t:1"});
  together.transaction.push_back(redis::command{"DEL", "t:1"});
  run(std::move(together));
  CHECK(last() == "EXEC  +del");
  run({"SET", "t:1", std::string(1'000, 'x')});
  CHECK(last() == "a long command  +set");
  CHECK(allowed.empty());

  redis.run({"ACL", "SETUSER", "limited", "+set"});
  run({"SET", "t:2", "x"}); // is not what was refused
  CHECK(allowed.empty());
  run({"SET", "t:1", "x"});
  CHECK(allowed == std::vector<std::string>{"SET t:1"});
  client->stop();
}

TEST_CASE_FIXTURE(limited_user, "a step of connecting that is refused is told, too") {
  redis.run({"ACL", "SETUSER", "limited", "-ping"});
  const auto lost = std::make_shared<std::promise<void>>();
  events.on_lost = [lost, once = std::make_shared<bool>(false)](const std::string&) {
    if (!std::exchange(*once, true))
      lost->set_value();
  };
  start([this](redis::client_events told) {
    return redis::connect(redis.io.context(), options, std::move(told));
  });
  lost->get_future().wait();
  client->stop();
  CHECK(last() == "connecting  +ping");
}

TEST_CASE_FIXTURE(limited_user, "marks that may not be read are looked at less and less often") {
  redis.run({"ACL", "SETUSER", "limited", "-get"});
  redis.run({"SET", "t:mark", "of an earlier life"}); // which another one waits for to change
  auto others = options;
  others.to = *redis::parse_endpoint(redis.server->url());
  const auto patient = redis::connect_checked(redis.io.context(), others, {}, {"t:mark"});
  start([this](redis::client_events told) {
    return redis::connect_checked(redis.io.context(), options, std::move(told), {"t:mark"});
  });
  const auto count = [this](const std::string& what) {
    const auto all = redis.run({"INFO", "commandstats"}).text;
    const auto line = all.find("cmdstat_get:");
    const auto at = line == all.npos ? line : all.find(what + "=", line);
    return at == all.npos ? 0 : std::stoi(all.substr(at + what.size() + 1));
  };
  while (count("rejected_calls") < 7) {
  }
  CHECK(count("calls") > 2 * count("rejected_calls"));
  CHECK(last() == "connecting  +get");
  client->stop();
  patient->stop();
}

TEST_CASE("what Redis refuses is reported until it has run, or nobody has tried for a minute") {
  missing_rights all{"t"};
  const missing_rights::time_point now{std::chrono::hours{1}};
  const redis::denial set{"SET", "t:1",
                          "NOPERM this user has no permissions to run the 'set' command"},
      other{"SET", "t:2", set.reason}, key{"GET", "x", "NOPERM No permissions to access a key"};
  CHECK(all.report(now) == "");
  const auto one = all.new_connection(), two = all.new_connection();
  all.denied(one, "writer", set, now);
  all.denied(two, "writer", other, now);
  all.denied(two, "query", key, now);
  CHECK(all.report(now) == "Redis refuses what tickboard needs: its user lacks +set, ~t:*");
  all.allowed(two, key);
  all.allowed(two, set); // which it was never refused
  all.allowed(one, set);
  CHECK(all.report(now) == "Redis refuses what tickboard needs: its user lacks +set");
  CHECK(all.report(now + std::chrono::seconds{59}) != "");
  CHECK(all.report(now + std::chrono::seconds{60}) == "");
  for (int i = 0; i < 20; ++i)
    all.denied(one, "query", {"C" + std::to_string(i), "", "NOPERM"}, now);
  CHECK(all.report(now).ends_with("what C13 needs, what C14 needs and 13 more"));
  missing_rights others{"t"};
  others.denied(one, "query", {"EXEC", "", "NOPERM no permissions to run the 'sort_ro' command"},
                now);
  CHECK(others.report(now) == ""); // a script sorts
}

TEST_CASE("what everybody may read has no addresses and no script's SHA") {
  using redis::public_text;
  CHECK(public_text("Redis is not reachable: redis://10.0.0.1:6379/0: Connection refused") ==
        "Redis is not reachable: Connection refused");
  CHECK(public_text("unix:///run/r.sock?db=2: No such file; redis://[::1]:26379/0: redis://h:1/0: "
                    "closed") == "No such file; closed");
  CHECK(public_text("redis://h:1/0:") == "");
  store redis;
  const auto fails =
      std::make_shared<const redis::script>("fails", "return redis.call('GET', KEYS[1], 'x')");
  redis::call one;
  one.by_sha = fails;
  one.keys = 1;
  one.arguments = redis::command{"k"};
  const auto said = redis.run(std::move(one)).text;
  REQUIRE(said.find(fails->sha) != said.npos);
  const auto told = public_text(said + " and more");
  CHECK(told.find("Wrong number of args calling Redis command from script") != told.npos);
  CHECK(told.ends_with(" and more"));
  CHECK(told.find(fails->sha) == told.npos);
  CHECK(told.find("user_script") == told.npos);
}
