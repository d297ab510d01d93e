#include "adapters/net/tls.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/unit/net/answering_server.hpp"
#include "tests/unit/net/certificates.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <doctest/doctest.h>

#include <deque>
#include <mutex>

using namespace tickboard;
using namespace tickboard::net;
using namespace tickboard::net::test;

namespace {

namespace beast = boost::beast;
namespace websocket = beast::websocket;

live_piece piece(std::string text) {
  return {"<", std::make_shared<const std::string>(std::move(text)), ">"};
}

/// Answers every request with what goes on: a stream, or a WebSocket if that is asked for. What is
/// to be sent waits until the last was.
class live_server {
public:
  explicit live_server(http_server_options options = {}) {
    options.listen = "127.0.0.1:0";
    auto made = listen_http(io.context(), options, [this](auto connection) {
      return std::make_unique<listener>(*this, std::move(connection));
    });
    if (!made)
      throw std::runtime_error(made.error());
    server = *made;
  }
  ~live_server() {
    server->stop();
    io.stop();
  }

  void say(std::string text) {
    const std::lock_guard lock(mutex_);
    wanted_.push_back(std::move(text));
    send_next();
  }
  void answer_late() {
    const std::lock_guard lock(mutex_);
    connection_->begin_stream({});
  }
  /// Of a stream.
  void end() {
    const std::lock_guard lock(mutex_);
    connection_->end_stream();
  }
  /// Of a WebSocket.
  void end(websocket_end as) {
    const std::lock_guard lock(mutex_);
    connection_->end_websocket(std::move(as));
  }
  std::vector<std::string> heard() {
    const std::lock_guard lock(mutex_);
    return heard_;
  }

  std::atomic<int> sent{0}, closed{0};
  std::atomic<bool> listens{true};  ///< to messages
  std::atomic<bool> is_late{false}; ///< it answers when it is told to
  std::atomic<int> asked{0};
  io_thread io;
  std::shared_ptr<http_server> server;

private:
  struct listener final : http_listener {
    listener(live_server& owner, std::shared_ptr<http_connection> to)
        : server(owner), connection(std::move(to)) {}
    void on_request(http_request request) override {
      {
        const std::lock_guard lock(server.mutex_);
        server.connection_ = connection;
      }
      if (request.rare && request.rare->wants_websocket) {
        if (server.listens)
          connection->read_message(); // nothing to read yet
        connection->accept_websocket();
        if (server.listens)
          connection->read_message();
        return;
      }
      ++server.asked;
      if (server.is_late)
        return;
      http_response head;
      head.content_type = "text/event-stream";
      head.headers = {{"X-Last", request.rare ? request.rare->last_event_id : "none"}};
      connection->begin_stream(std::move(head));
    }
    void on_sent() override {
      ++server.sent;
      const std::lock_guard lock(server.mutex_);
      server.ready_ = true;
      server.send_next();
    }
    void on_message(std::string text) override {
      {
        const std::lock_guard lock(server.mutex_);
        server.heard_.push_back(std::move(text));
      }
      connection->read_message();
    }
    void on_closed() override { ++server.closed; }
    live_server& server;
    std::shared_ptr<http_connection> connection;
  };

  void send_next() {
    if (!ready_ || wanted_.empty())
      return;
    ready_ = false;
    connection_->send(piece(std::move(wanted_.front())));
    wanted_.pop_front();
  }

  std::mutex mutex_;
  bool ready_ = false;
  std::deque<std::string> wanted_;
  std::vector<std::string> heard_;
  std::shared_ptr<http_connection> connection_;
};

/// A WebSocket's client, blocking. `Socket` is TCP, or TLS on it.
template <class Socket>
struct ws_client {
  websocket::stream<Socket> ws;
  std::string read() {
    beast::flat_buffer buffer;
    ws.read(buffer);
    return beast::buffers_to_string(buffer.data());
  }
  /// The code of the close that ends what is read.
  unsigned read_to_close() {
    beast::error_code ec;
    while (!ec) {
      beast::flat_buffer buffer;
      ws.read(buffer, ec);
    }
    return ec == websocket::error::closed ? ws.reason().code : 0U;
  }
};

using plain_socket = boost::asio::ip::tcp::socket;

struct plain_client : ws_client<plain_socket> {
  explicit plain_client(std::uint16_t port, boost::asio::io_context& io)
      : ws_client{websocket::stream<plain_socket>{io}} {
    ws.next_layer().connect({boost::asio::ip::address_v4::loopback(), port});
    ws.handshake("x", "/");
  }
};

} // namespace

TEST_CASE("a stream comes in chunks, each when it is there") {
  live_server server;
  auto client = raw_socket::connect(server.server->port());
  client.send("GET / HTTP/1.1\r\nHost: x\r\nLast-Event-ID: a-7\r\n\r\n");
  const auto head = client.read_until("\r\n\r\n");
  CHECK(head.starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(head.find("\r\nContent-Type: text/event-stream\r\n") != head.npos);
  CHECK(head.find("\r\nTransfer-Encoding: chunked\r\n") != head.npos);
  CHECK(head.find("\r\nX-Last: a-7\r\n") != head.npos);
  CHECK(head.find("Content-Length") == head.npos);
  server.say("one");
  CHECK(client.read_until(">\r\n") == "5\r\n<one>\r\n");
  server.say(std::string(300, 'x'));
  CHECK(client.read_until(">\r\n") == "12e\r\n<" + std::string(300, 'x') + ">\r\n");
  CHECK(server.closed == 0);
  client.close();
  CHECK(eventually([&] { return server.closed == 1; }));
}

TEST_CASE("a stream to HTTP/1.0 lasts until the close") {
  live_server server;
  auto client = raw_socket::connect(server.server->port());
  client.send("GET / HTTP/1.0\r\n\r\n");
  const auto head = client.read_until("\r\n\r\n");
  CHECK(head.find("chunked") == head.npos);
  CHECK(head.find("\r\nConnection: close\r\n") != head.npos);
  server.say("one");
  CHECK(client.read_until(">") == "<one>");
  SUBCASE("of the daemon") {
    server.server->stop();
  }
  SUBCASE("of its listener") {
    server.end();
  }
  CHECK(client.read_to_end().empty());
}

TEST_CASE("a stream to HEAD is the head of the one to GET, and the connection goes on") {
  live_server server;
  for (const std::string version : {"1.1", "1.0"}) {
    const auto rest = " / HTTP/" + version + "\r\nHost: x\r\nLast-Event-ID: a-7\r\n\r\n";
    auto following = raw_socket::connect(server.server->port());
    following.send("GET" + rest);
    const auto fields = [](const std::string& head) {
      std::string out = head.substr(0, head.find("\r\nDate: "));
      return out + head.substr(head.find("\r\nContent-Type: "));
    };
    auto asking = raw_socket::connect(server.server->port());
    asking.send("HEAD" + rest);
    const auto head = asking.read_until("\r\n\r\n");
    CHECK(fields(head) == fields(following.read_until("\r\n\r\n")));
    if (version == "1.0")
      continue;
    asking.send("HEAD" + rest);
    CHECK(asking.read_until("\r\n\r\n").starts_with("HTTP/1.1 200 OK\r\n"));
  }
}

TEST_CASE("a listener ends a stream as a whole answer, behind what it sent") {
  live_server server;
  auto client = raw_socket::connect(server.server->port());
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  client.read_until("\r\n\r\n");
  CHECK(eventually([&] { return server.sent == 1; }));
  server.say("last");
  server.end();
  CHECK(client.read_to_end() == "6\r\n<last>\r\n0\r\n\r\n");
  CHECK(eventually([&] { return server.closed == 1; }));
}

TEST_CASE("a stop ends a stream as a whole answer") {
  live_server server;
  auto client = raw_socket::connect(server.server->port());
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  client.read_until("\r\n\r\n");
  server.server->stop();
  CHECK(client.read_to_end() == "0\r\n\r\n");
  CHECK(eventually([&] { return server.closed == 1; }));
}

TEST_CASE("a stream that would begin behind a stop ends at once: its client comes back") {
  live_server server;
  server.is_late = true;
  auto client = raw_socket::connect(server.server->port());
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(eventually([&] { return server.asked == 1; }));
  server.server->stop();
  server.answer_late();
  CHECK(client.read_until("\r\n\r\n").starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(client.read_to_end() == "0\r\n\r\n");
}

TEST_CASE("who does not read is not sent more, and is cut in time") {
  http_server_options options;
  options.write_timeout = std::chrono::milliseconds{400};
  live_server server{options};
  auto client = raw_socket::connect(server.server->port());
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  client.read_until("\r\n\r\n");
  constexpr int pieces = 2'000;
  for (int i = 0; i < pieces; ++i)
    server.say(std::string(10'000, 'x'));
  CHECK(eventually([&] { return server.closed == 1; }));
  CHECK(server.sent > 1);
  CHECK(server.sent < pieces); // the rest waits here, where it can be replaced by what is newer
}

TEST_CASE("what a client says on a stream is dropped, up to a limit") {
  live_server server;
  auto client = raw_socket::connect(server.server->port());
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n");
  client.read_until("\r\n\r\n");
  server.say("one");
  CHECK(client.read_until(">\r\n") == "5\r\n<one>\r\n");
  for (int i = 0; i < 20 && client.send(std::string(10'000, 'x')); ++i) {
  }
  CHECK(eventually([&] { return server.closed == 1; }));
}

TEST_CASE("a WebSocket takes and gives messages") {
  live_server server;
  boost::asio::io_context io;
  plain_client client{server.server->port(), io};
  client.ws.write(boost::asio::buffer(std::string("hello")));
  client.ws.write(boost::asio::buffer(std::string("there")));
  CHECK(eventually([&] { return server.heard() == std::vector<std::string>{"hello", "there"}; }));
  server.say("one");
  server.say("two");
  CHECK(client.read() == "<one>");
  CHECK(client.read() == "<two>");
  CHECK(client.ws.got_text());
  client.ws.close(websocket::close_code::normal);
  CHECK(eventually([&] { return server.closed == 1; }));
}

TEST_CASE("a WebSocket over TLS") {
  const authority trusted;
  const auto shown = trusted.issue("IP:127.0.0.1");
  const tickboard::test::temporary_directory files;
  tickboard::test::write_file(files / "certificate.pem", shown.certificate);
  tickboard::test::write_file(files / "key.pem", shown.key);
  http_server_options options;
  auto tls = server_tls_context(files / "certificate.pem", files / "key.pem");
  REQUIRE(tls);
  options.tls = *tls;
  live_server server{options};
  boost::asio::io_context io;
  boost::asio::ssl::context trust{boost::asio::ssl::context::tls_client};
  using tls_socket = beast::ssl_stream<plain_socket>;
  ws_client<tls_socket> client{websocket::stream<tls_socket>{io, trust}};
  client.ws.next_layer().next_layer().connect(
      {boost::asio::ip::address_v4::loopback(), server.server->port()});
  client.ws.next_layer().handshake(boost::asio::ssl::stream_base::client);
  client.ws.handshake("x", "/");
  client.ws.write(boost::asio::buffer(std::string("hello")));
  CHECK(eventually([&] { return server.heard().size() == 1; }));
  server.say(std::string(100'000, 'y'));
  CHECK(client.read() == "<" + std::string(100'000, 'y') + ">");
}

TEST_CASE("messages that are not taken end a WebSocket, and say why") {
  boost::asio::io_context io;
  SUBCASE("binary") {
    live_server server;
    plain_client client{server.server->port(), io};
    client.ws.binary(true);
    client.ws.write(boost::asio::buffer(std::string("hello")));
    CHECK(client.read_to_close() == websocket::close_code::unknown_data);
    CHECK(eventually([&] { return server.closed == 1; }));
  }
  SUBCASE("too large") {
    http_server_options options;
    options.max_message_bytes = 100;
    live_server server{options};
    plain_client client{server.server->port(), io};
    client.ws.write(boost::asio::buffer(std::string(101, 'x')));
    CHECK(client.read_to_close() == websocket::close_code::too_big);
    CHECK(eventually([&] { return server.closed == 1; }));
  }
  SUBCASE("the daemon stops") {
    live_server server;
    plain_client client{server.server->port(), io};
    server.server->stop();
    CHECK(client.read_to_close() == websocket::close_code::going_away);
    CHECK(eventually([&] { return server.closed == 1; }));
  }
}

TEST_CASE("a WebSocket that says nothing is asked whether it is there") {
  http_server_options options;
  options.idle_timeout = std::chrono::milliseconds{100};
  live_server server{options};
  boost::asio::io_context io;
  plain_client client{server.server->port(), io};
  SUBCASE("who answers stays") {
    int pings = 0;
    client.ws.control_callback([&](websocket::frame_type is, beast::string_view) {
      pings += is == websocket::frame_type::ping ? 1 : 0;
    });
    beast::flat_buffer buffer;
    std::size_t read = 0;
    client.ws.async_read(buffer, [&](beast::error_code, std::size_t size) { read = size; });
    while (pings < 3)
      REQUIRE(io.run_one_for(patience) == 1); // each is answered by what reads it
    CHECK(server.closed == 0);
    server.say("one");
    io.run();
    CHECK(read == 5);
  }
  SUBCASE("who does not is cut") {
    CHECK(eventually([&] { return server.closed == 1; }));
  }
  SUBCASE("who does not, and is told something now and then, as well") {
    CHECK(eventually([&] {
      server.say("one");
      return server.closed == 1;
    }));
  }
}

TEST_CASE("a WebSocket's end need not be agreed on") {
  live_server server;
  boost::asio::io_context io;
  plain_client client{server.server->port(), io};
  SUBCASE("ours is not answered") {
    client.ws.binary(true);
    client.ws.write(boost::asio::buffer(std::string("hello")));
  }
  SUBCASE("ours, that the listener wants") {
    server.end({1008, "you may not"});
  }
  SUBCASE("that of the client, who keeps the connection") {
    const std::string close = {'\x88', '\x80', 'm', 'a', 's', 'k'};
    boost::asio::write(client.ws.next_layer(), boost::asio::buffer(close));
  }
  CHECK(eventually([&] { return server.closed == 1; }));
}

TEST_CASE("a listener ends a WebSocket with a reason, behind what it sent") {
  live_server server;
  boost::asio::io_context io;
  plain_client client{server.server->port(), io};
  CHECK(eventually([&] { return server.sent == 1; }));
  server.say("last");
  server.end({1008, "you may not"});
  server.say("never");
  CHECK(client.read() == "<last>");
  CHECK(client.read_to_close() == websocket::close_code::policy_error);
  CHECK(client.ws.reason().reason == "you may not");
  CHECK(eventually([&] { return server.closed == 1; }));
}

TEST_CASE("nobody reads messages that nobody asked for") {
  live_server server;
  server.listens = false;
  boost::asio::io_context io;
  plain_client client{server.server->port(), io};
  client.ws.write(boost::asio::buffer(std::string("hello")));
  server.say("one"); // behind the message
  CHECK(client.read() == "<one>");
  CHECK(server.heard().empty());
}

TEST_CASE("what offers no WebSocket gets no such answer") {
  live_server server;
  const auto ask = [&](const std::string& fields, const std::string& method = "GET",
                       const std::string& version = "1.1") {
    auto client = raw_socket::connect(server.server->port());
    client.send(method + " / HTTP/" + version + "\r\nHost: x\r\n" + fields + "\r\n");
    return client.read_until("\r\n\r\n");
  };
  const std::string key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  const std::string upgrade = "Upgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n";
  CHECK(ask(upgrade + key + "Sec-WebSocket-Version: 13\r\n").starts_with("HTTP/1.1 101"));
  CHECK(ask(upgrade + key + "Sec-WebSocket-Version: 13\r\n", "HEAD").starts_with("HTTP/1.1 200"));
  CHECK(ask(upgrade + key + "Sec-WebSocket-Version: 13\r\n", "GET", "1.0")
            .starts_with("HTTP/1.1 200"));
  CHECK(ask("Upgrade: websocket\r\n" + key).starts_with("HTTP/1.1 200")); // a stream
  CHECK(ask("Upgrade: h2c\r\nConnection: Upgrade\r\n" + key).starts_with("HTTP/1.1 200"));
  CHECK(ask(upgrade + "Sec-WebSocket-Version: 13\r\n").starts_with("HTTP/1.1 400"));
  const auto older = ask(upgrade + key + "Sec-WebSocket-Version: 12\r\n");
  CHECK(older.starts_with("HTTP/1.1 426"));
  CHECK(older.find("\r\nUpgrade: websocket\r\n") != older.npos);
  CHECK(older.find("\r\nConnection: Upgrade\r\n") != older.npos);
  CHECK(ask(upgrade + key + "Sec-WebSocket-Version: 13\r\n\r\nearly").starts_with("HTTP/1.1 400"));
}
