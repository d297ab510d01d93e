// The primary changes, of itself or because somebody wants it to: the board moves with it.

#include "tests/integration/reliability/board_under_test.hpp"
#include "tests/support/sentinels.hpp"

using namespace tickboard;
using namespace tickboard::test;

namespace {

redis_setup told_by(const sentinel_cluster& cluster) {
  auto out = with({}, "sentinels = [" + cluster.addresses() + "]\nsentinel_master = \"" +
                          sentinel_cluster::master + "\"\nsentinel_password = \"" +
                          sentinel_cluster::password + "\"\n");
  out.url = "redis://not-asked.invalid:1/0"; // where the primary is, sentinels say
  return out;
}

/// Does this server have the board as it was written, or looked over, in its own life?
bool is_of_its_own_life(const redis_process& server) {
  const auto told = ask_redis(server.port(), "", {"INFO", "server"});
  const auto at = told.find("run_id:") + 7;
  const auto life = told.substr(at, told.find('\r', at) - at);
  return ask_redis(server.port(), "", {"GET", "tb:2:{:board}:epoch"}) == life;
}

} // namespace

TEST_CASE(
    "the primary is killed, the next one frozen, the last one replaced on demand: all follow") {
  sentinel_cluster cluster;
  board_under_test on{told_by(cluster)};
  on.say_more();
  converged_rows(on);
  REQUIRE(cluster.primary() == 0);

  const auto moves = [&](const char* what, const std::function<void(redis_process&)>& fail) {
    INFO(std::string{what});
    watcher clients{on};
    const auto before = cluster.primary();
    const auto begin = std::chrono::steady_clock::now();
    fail(*cluster.servers.at(before));
    on.say_more();
    on.wait_until("the sentinels have another primary", [&] {
      const auto now = cluster.primary();
      return now != before && now < cluster.servers.size();
    });
    const auto elected = std::chrono::steady_clock::now();
    on.wait_until("the board is there",
                  [&] { return is_of_its_own_life(*cluster.servers.at(cluster.primary())); });
    const auto there = std::chrono::steady_clock::now();
    on.recovers(clients);
    const auto ms = [](auto time) {
      return std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
    };
    MESSAGE(std::string{what} << ": elected after " << ms(elected - begin)
                              << " ms, the board there " << ms(there - elected) << " ms later; "
                              << clients.good() << " answers, " << clients.refused()
                              << " refusals");
  };
  moves("killed", [](redis_process& server) { server.kill(SIGKILL); });
  auto* frozen = static_cast<redis_process*>(nullptr);
  moves("frozen", [&](redis_process& server) {
    frozen = &server;
    server.kill(SIGSTOP);
  });
  // It wakes up as a primary, which it is no more: nobody follows it.
  watcher clients{on};
  frozen->kill(SIGCONT);
  on.wait_until("it has become a replica",
                [&] { return ask_redis(frozen->port(), "", {"ROLE"}).starts_with("slave"); });
  on.recovers(clients);
  on.wait_until("it can be promoted", [&] {
    return ask_redis(cluster.sentinels[0]->port(), sentinel_cluster::password,
                     {"SENTINEL", "FAILOVER", sentinel_cluster::master}) == "OK";
  });
  {
    watcher others{on};
    on.wait_until("it is the primary again",
                  [&] { return cluster.servers.at(cluster.primary()).get() == frozen; });
    on.wait_until("the board is there", [&] { return is_of_its_own_life(*frozen); });
    on.recovers(others);
  }
  CHECK(on.log_lines_with("secret-of") == 0);
}

TEST_CASE("without sentinels that know the primary pages say why; one that knows is enough") {
  sentinel_cluster cluster;
  cluster.sentinels[0]->kill(SIGKILL); // asked in vain, each time
  cluster.sentinels[1]->kill(SIGSTOP); // not even that
  board_under_test on{told_by(cluster)};
  watcher clients{on};
  cluster.sentinels[2]->kill(SIGSTOP);
  ask_redis(cluster.servers[0]->port(), "", {"CLIENT", "KILL", "TYPE", "normal"});
  on.wait_until_ready_says("no sentinel tells the primary");
  CHECK(on.get("/v1/markets?per_page=5").status == 503);
  cluster.sentinels[2]->kill(SIGCONT);
  on.recovers(clients);
}
