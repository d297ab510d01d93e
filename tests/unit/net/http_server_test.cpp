#include "tests/unit/net/answering_server.hpp"

#include <doctest/doctest.h>

#include <mutex>
#include <thread>
#include <vector>

using namespace tickboard;
using namespace tickboard::net;
using namespace tickboard::net::test;

TEST_CASE("a connection serves one request after another") {
  answering_server server(echo);
  auto client = server.connect();
  for (auto i = 0; i < 100; ++i) {
    const auto target = "/" + std::to_string(i);
    client.send("GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n");
    const auto reply = client.read_reply();
    CHECK(reply.status == 200);
    CHECK(reply.body == "GET " + target + " ");
    CHECK(reply.head.find("Connection: close") == std::string::npos);
  }
  CHECK(server.server->connections() == 1);
}

TEST_CASE("the header has what HTTP asks for and what the answer says") {
  answering_server server([](const http_request&, const auto& connection) {
    auto response = text("body");
    response.status = 203;
    response.headers = {{"ETag", "\"abc\""}, {"X-Evil", "a\r\nSet-Cookie: b"}};
    connection->respond(std::move(response));
  });
  auto client = server.connect();
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto head = client.read_reply().head;
  CHECK(head.starts_with("HTTP/1.1 203 Non-Authoritative Information\r\n"));
  CHECK(head.find("\r\nServer: tickboard\r\n") != std::string::npos);
  CHECK(head.find("\r\nDate: ") != std::string::npos);
  CHECK(head.find(" GMT\r\n") != std::string::npos);
  CHECK(head.find("\r\nContent-Type: text/plain\r\n") != std::string::npos);
  CHECK(head.find("\r\nETag: \"abc\"\r\n") != std::string::npos);
  CHECK(head.find("\r\nSet-Cookie") == std::string::npos);
}

TEST_CASE("pipelined requests are answered in order, also by other threads") {
  std::vector<std::thread> threads;
  answering_server server([&](const http_request& request, const auto& connection) {
    // One request at a time: the next one only comes once this is answered.
    threads.emplace_back(
        [connection, target = request.target] { connection->respond(text(target)); });
  });
  auto client = server.connect();
  std::string requests;
  for (auto i = 0; i < 200; ++i)
    requests += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\n\r\n";
  client.send(requests);
  for (auto i = 0; i < 200; ++i)
    CHECK(client.read_reply().body == "/" + std::to_string(i));
  for (auto& thread : threads)
    thread.join();
}

TEST_CASE("a request may come byte by byte") {
  answering_server server(echo);
  auto client = server.connect();
  for (const auto c : std::string("POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"))
    client.send({&c, 1});
  CHECK(client.read_reply().body == "POST /p abc");
}

TEST_CASE("chunked bodies are joined and trailers left out") {
  answering_server server([](const http_request& request, const auto& connection) {
    connection->respond(text(request.body + "|" + request.if_none_match));
  });
  auto client = server.connect();
  client.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
              "3\r\nabc\r\n2;ext=1\r\nde\r\n0\r\nIf-None-Match: \"t\"\r\n\r\n");
  CHECK(client.read_reply().body == "abcde|");
  client.send("GET / HTTP/1.1\r\nHost: x\r\nIf-None-Match: \"a\"\r\nIf-None-Match: \"b\"\r\n\r\n");
  CHECK(client.read_reply().body == "|\"a\", \"b\"");
}

TEST_CASE("HEAD gets the header of GET and no body") {
  answering_server server([](const http_request& request, const auto& connection) {
    CHECK((request.method == http_method::head) == (request.target == "/head"));
    connection->respond(text("twelve bytes"));
  });
  auto client = server.connect();
  client.send("HEAD /head HTTP/1.1\r\nHost: x\r\n\r\nGET /get HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto head = client.read_reply(true);
  CHECK(head.head.find("Content-Length: 12\r\n") != std::string::npos);
  CHECK(client.read_reply().body == "twelve bytes");
}

TEST_CASE("an answer without a byte says of what it has none") {
  answering_server server(
      [](const http_request&, const auto& connection) { connection->respond(text("")); });
  auto client = server.connect();
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto head = client.read_reply().head;
  CHECK(head.find("Content-Type: text/plain\r\n") != std::string::npos);
  CHECK(head.find("Content-Length: 0\r\n") != std::string::npos);
}

TEST_CASE("204 and 304 have neither body nor length") {
  answering_server server([](const http_request& request, const auto& connection) {
    auto response = text("not to be sent");
    response.status = request.target == "/304" ? 304 : 204;
    connection->respond(std::move(response));
  });
  auto client = server.connect();
  client.send("GET /304 HTTP/1.1\r\nHost: x\r\n\r\nGET /204 HTTP/1.1\r\nHost: x\r\n\r\n");
  for (const auto status : {304U, 204U}) {
    const auto reply = client.read_reply();
    CHECK(reply.status == status);
    CHECK(reply.head.find("Content-") == std::string::npos);
  }
}

TEST_CASE("a target may be a whole URL, which names the host") {
  answering_server server([](const http_request& request, const auto& connection) {
    connection->respond(text(request.target + " " + request.rare->host));
  });
  const auto ask = [&](const std::string& target) {
    auto client = server.connect();
    client.send("GET " + target + " HTTP/1.1\r\nOrigin: o\r\nHost: y\r\n\r\n");
    return client.read_reply();
  };
  CHECK(ask("http://x/a?b=http://c/").body == "/a?b=http://c/ x");
  CHECK(ask("HTTPS://x:8443/").body == "/ x:8443");
  CHECK(ask("http://x").body == "/ x");
  CHECK(ask("http://[::1]:80?b").body == "/?b [::1]:80");
  CHECK(ask("/http://x/a").body == "/http://x/a y");
  CHECK(ask("ftp://x/a").body == "ftp://x/a y"); // nothing that there is
  for (const auto* const bad : {"http:///a", "http://", "http://:80/", "http://me@x/a"}) {
    const auto refused = ask(bad);
    CHECK(refused.status == 400);
    CHECK(refused.body.find("a target with a scheme is http://host/path?query") !=
          std::string::npos);
  }
}

TEST_CASE("the connection ends when the client or HTTP/1.0 asks for it") {
  answering_server server(echo);
  SUBCASE("Connection: close") {
    auto client = server.connect();
    client.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    CHECK(client.read_reply().head.find("Connection: close\r\n") != std::string::npos);
    CHECK(client.ended());
  }
  SUBCASE("HTTP/1.0") {
    auto client = server.connect();
    client.send("GET / HTTP/1.0\r\n\r\n");
    CHECK(client.read_reply().status == 200);
    CHECK(client.ended());
  }
  SUBCASE("HTTP/1.0 with keep-alive") {
    auto client = server.connect();
    for (auto i = 0; i < 2; ++i) {
      client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
      CHECK(client.read_reply().head.find("Connection: keep-alive\r\n") != std::string::npos);
    }
  }
  CHECK(eventually([&] { return server.server->connections() <= 1; }));
}

TEST_CASE("one body is shared by all answers and never copied into them") {
  const auto body = std::make_shared<const std::string>(300'000, 'b');
  answering_server server([&](const http_request&, const auto& connection) {
    http_response response;
    response.body = body;
    connection->respond(std::move(response));
  });
  {
    auto first = server.connect();
    auto second = server.connect();
    first.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    second.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(first.read_reply().body == *body);
    CHECK(second.read_reply().body == *body);
  }
  CHECK(eventually([&] { return body.use_count() == 1; }));
}

TEST_CASE("Expect: 100-continue gets its interim answer") {
  answering_server server(echo);
  auto client = server.connect();
  client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  CHECK(client.read_until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("ok");
  CHECK(client.read_reply().body == "POST / ok");
  client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: a-miracle\r\n\r\n");
  CHECK(client.read_reply().status == 417);
}

TEST_CASE("Accept-Encoding reaches the listener") {
  answering_server server([](const http_request& request, const auto& connection) {
    connection->respond(text(request.accepts_gzip ? "gzip" : "plain"));
  });
  auto client = server.connect();
  const auto ask = [&](const std::string& fields) {
    client.send("GET / HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n");
    return client.read_reply().body;
  };
  CHECK(ask("Accept-Encoding: br, gzip\r\n") == "gzip");
  CHECK(ask("Accept-Encoding: br\r\nAccept-Encoding: gzip\r\n") == "gzip");
  CHECK(ask("Accept-Encoding: gzip;q=0\r\n") == "plain");
  CHECK(ask("") == "plain");
}

TEST_CASE("answers that nobody waits for are dropped") {
  std::mutex mutex;
  std::vector<std::shared_ptr<http_connection>> connections;
  answering_server server([&](const http_request&, const auto& connection) {
    const std::lock_guard lock(mutex);
    connections.push_back(connection);
    connection->respond(text("first"));
    connection->respond(text("second"));
  });
  {
    auto client = server.connect();
    for (auto i = 0; i < 2; ++i) {
      client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
      CHECK(client.read_reply().body == "first");
    }
  }
  CHECK(eventually([&] { return server.closed == 1 && server.listeners == 0; }));
  const std::lock_guard lock(mutex);
  for (const auto& connection : connections) {
    connection->respond(text("late"));
    connection->close();
  }
}

TEST_CASE("a listener may close from within a request") {
  answering_server server([](const http_request&, const auto& connection) {
    connection->close();
    connection->respond(text("too late"));
  });
  auto client = server.connect();
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(client.ended());
  CHECK(eventually([&] { return server.closed == 1 && server.listeners == 0; }));
}

TEST_CASE("stop ends idle connections at once and busy ones after their answer") {
  std::shared_ptr<http_connection> busy;
  std::atomic<bool> asked{false};
  answering_server server([&](const http_request&, const auto& connection) {
    busy = connection;
    asked = true;
  });
  auto idle = server.connect();
  auto waiting = server.connect();
  waiting.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  REQUIRE(eventually([&] { return asked && server.server->connections() == 2; }));
  server.server->stop();
  CHECK(idle.ended());
  busy->respond(text("done"));
  const auto reply = waiting.read_reply();
  CHECK(reply.body == "done");
  CHECK(reply.head.find("Connection: close\r\n") != std::string::npos);
  CHECK(waiting.ended());
  CHECK_THROWS(server.connect());
}

TEST_CASE("IPv6 addresses and names can be listened on") {
  for (const auto* listen : {"[::1]:0", "localhost:0"}) {
    io_thread io;
    http_server_options options;
    options.listen = listen;
    const auto server = listen_http(io.context(), options, [](auto) { return nullptr; });
    if (!server) {
      MESSAGE("skipped: " << server.error());
      continue;
    }
    CHECK((*server)->port() != 0);
  }
}

TEST_CASE("an address that cannot be listened on is named") {
  answering_server server(echo);
  http_server_options options;
  for (const auto& listen :
       {std::string("nonsense"), std::string("1.2.3.4:99999"), std::string("::1:80"),
        "127.0.0.1:" + std::to_string(server.server->port())}) {
    options.listen = listen;
    const auto failed = listen_http(server.io.context(), options, nullptr);
    REQUIRE(!failed);
    CHECK(failed.error().find("cannot listen on \"" + listen + "\": ") == 0);
  }
}

TEST_CASE("problem is valid JSON whatever it is told") {
  const auto made = problem(400, "Bad \"title\"", "line\nbreak", {{"parameter", "so\\rt"}});
  CHECK(made.status == 400);
  CHECK(made.content_type == "application/problem+json");
  CHECK(*made.body == R"({"type":"about:blank","title":"Bad \"title\"","status":400,)"
                      R"("detail":"line\u000abreak","parameter":"so\\rt"})");
}

TEST_CASE("listeners hear who asks, and with which keys") {
  answering_server server([](const http_request& request, const auto& connection) {
    connection->respond(
        text(request.authorization + "|" + request.api_key + "|" + connection->client_network()));
  });
  auto client = server.connect();
  client.send("GET / HTTP/1.1\r\nHost: x\r\nauthorization: Bearer a\r\nx-api-KEY: b\r\n\r\n");
  CHECK(client.read_reply().body == "Bearer a|b|127.0.0.1");
  client.send("GET / HTTP/1.1\r\nHost: x\r\nX-API-Key: b\r\nX-API-Key: c\r\nX-API: d\r\n\r\n");
  CHECK(client.read_reply().body == "|b, c|127.0.0.1");
}
