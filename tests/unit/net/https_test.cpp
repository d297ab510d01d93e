#include "adapters/net/http_client.hpp"
#include "adapters/net/tls.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/unit/net/answering_server.hpp"
#include "tests/unit/net/certificates.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include <future>
#include <optional>
#include <vector>

using namespace tickboard;
using namespace tickboard::net;
using namespace tickboard::net::test;
using std::chrono::milliseconds;

namespace {

namespace asio = boost::asio;

struct secured {
  secured() {
    const auto shown = trusted.issue("DNS:localhost,IP:127.0.0.1");
    tickboard::test::write_file(files / "certificate.pem", shown.certificate);
    tickboard::test::write_file(files / "key.pem", shown.key);
    auto made = server_tls_context(files / "certificate.pem", files / "key.pem");
    REQUIRE(made);
    options.tls = *made;
  }

  authority trusted;
  tickboard::test::temporary_directory files;
  http_server_options options;
};

/// A blocking client that trusts `ca_file`.
class tls_client {
public:
  tls_client(std::uint16_t port, const std::string& ca_file, int version = TLS1_3_VERSION) {
    context_.load_verify_file(ca_file);
    SSL_CTX_set_min_proto_version(context_.native_handle(), version);
    SSL_CTX_set_max_proto_version(context_.native_handle(), version);
    stream_.emplace(io_, context_);
    stream_->set_verify_mode(asio::ssl::verify_peer);
    stream_->next_layer().connect({asio::ip::address_v4::loopback(), port});
    stream_->handshake(asio::ssl::stream_base::client);
  }

  void send(const std::string& bytes) { asio::write(*stream_, asio::buffer(bytes)); }
  /// Until the end, however it comes.
  std::string read_to_end() {
    std::string out;
    boost::system::error_code ended;
    asio::read(*stream_, asio::dynamic_buffer(out), ended);
    return out;
  }
  asio::ip::tcp::socket& socket() { return stream_->next_layer(); }

private:
  asio::io_context io_;
  asio::ssl::context context_{asio::ssl::context::tls_client};
  std::optional<asio::ssl::stream<asio::ip::tcp::socket>> stream_;
};

result<http_reply> get(const answering_server& server, const std::string& ca_file) {
  io_thread io;
  http_get_options options;
  options.url = "https://localhost:" + std::to_string(server.server->port()) + "/x";
  options.tls.ca_file = ca_file;
  std::promise<result<http_reply>> answered;
  http_get(io.context(), options,
           [&](result<http_reply> reply) { answered.set_value(std::move(reply)); });
  auto out = answered.get_future().get();
  io.stop();
  return out;
}

void check_serves(const answering_server& server, const std::string& ca_file) {
  const auto reply = get(server, ca_file);
  REQUIRE_MESSAGE(reply, reply.error());
  CHECK(reply->status == 200);
  CHECK(reply->body == "GET /x ");
}

std::size_t count(const std::string& text, std::string_view part) {
  std::size_t out = 0;
  for (auto at = text.find(part); at != text.npos; at = text.find(part, at + 1))
    ++out;
  return out;
}

} // namespace

TEST_CASE("HTTPS is served as HTTP is: kept alive, pipelined, bodies of any size") {
  secured with;
  const std::string large(3'000'000, 'x');
  answering_server server(
      [&](const http_request& request, const auto& connection) {
        connection->respond(text(request.target == "/large" ? large : request.body));
      },
      with.options);
  for (const auto version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    tls_client client{server.server->port(), with.trusted.file(), version};
    std::string requests;
    for (int i = 0; i < 50; ++i)
      requests += "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody";
    client.send(requests + "GET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    const auto replies = client.read_to_end();
    CHECK(count(replies, "HTTP/1.1 200 OK\r\n") == 51);
    CHECK(count(replies, "\r\n\r\nbody") == 50);
    CHECK(replies.ends_with("\r\n\r\n" + large));
  }
  CHECK(eventually([&] { return server.server->connections() == 0; }));
  CHECK(server.closed == 2);
}

TEST_CASE("malformed and late requests are refused under TLS, too") {
  secured with;
  with.options.header_timeout = milliseconds{300};
  answering_server server(echo, with.options);
  tls_client malformed{server.server->port(), with.trusted.file()};
  malformed.send("nonsense\r\n\r\n");
  CHECK(malformed.read_to_end().starts_with("HTTP/1.1 400 "));
  tls_client late{server.server->port(), with.trusted.file()};
  late.send("GET / HTTP/1.1\r\nHo");
  CHECK(late.read_to_end().starts_with("HTTP/1.1 408 "));
}

TEST_CASE("who does not finish a handshake is cut, and reaches nobody") {
  secured with;
  with.options.header_timeout = milliseconds{300};
  answering_server server(echo, with.options);
  std::vector<raw_socket> clients;
  for (const auto* bytes :
       {"", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", "\x16\x03\x01\x02", "\x16\x03\x01\xff\xff\xff",
        "\x80\x2e\x01", "nonsense that is no handshake at all"}) {
    clients.push_back(server.connect());
    clients.back().send(bytes);
  }
  {
    auto gone = server.connect();
    gone.send("\x16\x03");
    gone.reset();
  }
  for (auto& client : clients)
    CHECK(client.read_to_end().find("HTTP") == std::string::npos);
  CHECK(eventually([&] { return server.server->connections() == 0; }));
  CHECK(server.closed == 0);
  check_serves(server, with.trusted.file());
}

TEST_CASE("handshakes under way take a place each, and more clients are cut") {
  secured with;
  with.options.max_connections = 2;
  with.options.header_timeout = with.options.write_timeout = 10 * patience;
  std::atomic<unsigned> refused{0};
  with.options.on_refused = [&](unsigned status) { refused = status; };
  answering_server server(echo, with.options);
  auto first = server.connect();
  auto second = server.connect();
  REQUIRE(eventually([&] { return server.server->connections() == 2; }));
  CHECK(refused == 0);
  CHECK(server.connect().read_to_end() == "");
  CHECK(eventually([&] { return refused == 503; }));
  first.close();
  REQUIRE(eventually([&] { return server.server->connections() == 1; }));
  check_serves(server, with.trusted.file());
}

TEST_CASE("a stop ends handshakes and idle connections") {
  secured with;
  with.options.header_timeout = with.options.idle_timeout = 10 * patience;
  answering_server server(echo, with.options);
  auto shaking = server.connect();
  tls_client idle{server.server->port(), with.trusted.file()};
  REQUIRE(eventually([&] { return server.server->connections() == 2; }));
  REQUIRE(eventually([&] { return server.listeners == 1; }));
  server.server->stop();
  CHECK(shaking.ended());
  CHECK(idle.read_to_end() == "");
  CHECK(eventually([&] { return server.server->connections() == 0; }));
}

TEST_CASE("a certificate is renewed for who connects from then on, and nobody is cut for it") {
  secured before, after;
  answering_server server(echo, before.options);
  tls_client early{server.server->port(), before.trusted.file()};
  REQUIRE(eventually([&] { return server.listeners == 1; }));
  server.server->renew_tls(after.options.tls);
  before.options.tls = after.options.tls = nullptr; // the server has it
  CHECK(eventually([&] { return bool(get(server, after.trusted.file())); }));
  CHECK_FALSE(get(server, before.trusted.file()));
  early.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  CHECK(early.read_to_end().starts_with("HTTP/1.1 200 "));
}
