#include "support.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <random>

using namespace tickboard::simulator;
using namespace tickboard::simulator::test;

TEST_CASE("wss with the certificate authority that is written at start") {
  const auto ca = std::filesystem::temp_directory_path() /
                  ("tickboard-ca-" + std::to_string(std::random_device{}()) + ".pem");
  const auto other_ca = ca.string() + ".other";
  {
    running exchange({.exchange = "kraken",
                      .markets = 3,
                      .rate = 0,
                      .count = 3000,
                      .tls = true,
                      .ca_out = ca.string()});
    running other({.markets = 3, .hold = true, .tls = true, .ca_out = other_ca});
    ws_client client(exchange.port(), "/v2", ca.string());
    client.send(R"({"method":"subscribe","params":{"channel":"ticker","symbol":["BTC/USD"]}})");
    int tickers = 0;
    while (tickers < 1001) {
      const auto frame = client.read();
      REQUIRE(!frame.empty());
      tickers += frame.starts_with(R"({"channel":"ticker")");
    }
    // Another simulator's authority must not do.
    CHECK_THROWS(ws_client(exchange.port(), "/v2", other_ca));
  }
  std::filesystem::remove(ca);
  std::filesystem::remove(other_ca);
}

TEST_CASE("bad options are refused by name") {
  const auto refusal = [](const options& with) {
    boost::asio::io_context io;
    const auto started = start(io, with);
    return started ? std::string("(accepted)") : started.error();
  };
  CHECK(refusal({.exchange = "mtgox"}).starts_with("exchange \"mtgox\""));
  for (const char* listen : {"", "127.0.0.1", "127.0.0.1:x", "127.0.0.1:70000", "nohost:1", ":1"})
    CHECK_MESSAGE(refusal({.listen = listen}).starts_with("listen "), listen);
  CHECK(refusal({.markets = 0}).starts_with("markets is 0"));
  CHECK(refusal({.rate = -1}).starts_with("rate is -1"));
  CHECK(refusal({.ca_out = "/tmp/x"}).starts_with("ca_out: allowed with tls only"));
  CHECK(refusal({.tls = true, .ca_out = "/nonexistent/x"}).starts_with("ca_out /nonexistent/x"));
}
