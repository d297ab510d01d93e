// A stop loses nothing: requests under way are answered, updates under way reach Redis.

#include "adapters/redis/layout.hpp"
#include "tests/integration/reliability/verified.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <doctest/doctest.h>

#include <csignal>

using namespace tickboard;
using namespace tickboard::test;

namespace {

namespace asio = boost::asio;

/// One connection to the daemon that lets requests be under way for as long as the test likes.
class slow_client {
public:
  explicit slow_client(std::uint16_t port) : socket_(io_) {
    socket_.connect({asio::ip::address_v4::loopback(), port});
  }
  void send(const std::string& target) {
    asio::write(socket_, asio::buffer("GET " + target + " HTTP/1.1\r\nHost: tickboard\r\n\r\n"));
  }
  /// All that comes until the daemon closes.
  std::string read_all() {
    std::string out;
    boost::system::error_code end;
    asio::read(socket_, asio::dynamic_buffer(out), end);
    return out;
  }

private:
  asio::io_context io_;
  asio::ip::tcp::socket socket_;
};

/// The rows as Redis has them, without the daemon.
std::map<std::string, std::string> stored_rows(world& on) {
  const redis::layout keys{"tb", {}};
  std::map<std::string, std::string> out;
  for (const auto& key : on.command({"KEYS", keys.rows_pattern(redis::layout::board)}).elements)
    out[key.text.substr(keys[redis::layout::board].rows.size())] =
        on.command({"GET", key.text}).text;
  return out;
}

/// Lets every market be served in a first state; then the exchanges hold still.
void begin(world& on) {
  for (std::size_t i = 0; i < on.exchanges.size(); ++i)
    on.post_exchange(i, "/sim/rate", R"({"rate":0,"count":500})");
  for (std::size_t i = 0; i < on.exchanges.size(); ++i)
    on.post_exchange(i, "/sim/go", "{}");
  on.wait_until("pages are served", [&] { return on.get("/readyz").status == 200; });
}

/// Stops the daemon while Redis is frozen and `client` waits for a page; then Redis goes on.
void stop_under_way(world& on, slow_client& client) {
  client.send("/v1/markets?sort=id&per_page=250");
  on.get("/healthz"); // later than the request before
  on.get("/healthz");
  on.daemon->kill(SIGTERM);
  on.wait_until("it takes no more requests", [&] { return on.get("/healthz").status == 0; });
  on.redis->kill(SIGCONT);
  const auto answer = client.read_all();
  CHECK(on.daemon->wait() == 0);
  CHECK(answer.substr(0, 15) == "HTTP/1.1 200 OK");
  CHECK(answer.find("Connection: close") != answer.npos);
  CHECK(answer.ends_with("}"));
}

} // namespace

TEST_CASE("a stop finishes requests that are under way") {
  world on{three_exchanges(5'000, 0, true)};
  begin(on);
  on.redis->kill(SIGSTOP);
  slow_client client{on.daemon->port()};
  stop_under_way(on, client);
}

TEST_CASE("a stop takes the heartbeat along, whoever runs the actors") {
  for (const auto* threads : {"0", "2"}) {
    CAPTURE(threads);
    world on{three_exchanges(5'000, 0, true), "[actors]\nthreads = " + std::string{threads} + "\n"};
    begin(on);
    const redis::layout keys{"tb", {}};
    const auto& daemons = keys[redis::layout::board].daemons;
    CHECK(on.command({"ZCARD", daemons}).integer == 1);
    on.daemon->kill(SIGTERM);
    CHECK(on.daemon->wait() == 0);
    CHECK(on.command({"ZCARD", daemons}).integer == 0);
  }
}

TEST_CASE("a stop that cannot write everything leaves the heartbeat: what is late is no damage") {
  world on{three_exchanges(5'000, 0, true), "[daemon]\nstop_timeout = \"1s\"\n"};
  begin(on);
  on.command({"CONFIG", "SET", "maxmemory", "1"}); // refuses writes, and no ZREM
  const auto before = on.patches();
  for (std::size_t i = 0; i < on.exchanges.size(); ++i)
    on.post_exchange(i, "/sim/rate", R"({"rate":0,"count":5000})");
  on.wait_until("updates have come", [&] { return on.patches() > before; });
  on.daemon->kill(SIGTERM);
  CHECK(on.daemon->wait() == 0);
  CHECK(on.log_lines_with("did not stop in order") > 0);
  on.command({"CONFIG", "SET", "maxmemory", "0"});
  const redis::layout keys{"tb", {}};
  CHECK(on.command({"ZCARD", keys[redis::layout::board].daemons}).integer == 1);
  const auto found = verify(on);
  INFO(found.text);
  CHECK(found.status == 0);
}

TEST_CASE("a stop during the wait for the turn has nothing to wait for") {
  world on{three_exchanges(5'000, 0, true)};
  const redis::layout keys{"tb", {}};
  on.daemon->kill(SIGTERM);
  CHECK(on.daemon->wait() == 0);
  const auto before = on.log_lines_with("did not stop in order"); // of one that had hardly begun
  on.command({"SET", keys[redis::layout::board].starter, "another"});
  on.start_daemon();
  for (std::size_t i = 0; i < on.exchanges.size(); ++i)
    on.post_exchange(i, "/sim/go", "{}");
  on.wait_until("it waits, and updates have come", [&] {
    return on.get("/readyz").body.find("waiting for another daemon") != std::string::npos &&
           on.patches() > 1'500;
  });
  on.daemon->kill(SIGTERM);
  CHECK(on.daemon->wait() == 0);
  CHECK(on.log_lines_with("did not stop in order") == before);
}

TEST_CASE("a stop finishes requests and updates that are under way") {
  world on{three_exchanges(5'000, 0, true)};
  begin(on);

  on.redis->kill(SIGSTOP);
  const auto before = on.patches();
  for (std::size_t i = 0; i < on.exchanges.size(); ++i)
    on.post_exchange(i, "/sim/rate", R"({"rate":0,"count":5000})");
  on.wait_until("the daemon has every update, and Redis none of them",
                [&] { return on.patches() >= before + 3 * 4'500; });
  slow_client client{on.daemon->port()};
  stop_under_way(on, client);

  const auto rows = stored_rows(on);
  CHECK(rows.size() == 1'500);
  CHECK(difference_from_exchanges(on, rows) == "");
}
