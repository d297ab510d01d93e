// A user of Redis with the rights that the guide lists, and what is seen of one that lacks some.

#include "tests/integration/reliability/board_under_test.hpp"
#include "tests/integration/reliability/verified.hpp"
#include "tests/support/redis_admin.hpp"

#include <fstream>
#include <iterator>
#include <sstream>

using namespace tickboard;
using namespace tickboard::test;

namespace {

const std::string password = "secret-of-tickboard";

/// What docs/getting-started.md gives the user, word by word, but for the password.
std::vector<std::string> documented_rights() {
  std::ifstream file{std::string{TICKBOARD_SOURCE_DIR} + "/docs/getting-started.md"};
  const std::string text{std::istreambuf_iterator<char>{file}, {}};
  const std::string begin = "ACL SETUSER tickboard on \">$(cat redis.password)\"";
  const auto at = text.find(begin);
  REQUIRE(at != text.npos);
  std::istringstream words{
      text.substr(at + begin.size(), text.find("\n\n", at) - at - begin.size())};
  std::vector<std::string> out;
  for (std::string word; words >> word;) { // as a shell reads it
    std::erase(word, '\'');
    std::erase(word, '\\');
    if (!word.empty())
      out.push_back(word);
  }
  REQUIRE(out.size() > 40);
  return out;
}

/// A Redis with that user, whom the daemon is.
redis_setup with_user(const std::vector<std::string>& rights) {
  std::vector<std::string> server{"--user", "tickboard", "on", ">" + password};
  server.insert(server.end(), rights.begin(), rights.end());
  return with(std::move(server), "username = \"tickboard\"\npassword = \"" + password + "\"\n");
}

std::string lines_with(world& on, const std::string& part) {
  std::istringstream all{on.log_text()};
  std::string out;
  for (std::string line; std::getline(all, line);)
    if (line.find(part) != line.npos)
      out += line + '\n';
  return out;
}

const std::string lack = "lacks a right that tickboard needs";

} // namespace

TEST_CASE("with the rights that the guide lists, and no other, everything can be done") {
  board_under_test on{with_user(documented_rights())};
  redis_admin admin{on.redis->url()};
  on.say_more();
  ask_random_questions(on, converged_rows(on), 200);
  for (const auto* target : {"/v1/assets?sort=-volume_usd_24h", "/v1/assets?q=bit",
                             "/v1/assets/BTC", "/v1/movers", "/v1/search?q=btc", "/v1/quotes",
                             "/v1/global", "/v1/categories", "/v1/markets?snapshot=new&per_page=5",
                             "/v1/markets/kraken:BTC-USD", "/v1/markets/kraken:BTC-USD/candles"}) {
    const auto answer = on.get(target);
    CHECK_MESSAGE(answer.status == 200, target << " " << answer.body);
  }
  on.command({"ZREM", "tb:2:{:board}:by:id", "kraken:BTC-USD"});
  const auto found = verify(on, "--repair");
  INFO(found.text);
  CHECK(found.status == 1);
  CHECK(verify(on).status == 0);
  REQUIRE(admin({"SCRIPT", "FLUSH"}) == "OK");
  on.daemon->kill(SIGKILL);
  on.daemon->wait();
  on.start_daemon();
  on.wait_until("it is ready again", [&] { return on.get("/readyz").status == 200; });
  on.daemon->kill(SIGTERM);
  CHECK(on.daemon->wait() == 0);
  CHECK(lines_with(on, lack) == "");
}

TEST_CASE("a right that is taken away: /readyz and the log name it, until it is there again") {
  board_under_test on{with_user(documented_rights())};
  redis_admin admin{on.redis->url()};
  watcher clients{on};
  struct row {
    const char *without, *with, *told;
  };
  for (const auto& one : {row{"-evalsha", "+evalsha", "+evalsha"}, row{"-zadd", "+zadd", "+zadd"},
                          row{"-set", "+set", "+set"}, row{"resetkeys", "~tb:*", "~tb:*"}}) {
    CAPTURE(one.without);
    REQUIRE(admin({"ACL", "SETUSER", "tickboard", one.without}) == "OK");
    on.say_more();
    on.wait_until_ready_says("Redis refuses what tickboard needs: its user lacks ");
    on.wait_until_ready_says(one.told);
    on.wait_until("the log says it",
                  [&] { return lines_with(on, lack).find(one.told) != std::string::npos; });
    REQUIRE(admin({"ACL", "SETUSER", "tickboard", one.with}) == "OK");
    on.say_more();
    on.wait_until("it is ready again", [&] { return on.get("/readyz").status == 200; });
  }
  on.recovers(clients);
}

TEST_CASE("a start without any right is told of, and ends when it is asked to") {
  board_under_test on{with_user({"+ping"}), false};
  redis_admin admin{on.redis->url()};
  on.wait_until_ready_says("Redis refuses what tickboard needs: its user lacks ");
  on.wait_until("the log says it", [&] { return !lines_with(on, lack).empty(); });
  CHECK(on.get("/v1/markets?per_page=5").status == 503);
  CHECK(on.get("/healthz").status == 200);
  SUBCASE("it is given them") {
    std::vector<std::string> rights = documented_rights();
    for (const auto& one : rights)
      REQUIRE(admin({"ACL", "SETUSER", "tickboard", one}) == "OK");
    on.wait_until("it is ready", [&] { return on.get("/readyz").status == 200; });
  }
  SUBCASE("some are missing yet") {
    REQUIRE(admin({"ACL", "SETUSER", "tickboard", "~tb:*", "+@all", "-set"}) == "OK");
    on.wait_until_ready_says("+set");
  }
  on.daemon->kill(SIGTERM);
  CHECK(on.daemon->wait() == 0);
  CHECK(lines_with(on, "stop_timeout") == "");
}
