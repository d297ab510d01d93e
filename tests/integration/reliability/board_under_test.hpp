#pragma once

#include "tests/integration/reliability/watcher.hpp"
#include "tests/integration/spine/truth.hpp"
#include "tests/support/stopwatch.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <doctest/doctest.h>

#include <csignal>
#include <string>

namespace tickboard::test {

inline const std::string quick_start = "[daemon]\nwarmup = \"3s\"\n[view]\n";

/// With short timeouts, so that nobody waits for long.
inline redis_setup with(std::vector<std::string> server, const std::string& more = {},
                        const std::string& reply_timeout = "700ms") {
  return {std::move(server), "reply_timeout = \"" + reply_timeout +
                                 "\"\nconnect_timeout = \"700ms\"\nbackoff_max = \"200ms\"\n" +
                                 more};
}

/// Exchanges, Redis and the daemon; every market is served in a first state. Then the exchanges
/// hold still, until they are told to say more.
class board_under_test : public world {
public:
  explicit board_under_test(const redis_setup& how, bool starts = true,
                            const std::string& view_options = "timeout = \"1s\"\n")
      : world(two_exchanges(), quick_start + view_options, how) {
    for (std::size_t i = 0; i < exchanges.size(); ++i)
      post_exchange(i, "/sim/go", "{}");
    if (starts)
      wait_until("pages are served, of assets too", [this] {
        return get("/readyz").status == 200 && get("/v1/assets").status == 200;
      });
  }

  /// Every exchange says so many updates more, as fast as it can.
  void say_more(int updates = 2'000) {
    said_ += updates;
    for (std::size_t i = 0; i < exchanges.size(); ++i)
      post_exchange(i, "/sim/rate", R"({"rate":0,"count":)" + std::to_string(said_) + "}");
  }

  void wait_until_ready_says(const std::string& text) {
    const auto what = "/readyz says " + text;
    wait_until(what.c_str(), [&] {
      const auto told = get("/readyz");
      return told.status == 503 && told.body.find(text) != std::string::npos;
    });
  }

  void wait_until_page_is(unsigned status, const std::string& text) {
    const auto what = "a page is " + std::to_string(status) + " with " + text;
    wait_until(what.c_str(), [&] {
      const auto page = get("/v1/markets?per_page=5");
      return page.status == status && page.body.find(text) != std::string::npos;
    });
  }

  /// The whole answer, with its header.
  std::string raw(const std::string& target, const std::string& more = {}) {
    namespace asio = boost::asio;
    asio::io_context io;
    asio::ip::tcp::socket socket{io};
    socket.connect({asio::ip::address_v4::loopback(), daemon->port()});
    asio::write(socket, asio::buffer("GET " + target + " HTTP/1.1\r\nHost: tickboard\r\n" + more +
                                     "Connection: close\r\n\r\n"));
    std::string out;
    boost::system::error_code end;
    asio::read(socket, asio::dynamic_buffer(out), end);
    return out;
  }

  void kill_redis() {
    redis->kill(SIGKILL);
    wait_until("redis-server is gone", [this] { return !redis->running(); });
  }

  /// Once what was wrong is right again: something more is said, and every row is as it should be.
  /// Prints how long that took, for docs/reliability.md.
  void recovers(watcher& clients) {
    const stopwatch since;
    say_more();
    wait_until("it says that it is ready", [this] { return get("/readyz").status == 200; });
    const auto ready = since.ms();
    converged_rows(*this);
    MESSAGE("recovered: ready after ", ready, " ms, every row as the exchanges say after ",
            since.ms(), " ms");
    CHECK(clients.finish() == "");
    CHECK(clients.good() > 0);
  }

private:
  int said_ = 600;
};

} // namespace tickboard::test
