#include "adapters/net/http_client.hpp"
#include "adapters/net/io_thread.hpp"
#include "tests/unit/net/answering_server.hpp"

#include <doctest/doctest.h>
#include <zlib.h>

#include <future>

using namespace tickboard;
using namespace tickboard::net;
using namespace tickboard::net::test;

namespace {

std::string gzip(const std::string& text) {
  z_stream stream{};
  deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, text.size()) + 32, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

/// GET from a peer of which the test is the server.
struct fixture {
  fixture() { options.url = "http://127.0.0.1:" + std::to_string(peer.port()) + "/x?y=z"; }
  ~fixture() { io.stop(); }

  std::future<result<http_reply>> ask() {
    auto promise = std::make_shared<std::promise<result<http_reply>>>();
    auto future = promise->get_future();
    http_get(io.context(), options, [promise](result<http_reply> reply) {
      promise->set_value(std::move(reply)); // throws if called twice
    });
    return future;
  }
  result<http_reply> get(std::future<result<http_reply>>& future) {
    if (future.wait_for(patience) != std::future_status::ready)
      return unexpected<std::string>("never called back");
    return future.get();
  }
  /// What comes of `answer`; the connection ends behind it.
  result<http_reply> get(const std::string& answer) {
    auto future = ask();
    {
      auto connection = peer.accept();
      request = connection.read_until("\r\n\r\n");
      connection.send(answer);
    }
    return get(future);
  }
  void check_fails(const std::string& answer, std::string_view why) {
    const auto reply = get(answer);
    REQUIRE(!reply);
    CHECK_MESSAGE(reply.error().find(why) != std::string::npos, reply.error());
    CHECK(reply.error().starts_with("127.0.0.1:" + std::to_string(peer.port()) + ": "));
  }

  raw_listener peer;
  http_get_options options;
  std::string request;
  io_thread io;
};

std::string whole(const std::string& head, const std::string& body) {
  return "HTTP/1.1 200 OK\r\n" + head + "Content-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

std::string chunked(const std::string& body, std::size_t size) {
  std::string out;
  char head[32];
  for (std::size_t at = 0; at < body.size(); at += size) {
    const auto piece = body.substr(at, size);
    out.append(head,
               static_cast<std::size_t>(std::snprintf(head, sizeof head, "%zx\r\n", piece.size())));
    out += piece + "\r\n";
  }
  return out + "0\r\n\r\n";
}

} // namespace

TEST_CASE("a body comes as it was sent, however it is framed") {
  fixture f;
  std::string body;
  for (auto i = 0; body.size() < 300'000; ++i)
    body += std::to_string(i * i) + ',';
  const std::string plain_head = "HTTP/1.1 200 OK\r\n";
  const std::string gzip_head = plain_head + "Content-Encoding: gzip\r\n";
  const std::string chunked_head = "Transfer-Encoding: chunked\r\n\r\n";
  const std::vector<std::string> answers{
      whole("", body),
      plain_head + chunked_head + chunked(body, 7'000),
      plain_head + "\r\n" + body, // to the end of the connection
      whole("Content-Encoding: gzip\r\n", gzip(body)),
      gzip_head + chunked_head + chunked(gzip(body), 100),
  };
  for (const auto& answer : answers) {
    CAPTURE(answer.substr(0, 100));
    const auto reply = f.get(answer);
    REQUIRE_MESSAGE(reply, reply.error());
    CHECK(reply->status == 200);
    CHECK(reply->body == body);
  }
  CHECK(f.request.starts_with("GET /x?y=z HTTP/1.1\r\n"));
  CHECK(f.request.find("\r\nUser-Agent: tickboard") != std::string::npos);
  CHECK(f.request.find("\r\nAccept-Encoding: gzip\r\n") != std::string::npos);
}

TEST_CASE("other statuses are answers, and say when to come back") {
  fixture f;
  auto reply = f.get("HTTP/1.1 429 Too Many Requests\r\nRetry-After: 30\r\n"
                     "Content-Length: 4\r\n\r\nslow");
  REQUIRE(reply);
  CHECK(reply->status == 429);
  CHECK(reply->body == "slow");
  CHECK(reply->retry_after == std::chrono::seconds{30});

  reply =
      f.get("HTTP/1.1 302 Found\r\nLocation: /\r\nRetry-After: 30\r\nContent-Length: 0\r\n\r\n");
  REQUIRE(reply);
  CHECK(reply->status == 302);
  CHECK(reply->retry_after.count() == 0);

  reply = f.get("HTTP/1.1 204 No Content\r\nContent-Encoding: gzip\r\n\r\n");
  REQUIRE(reply);
  CHECK(reply->body.empty());
}

TEST_CASE("bodies are limited before and after inflating") {
  fixture f;
  f.options.max_body_bytes = 10'000;
  const std::string fits(10'000, 'b');
  for (const auto& answer : {whole("", fits), whole("Content-Encoding: gzip\r\n", gzip(fits))}) {
    const auto reply = f.get(answer);
    REQUIRE_MESSAGE(reply, reply.error());
    CHECK(reply->body == fits);
  }
  f.check_fails(whole("", fits + "b"), "more than 10000 bytes");
  f.check_fails("HTTP/1.1 200 OK\r\n\r\n" + fits + "b", "more than 10000 bytes");
  f.check_fails(whole("Content-Encoding: gzip\r\n", gzip(fits + "b")),
                "inflates to more than 10000 bytes");
  f.check_fails(whole("Content-Encoding: gzip\r\n", gzip(std::string(1'000'000, 'b'))),
                "inflates to more than 10000 bytes");
}

TEST_CASE("broken answers are errors with the host") {
  fixture f;
  const auto packed = gzip(std::string(1'000, 'b'));
  f.check_fails("", "ended before the whole answer");
  f.check_fails("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
                "ended before the whole answer");
  f.check_fails("SSH-2.0-OpenSSH\r\n\r\n", "could not be read");
  f.check_fails(whole("Content-Encoding: gzip\r\n", "not gzip at all"), "not valid gzip");
  f.check_fails(whole("Content-Encoding: gzip\r\n", packed.substr(0, packed.size() / 2)),
                "cut short");
  f.check_fails(whole("Content-Encoding: br\r\n", "b"), "\"br\" was not asked for");
  f.check_fails("HTTP/1.1 200 OK\r\nA: " + std::string(100'000, 'a'), "could not be read");
}

TEST_CASE("no patience without end") {
  fixture f;
  f.options.timeout = std::chrono::milliseconds{40};
  auto future = f.ask();
  auto connection = f.peer.accept();
  connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
  const auto reply = f.get(future);
  REQUIRE(!reply);
  CHECK(reply.error().find("no whole answer within 40 ms: the answer took too long") !=
        std::string::npos);
}

TEST_CASE("what cannot be asked is told the same way") {
  fixture f;
  const auto fails = [&](const std::string& url, std::string_view why) {
    f.options.url = url;
    auto future = f.ask();
    const auto reply = f.get(future);
    REQUIRE(!reply);
    CHECK_MESSAGE(reply.error().find(why) != std::string::npos, reply.error());
  };
  fails("nonsense", "URL: has no scheme");
  fails("ws://a/", "\"ws\" is not http or https");
  fails("http://127.0.0.1:1/", "cannot connect");
  f.options.tls.ca_file = "/no/such/file.pem";
  fails("https://127.0.0.1:1/", "ca_file /no/such/file.pem");
}

TEST_CASE("client and server understand each other") {
  answering_server server([](const http_request& request, const auto& connection) {
    CHECK(request.accepts_gzip);
    connection->respond(text(request.target));
  });
  fixture f;
  f.options.url = "http://127.0.0.1:" + std::to_string(server.server->port()) + "/a/b?c";
  auto future = f.ask();
  const auto reply = f.get(future);
  REQUIRE(reply);
  CHECK(reply->body == "/a/b?c");
}
