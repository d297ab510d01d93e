#include "tests/unit/net/answering_server.hpp"

#include <doctest/doctest.h>

#include <sys/resource.h>
#include <unistd.h>
#include <utility>
#include <vector>

using namespace tickboard::net;
using namespace tickboard::net::test;
using std::chrono::milliseconds;

namespace {

constexpr auto get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

/// Sends `request` to a fresh connection, wants a problem with `status` and the end.
void check_refused(const answering_server& server, const std::string& request, unsigned status) {
  CAPTURE(request.substr(0, 200));
  auto client = server.connect();
  client.send(request);
  const auto reply = client.read_reply();
  CHECK(reply.status == status);
  CHECK(reply.head.find("Content-Type: application/problem+json\r\n") != std::string::npos);
  CHECK(reply.head.find("Connection: close\r\n") != std::string::npos);
  CHECK(reply.body.find("\"status\":" + std::to_string(status)) != std::string::npos);
  CHECK(client.ended());
}

} // namespace

TEST_CASE("what is not HTTP, or could be read in two ways, is refused") {
  answering_server server([](const http_request& request, const auto&) {
    FAIL_CHECK("reached the listener: " << request.target);
  });
  const std::string head = "POST / HTTP/1.1\r\nHost: x\r\n";
  const std::vector<std::pair<std::string, unsigned>> shapes{
      {"\x16\x03\x01\x02", 400},
      {"nonsense\r\n\r\n", 400},
      {"GET / HTTP/2.0\r\nHost: x\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: x\r\nName : value\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: x\r\nA:\r\n b\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n \r\n\r\n", 400},
      {"GET / HTTP/1.1\nHost: x\n\n", 400},
      {head + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {head + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n", 400},
      {head + "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", 400},
      {head + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc", 400},
      {head + "Content-Length: 3, 3\r\n\r\nabc", 400},
      {head + "Content-Length: -1\r\n\r\n", 400},
      {head + "Content-Length: 99999999999999999999\r\n\r\n", 400},
      {head + "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", 501},
      {head + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501},
      {head + "Transfer-Encoding: xchunked\r\n\r\n", 501},
      {head + "Transfer-Encoding: chunked\r\n\r\nxyz\r\n", 400},
      {"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
  };
  for (const auto& [request, status] : shapes)
    check_refused(server, request, status);
  CHECK(eventually([&] { return server.server->connections() == 0; }));
}

TEST_CASE("headers are limited however they are cut into packets") {
  http_server_options options;
  options.max_header_bytes = 1'000;
  options.header_timeout = patience; // a packet for each byte takes a loaded machine its time
  answering_server server(echo, options);
  check_refused(server, "GET /" + std::string(2'000, 'a') + " HTTP/1.1\r\n", 431);
  check_refused(server, "GET / HTTP/1.1\r\nHost: x\r\nA: " + std::string(2'000, 'a'), 431);

  std::string fields = "GET / HTTP/1.1\r\nHost: x\r\n";
  for (auto i = 0; i < 100; ++i)
    fields += "Field-" + std::to_string(i) + ": value\r\n";
  check_refused(server, fields + "\r\n", 431);

  // The parser takes whole fields off as they come, so each packet by itself is small.
  auto slow = server.connect();
  for (const auto c : fields)
    if (!slow.send({&c, 1}))
      break;
  CHECK(slow.read_reply().status == 431);

  auto fits = server.connect();
  fits.send("GET / HTTP/1.1\r\nHost: x\r\nA: " + std::string(900, 'a') + "\r\n\r\n");
  CHECK(fits.read_reply().status == 200);
}

TEST_CASE("bodies are limited, announced or not") {
  http_server_options options;
  options.max_header_bytes = 1'000;
  options.max_body_bytes = 5'000;
  answering_server server(echo, options);
  const std::string head = "POST / HTTP/1.1\r\nHost: x\r\n";
  check_refused(server, head + "Content-Length: 5001\r\n\r\n", 413);
  check_refused(server, head + "Content-Length: 5001\r\nExpect: 100-continue\r\n\r\n", 413);
  check_refused(server, head + "Transfer-Encoding: chunked\r\n\r\n1389\r\n", 413);
  check_refused(server,
                head + "Transfer-Encoding: chunked\r\n\r\n1388\r\n" + std::string(5'000, 'b') +
                    "\r\n1\r\nb\r\n",
                413);
  check_refused(server, head + "Transfer-Encoding: chunked\r\n\r\n1;" + std::string(9'000, 'e'),
                431);
  check_refused(server,
                head + "Transfer-Encoding: chunked\r\n\r\n0\r\nTrailer: " + std::string(9'000, 't'),
                431);

  auto fits = server.connect();
  fits.send(head + "Content-Length: 5000\r\n\r\n" + std::string(5'000, 'b'));
  CHECK(fits.read_reply().body == "POST / " + std::string(5'000, 'b'));
}

TEST_CASE("a refusal reaches a client that is still sending") {
  http_server_options options;
  options.max_body_bytes = 1'000;
  answering_server server(echo, options);
  auto client = server.connect();
  client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n");
  client.send(std::string(1'000'000, 'b'));
  CHECK(client.read_reply().status == 413);
}

TEST_CASE("more than max_connections get 503 and make place for nobody") {
  http_server_options options;
  options.max_connections = 2;
  answering_server server(echo, options);
  auto first = server.connect();
  auto second = server.connect();
  REQUIRE(eventually([&] { return server.server->connections() == 2; }));
  check_refused(server, get, 503);
  CHECK(server.server->connections() == 2);
  first.close();
  REQUIRE(eventually([&] { return server.server->connections() == 1; }));
  auto third = server.connect();
  third.send(get);
  CHECK(third.read_reply().status == 200);
}

TEST_CASE("no client holds a connection without going on") {
  http_server_options options;
  SUBCASE("half a request gets 408") {
    options.header_timeout = milliseconds{40};
    answering_server server(echo, options);
    auto client = server.connect();
    client.send("GET / HTTP/1.1\r\nHo");
    CHECK(client.read_reply().status == 408);
    CHECK(client.ended());
  }
  SUBCASE("a slow loris that always sends something gets 408 as well") {
    options.header_timeout = milliseconds{40};
    answering_server server(echo, options);
    auto client = server.connect();
    client.send("GET / HTTP/1.1\r\nHost: x\r\nA: ");
    CHECK(eventually([&] { return !client.send("a"); }));
    CHECK(eventually([&] { return server.server->connections() == 0; }));
  }
  SUBCASE("half a body gets 408") {
    options.header_timeout = milliseconds{40};
    answering_server server(echo, options);
    auto client = server.connect();
    client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nab");
    CHECK(client.read_reply().status == 408);
  }
  SUBCASE("nothing at all") {
    options.header_timeout = milliseconds{40};
    answering_server server(echo, options);
    auto client = server.connect();
    CHECK(client.ended());
  }
  SUBCASE("idle between requests") {
    options.idle_timeout = milliseconds{40};
    answering_server server(echo, options);
    auto client = server.connect();
    client.send(get);
    CHECK(client.read_reply().status == 200);
    CHECK(client.ended());
  }
  SUBCASE("not reading the answer") {
    options.write_timeout = milliseconds{40};
    answering_server server(
        [](const http_request&, const auto& connection) {
          connection->respond(text(std::string(64'000'000, 'b')));
        },
        options);
    auto client = server.connect();
    client.send(get);
    CHECK(eventually([&] { return server.closed == 1; }));
    CHECK(client.read_to_end().size() < 64'000'000);
  }
}

TEST_CASE("a listener that never answers costs the client 503, not its life") {
  http_server_options options;
  options.answer_timeout = milliseconds{40};
  std::shared_ptr<http_connection> forgotten;
  answering_server server(
      [&](const http_request&, const auto& connection) { forgotten = connection; }, options);
  auto client = server.connect();
  client.send(get);
  CHECK(client.read_reply().status == 503);
  CHECK(client.ended());
  CHECK(eventually([&] { return server.closed == 1; }));
  forgotten->respond(text("late"));
}

TEST_CASE("out of descriptors, the server goes on as soon as there are some") {
  answering_server server(echo);
  {
    auto first = server.connect();
    first.send(get);
    REQUIRE(first.read_reply().status == 200); // so it was accepted, and what is gone is gone
  }
  REQUIRE(eventually([&] { return server.server->connections() == 0; }));
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  auto few = before;
  few.rlim_cur = 64;
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &few) == 0);
  std::vector<int> taken;
  for (auto fd = ::dup(0); fd >= 0; fd = ::dup(0))
    taken.push_back(fd);
  REQUIRE(!taken.empty());
  ::close(taken.back()); // for our side of the connection: none is left for the server's
  taken.pop_back();
  auto client = server.connect();
  client.send(get);
  CHECK(server.server->connections() == 0);
  for (const auto fd : taken)
    ::close(fd);
  CHECK(client.read_reply().status == 200);
  ::setrlimit(RLIMIT_NOFILE, &before);
}
