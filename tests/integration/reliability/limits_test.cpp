// A machine that has no room left: for bytes on its disk, or for open files in a process.

#include "tests/integration/postgres/database.hpp"
#include "tests/integration/reliability/verified.hpp"
#include "tests/support/temporary_directory.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <doctest/doctest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <list>
#include <sys/resource.h>

using namespace tickboard;
using namespace tickboard::test;

namespace {

namespace asio = boost::asio;

std::string text_of_file(const std::string& path) {
  std::ifstream in{path};
  return {std::istreambuf_iterator<char>{in}, {}};
}

/// A client that keeps its connection.
class kept_client {
public:
  explicit kept_client(std::uint16_t port) : socket_(io_) {
    socket_.connect({asio::ip::address_v4::loopback(), port});
  }

  /// Head and body; fails the test if the connection is gone.
  std::string get(const std::string& target) {
    asio::write(socket_, asio::buffer("GET " + target + " HTTP/1.1\r\nHost: tickboard\r\n\r\n"));
    const auto head_end = asio::read_until(socket_, asio::dynamic_buffer(in_), "\r\n\r\n");
    const auto at = in_.find("Content-Length: ");
    REQUIRE(at < head_end);
    const auto size = head_end + std::stoul(in_.substr(at + 16));
    if (in_.size() < size)
      asio::read(socket_, asio::dynamic_buffer(in_), asio::transfer_exactly(size - in_.size()));
    auto out = in_.substr(0, size);
    in_.erase(0, size);
    return out;
  }

private:
  asio::io_context io_;
  asio::ip::tcp::socket socket_;
  std::string in_;
};

} // namespace

TEST_CASE("a full disk: the kept assets stay whole, and everything else goes on") {
  database db;
  db.migrate();
  db.import(text_of_file(TICKBOARD_SOURCE_DIR "/config/assets.csv"));
  const temporary_directory dir;
  const auto cache = dir / "cache.csv";
  write_file(dir / "c.toml",
             "[metadata]\ndsn = \"" + server().dsn() + "\"\ncache_file = \"" + cache +
                 "\"\n[http]\nlisten = \"127.0.0.1:0\"\n[redis]\nurl = " + "\"unix://" +
                 (dir / "none") +
                 "\"\n[[feed]]\nexchange = \"kraken\"\nsymbols = [\"*/USD\"]\n"
                 "ws_url = \"ws://127.0.0.1:1\"\nrest_url = \"http://127.0.0.1:1\"\n");
  const std::vector<std::string> serve{TICKBOARD_PROGRAM, "serve", "--config", dir / "c.toml"};
  {
    const process daemon{serve, dir / "log"};
    wait_until("the assets are kept", [&] { return std::filesystem::exists(cache); });
  }
  const auto kept = text_of_file(cache);

  // No file grows beyond 2 KiB: neither the new cache nor the log, which is longer already.
  write_file(dir / "log", std::string(5'000, '\n'));
  std::vector<std::string> limited{"/bin/sh", "-c", "ulimit -S -f 4; exec \"$0\" \"$@\""};
  limited.insert(limited.end(), serve.begin(), serve.end());
  process daemon{limited, dir / "log"};
  const auto health_says = [&](const std::string& text) {
    return kept_client{daemon.port()}.get("/healthz").find(text) != std::string::npos;
  };
  db.import("symbol,name,slug\nNEWCOIN,New Coin,new-coin\n");
  wait_until("the full disk is told", [&] { return health_says("File too large"); });
  CHECK(health_says(R"("state":"ok","source":"postgres")")); // the new asset is known all the same
  CHECK(health_says("cache.csv.new: cannot be written"));
  CHECK(text_of_file(cache) == kept);
  CHECK_FALSE(std::filesystem::exists(cache + ".new")); // what was begun takes no room
  CHECK(std::filesystem::file_size(dir / "log") == 5'000);

  const rlimit room{RLIM_INFINITY, RLIM_INFINITY};
  REQUIRE(::prlimit(daemon.pid(), RLIMIT_FSIZE, &room, nullptr) == 0);
  db.import("symbol,name,slug\nNEXTCOIN,Next Coin,next-coin\n");
  wait_until("the assets are kept again",
             [&] { return text_of_file(cache).find("NEXTCOIN") != std::string::npos; });
  CHECK(text_of_file(cache).find("NEWCOIN") != std::string::npos);
  wait_until("the problem is over", [&] { return !health_says("cannot be written"); });
  daemon.kill(SIGTERM);
  CHECK(daemon.wait() == 0);
}

TEST_CASE("no descriptors left: who is connected is served, and all is well when clients go") {
  constexpr std::size_t most_files = 64;
  world on{{{"kraken", "kraken", {"--markets", "100", "--rate", "200"}, {}}}};
  on.daemon->kill(SIGTERM);
  on.daemon->wait();
  on.daemon_prefix = {"/bin/sh", "-c", "ulimit -n 64; exec \"$0\" \"$@\""};
  on.start_daemon();
  wait_until_ready(on);

  kept_client client{on.daemon->port()};
  CHECK(client.get("/readyz").starts_with("HTTP/1.1 200"));
  {
    std::list<kept_client> crowd;
    // Those who ask nothing are cut off in time; there are always more, in the kernel's queue.
    const auto come = [&] {
      for (std::size_t i = 0; i < 8 && crowd.size() < 1'000; ++i)
        crowd.emplace_back(on.daemon->port());
      return on.daemon->descriptors() >= most_files;
    };
    on.wait_until("all descriptors are taken", come);
    for (int i = 0; i < 20; ++i)
      CHECK(client.get("/v1/markets?per_page=5").starts_with("HTTP/1.1 200"));

    // An exchange that is lost now cannot be had back: it is told why.
    on.restart_exchange(0);
    on.wait_until("the feed's trouble is told", [&] {
      come();
      return client.get("/v1/exchanges").find("Too many open files") != std::string::npos;
    });
    on.wait_until("the rows are stale", [&] {
      come();
      return client.get("/v1/markets?per_page=1").find("\"stale\":true") != std::string::npos;
    });
  }
  on.wait_until("new clients are served", [&] { return on.get("/readyz").status == 200; });
  on.wait_until("the exchange is followed again", [&] {
    return client.get("/v1/markets?stale=true").find("\"total\":0") != std::string::npos;
  });
  on.daemon->kill(SIGTERM);
  CHECK(on.daemon->wait() == 0);
}
