// Whatever is wrong with Redis, nobody is told anything wrong meanwhile, and it ends as the
// exchanges last said.

#include "tests/integration/reliability/board_under_test.hpp"
#include "tests/support/redis_admin.hpp"
#include "tests/support/temporary_directory.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <filesystem>

using namespace tickboard;
using namespace tickboard::test;

namespace {

/// Where nothing is slow but, now and then, the machine.
struct patient_board : board_under_test {
  patient_board() : board_under_test(with({}, {}, "10s"), true, "timeout = \"10s\"\n") {}
};

} // namespace

TEST_CASE("redis-server comes back with an older state of its own: nobody is shown it") {
  const temporary_directory directory;
  const auto later = directory / "later.conf";
  write_file(later, "");
  board_under_test on{with({"--include", later})};
  REQUIRE(redis_admin{on.redis->url()}({"SAVE"}) == "OK");
  on.say_more();
  const auto rows = converged_rows(on);
  watcher clients{on};

  on.kill_redis();
  write_file(later, "replicaof 127.0.0.1 1\n"); // so that nobody can bring it up to date yet
  REQUIRE(on.redis->start());
  on.wait_until("the daemon has found it", [&] { return on.log_lines_with("READONLY") > 0; });
  CHECK(on.get("/v1/markets?per_page=5").status == 503);
  CHECK(on.get("/v1/assets?per_page=5").status == 503);
  CHECK(on.get("/readyz").status == 503);
  REQUIRE(redis_admin{on.redis->url()}({"REPLICAOF", "NO", "ONE"}) == "OK");
  const bool equal = converged_rows(on) == rows;
  CHECK(equal);
  on.recovers(clients);
}

TEST_CASE("redis-server is killed and comes back with all it had (append-only file)") {
  board_under_test on{with({"--appendonly", "yes", "--appendfsync", "always"})};
  watcher clients{on};
  on.kill_redis();
  on.say_more();
  REQUIRE(on.redis->start());
  on.recovers(clients);
}

TEST_CASE("a frozen Redis costs no memory, however much the exchanges say") {
  board_under_test on{with({})};
  on.say_more(20'000);
  converged_rows(on);
  watcher clients{on};
  const stopwatch frozen;
  on.redis->kill(SIGSTOP);
  on.wait_until_ready_says("Redis is not reachable");
  on.wait_until_page_is(503, "not connected to Redis");
  const auto before = on.daemon->resident_kb();
  const auto patches = on.patches();
  on.say_more(300'000);
  on.wait_until("a flood has come", [&] { return on.patches() >= patches + 500'000; });
  const auto grown = static_cast<long>(on.daemon->resident_kb()) - static_cast<long>(before);
  MESSAGE("resident memory grew by " << grown << " KiB during a flood");
  CHECK(grown < 8 * 1024);
  on.wait_until("it was frozen for half a minute", [&] { return frozen.ms() >= 30'000; });
  on.redis->kill(SIGCONT);
  on.recovers(clients);
}

TEST_CASE("a Redis that is still loading its data is waited for") {
  board_under_test on{with({"--enable-debug-command", "local", "--key-load-delay", "1000",
                            "--loading-process-events-interval-bytes", "1024"})};
  {
    redis_admin admin{on.redis->url()};
    REQUIRE(admin({"DEBUG", "POPULATE", "3000", "filler", "100"}) == "OK");
    REQUIRE(admin({"SAVE"}) == "OK");
  }
  watcher clients{on};
  on.kill_redis();
  REQUIRE(on.redis->start());
  on.wait_until_ready_says("LOADING");
  on.wait_until_page_is(503, "not connected to Redis");
  on.say_more();
  CHECK(redis_admin{on.redis->url()}({"PING"}).starts_with("LOADING"));
  on.recovers(clients);
}

TEST_CASE(
    "a Redis that was made a replica takes no writes: /readyz says so, rows grow old openly") {
  patient_board on;
  redis_admin admin{on.redis->url()};
  watcher clients{on};
  REQUIRE(admin({"REPLICAOF", "127.0.0.1", "1"}) == "OK");
  on.say_more();
  on.wait_until_ready_says("READONLY");
  CHECK(on.get("/v1/markets?per_page=5").status == 200);
  REQUIRE(admin({"REPLICAOF", "NO", "ONE"}) == "OK");
  on.recovers(clients);
  CHECK(on.log_lines_with("READONLY") > 0);
  CHECK(on.log_lines_with("READONLY") < 10); // said once each, not with each attempt
}

TEST_CASE("a script that holds Redis: pages say so until it is killed") {
  board_under_test on{with({"--busy-reply-threshold", "100"})};
  redis_admin admin{on.redis->url()};
  redis_admin culprit{on.redis->url()};
  watcher clients{on};
  culprit.send({"EVAL", "while true do end", "0"});
  on.wait_until_page_is(503, "BUSY");
  on.say_more();
  on.wait_until_ready_says("BUSY");
  REQUIRE(admin({"SCRIPT", "KILL"}) == "OK");
  on.recovers(clients);
}

TEST_CASE("a Redis without memory refuses writes: /readyz says so, rows grow old openly") {
  patient_board on;
  redis_admin admin{on.redis->url()};
  watcher clients{on};
  REQUIRE(admin({"CONFIG", "SET", "maxmemory", "1mb", "maxmemory-policy", "noeviction"}) == "OK");
  on.say_more();
  on.wait_until_ready_says("OOM");
  CHECK(on.get("/v1/markets?per_page=5").status == 200);
  REQUIRE(admin({"CONFIG", "SET", "maxmemory", "0"}) == "OK");
  on.recovers(clients);
}

TEST_CASE("a Redis that would remove parts of the board to make room is warned of") {
  board_under_test on{with({"--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru"})};
  CHECK(on.log_lines_with("maxmemory_policy=allkeys-lru") == 1);
}

TEST_CASE("a Redis that cannot save refuses writes, and is read all the same, also by newcomers") {
  patient_board on;
  redis_admin admin{on.redis->url()};
  watcher clients{on};
  const auto dump = on.redis->directory() + "/dump.rdb";
  std::filesystem::create_directory(dump); // which no file can replace
  const auto saved = [&](const std::string& status) {
    admin({"BGSAVE"});
    return admin({"INFO", "persistence"}).find("rdb_last_bgsave_status:" + status) !=
           std::string::npos;
  };
  REQUIRE(admin({"CONFIG", "SET", "save", "3600 1000000"}) == "OK");
  on.wait_until("saving has failed", [&] { return saved("err"); });
  on.say_more();
  on.wait_until_ready_says("MISCONF");
  CHECK(on.get("/v1/markets?per_page=5").status == 200);
  admin({"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"});
  on.wait_until("pages are served by new connections",
                [&] { return on.get("/v1/markets?per_page=5").status == 200; });
  std::filesystem::remove(dump);
  on.wait_until("saving works again", [&] { return saved("ok"); });
  on.recovers(clients);
}

TEST_CASE("a Redis that forgot the scripts is told them again, and nobody notices") {
  patient_board on;
  redis_admin admin{on.redis->url()};
  watcher clients{on};
  for (int i = 0; i < 20; ++i) {
    REQUIRE(admin({"SCRIPT", "FLUSH"}) == "OK");
    on.say_more(100);
    CHECK(on.get("/v1/markets?per_page=5").status == 200);
  }
  on.recovers(clients);
  CHECK(clients.first_refusal() == "");
}

TEST_CASE(
    "a password that is set while we are connected locks new connections out, until it goes") {
  board_under_test on{with({})};
  redis_admin admin{on.redis->url()};
  watcher clients{on};
  REQUIRE(admin({"CONFIG", "SET", "requirepass", "secret-of-redis"}) == "OK");
  admin({"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"});
  on.wait_until_ready_says("NOAUTH");
  CHECK(on.get("/v1/markets?per_page=5").status == 503);
  CHECK(on.get("/healthz").status == 200);
  on.say_more();
  REQUIRE(admin({"CONFIG", "SET", "requirepass", ""}) == "OK");
  on.recovers(clients);
}

TEST_CASE(
    "a wrong password at the start: /readyz says so, the log keeps the secret, it is waited for") {
  board_under_test on{with({"--requirepass", "secret-of-redis"}, "password = \"secret-of-ours\"\n"),
                      false};
  redis_admin admin{on.redis->url()};
  REQUIRE(admin({"AUTH", "secret-of-redis"}) == "OK");
  watcher clients{on};
  on.wait_until_ready_says("AUTH failed: WRONGPASS");
  CHECK(on.get("/v1/markets?per_page=5").status == 503);
  CHECK(on.get("/healthz").status == 200);
  CHECK(on.get("/readyz").body.find("secret-of") == std::string::npos);
  REQUIRE(admin({"CONFIG", "SET", "requirepass", "secret-of-ours"}) == "OK");
  on.recovers(clients);
  CHECK(on.log_lines_with("secret-of") == 0);
  CHECK(on.log_lines_with("WRONGPASS") > 0);
}

TEST_CASE("a Redis without room for our connections is tried again until there is some") {
  board_under_test on{with({})};
  redis_admin admin{on.redis->url()};
  watcher clients{on};
  REQUIRE(admin({"CONFIG", "SET", "maxclients", "1"}) == "OK");
  admin({"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"});
  on.wait_until_ready_says("max number of clients reached");
  CHECK(on.get("/v1/markets?per_page=5").status == 503);
  on.say_more();
  REQUIRE(admin({"CONFIG", "SET", "maxclients", "100"}) == "OK");
  on.recovers(clients);
}

TEST_CASE("a slow Redis makes slow pages, and a very slow one refusals") {
  board_under_test on{with({"--enable-debug-command", "local"})};
  redis_admin admin{on.redis->url()};
  watcher clients{on};
  for (int i = 0; i < 5; ++i) {
    on.say_more(200);
    REQUIRE(admin({"DEBUG", "SLEEP", "0.3"}) == "OK"); // within every timeout
  }
  on.say_more(200);
  REQUIRE(admin({"DEBUG", "SLEEP", "2.5"}) == "OK"); // beyond them
  on.recovers(clients);
  CHECK(clients.refused() > 0);
}

TEST_CASE(
    "with view.max_stale, what was asked before is answered as it last was, marked, meanwhile") {
  // Beyond view.timeout: pages must not wait until a frozen Redis is noticed.
  board_under_test on{with({}, {}, "3s"), true, "timeout = \"1s\"\nmax_stale = \"1m\"\n"};
  const std::string page = "/v1/markets?per_page=5&sort=id", table = page + "&format=csv",
                    market = "/v1/markets/kraken:BTC-USD", asset = "/v1/assets/BTC",
                    familiar = "/v1/cryptocurrency/listings/latest?limit=5";
  on.say_more();
  converged_rows(on);
  const auto tag_of = [](const std::string& answer) {
    const auto at = answer.find("ETag: ") + 6;
    return answer.substr(at, answer.find("\r\n", at) - at);
  };
  const auto is_marked = [](const std::string& answer) {
    return answer.starts_with("HTTP/1.1 200") &&
           answer.find("\r\nX-Stale-Since: ") != answer.npos &&
           answer.find("\r\nAge: ") != answer.npos;
  };
  const auto check_meanwhile = [&](const std::string& what, const std::string& fresh) {
    INFO(what);
    for (const auto& target : {page, market, asset}) {
      const auto answer = on.raw(target);
      CHECK_MESSAGE(is_marked(answer), answer);
      CHECK_MESSAGE(answer.find(",\"stale_since_ms\":") != answer.npos, answer);
    }
    const auto csv = on.raw(table);
    CHECK_MESSAGE(is_marked(csv), csv);
    CHECK(csv.find("stale_since_ms") == csv.npos);
    // Who has the fresh one is not told that it still is.
    CHECK(is_marked(on.raw(page, "If-None-Match: " + tag_of(fresh) + "\r\n")));
    const auto again = on.raw(page, "If-None-Match: " + tag_of(on.raw(page)) + "\r\n");
    CHECK(again.starts_with("HTTP/1.1 304"));
    CHECK(again.find("\r\nX-Stale-Since: ") != again.npos);
    CHECK(on.get(familiar).status >= 500); // these words have no place to say it
    const auto unknown = on.get("/v1/markets?per_page=7&sort=id");
    CHECK(unknown.status == 503);
    CHECK(unknown.retry_after.count() > 0);
  };
  const auto ask_all = [&] {
    for (const auto& target : {page, table, market, asset, familiar})
      CHECK(on.get(target).status == 200);
    return on.raw(page);
  };

  auto fresh = ask_all();
  CHECK_FALSE(is_marked(fresh));
  on.redis->kill(SIGSTOP);
  check_meanwhile("frozen, as long as that is not noticed", fresh);
  on.wait_until_ready_says("Redis is not reachable");
  check_meanwhile("frozen", fresh);
  on.redis->kill(SIGCONT);
  on.wait_until("pages are of now again", [&] { return !is_marked(on.raw(page)); });
  on.wait_until("assets are served", [&] { return !is_marked(on.raw(asset)); });

  fresh = ask_all();
  watcher clients{on};
  on.kill_redis();
  check_meanwhile("killed", fresh);
  on.say_more();
  REQUIRE(on.redis->start());
  on.wait_until("pages are of now again", [&] { return !is_marked(on.raw(page)); });
  on.recovers(clients);
}
