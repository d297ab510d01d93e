// What a client believes of sentinels, and of a primary that is none any more.

#include "adapters/net/io_thread.hpp"
#include "adapters/redis/client.hpp"
#include "tests/support/sentinels.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <vector>

using namespace tickboard;
using namespace tickboard::test;
using namespace std::chrono_literals;

namespace {

constexpr auto patience = 30s;

/// A client that asks the first sentinel alone.
struct sentinel_client {
  explicit sentinel_client(const sentinel_cluster& cluster) {
    redis::endpoint sentinel;
    sentinel.port = cluster.sentinels[0]->port();
    sentinel.password = sentinel_cluster::password;
    redis::client_options options;
    options.sentinels = {{sentinel}, sentinel_cluster::master};
    client =
        redis::connect(io.context(), options,
                       {[this] { tell("ready"); }, [this](const std::string& why) { tell(why); }});
  }
  ~sentinel_client() {
    client->stop();
    io.stop();
  }

  void tell(const std::string& what) {
    const std::lock_guard lock{mutex};
    told.push_back(what);
    changed.notify_all();
  }

  /// Whether this comes to be told.
  bool hears(const std::string& part) {
    std::unique_lock lock{mutex};
    return changed.wait_for(lock, patience, [&] {
      return std::ranges::any_of(told, [&](const auto& one) { return one.find(part) != one.npos; });
    });
  }
  bool was_ready() {
    const std::lock_guard lock{mutex};
    return std::ranges::find(told, "ready") != told.end();
  }

  std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::string> told;
  net::io_thread io;
  std::shared_ptr<redis::client> client;
};

std::string port_of(const redis_process& server) {
  return std::to_string(server.port());
}

} // namespace

TEST_CASE("a replica that sentinels take for the primary is left before anything is asked of it") {
  const sentinel_cluster cluster;
  const auto& replica = *cluster.servers[1];
  REQUIRE(ask_redis(replica.port(), "", {"ROLE"}).starts_with("slave"));
  const auto tell_sentinel = [&](const std::vector<std::string>& words) {
    return ask_redis(cluster.sentinels[0]->port(), sentinel_cluster::password, words);
  };
  const std::string set = sentinel_cluster::master;
  REQUIRE(tell_sentinel({"SENTINEL", "REMOVE", set}) == "OK");
  REQUIRE(tell_sentinel({"SENTINEL", "MONITOR", set, "127.0.0.1", port_of(replica), "2"}) == "OK");
  sentinel_client one{cluster};
  CHECK(one.hears("it is no primary"));
  CHECK_FALSE(one.was_ready());
}

TEST_CASE("a primary that refuses to be written to is left for the one that sentinels name") {
  const sentinel_cluster cluster;
  sentinel_client one{cluster};
  REQUIRE(one.hears("ready"));
  REQUIRE(ask_redis(cluster.servers[0]->port(), "",
                    {"REPLICAOF", "127.0.0.1", port_of(*cluster.servers[1])}) == "OK");
  redis::submit_one(*one.client, redis::command{"SET", "a", "1"},
                    [&](const redis::reply& answer) { one.tell(std::string{answer.error()}); });
  CHECK(one.hears("READONLY"));
  CHECK(one.hears("it is no primary any more"));
}
