#include "tests/unit/net/ws_peer.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <poll.h>
#include <sys/socket.h>

namespace tickboard::net::test {

namespace asio = boost::asio;
namespace http = boost::beast::http;
namespace websocket = boost::beast::websocket;
using tcp = asio::ip::tcp;

struct ws_peer::state {
  virtual ~state() = default;
  virtual tcp::socket& socket() = 0;
  virtual void send(std::string_view frame, bool binary) = 0;
  virtual std::string read() = 0;
  virtual void ping() = 0;
  virtual void close(const websocket::close_reason& reason) = 0;
  virtual websocket::close_reason reason() = 0;

  asio::io_context io;
  std::string host;
};

namespace {

tcp::socket accepted(asio::io_context& io, raw_listener& listener) {
  tcp::socket socket(io, tcp::v4(), listener.accept_fd());
  socket.set_option(tcp::no_delay(true));
  return socket;
}

template <class Layer>
struct ws_state final : ws_peer::state {
  template <class... Arguments>
  explicit ws_state(raw_listener& listener, Arguments&... arguments)
      : ws(accepted(io, listener), arguments...) {}

  void upgrade() {
    http::request<http::string_body> request;
    http::read(ws.next_layer(), buffer, request);
    host = std::string(request[http::field::host]);
    ws.accept(request);
  }

  tcp::socket& socket() override { return boost::beast::get_lowest_layer(ws); }
  void send(std::string_view frame, bool binary) override {
    ws.binary(binary);
    ws.write(asio::buffer(frame));
  }
  std::string read() override {
    buffer.clear();
    ws.read(buffer);
    return {static_cast<const char*>(buffer.cdata().data()), buffer.size()};
  }
  void ping() override { ws.ping({}); }
  void close(const websocket::close_reason& reason) override { ws.close(reason); }
  websocket::close_reason reason() override { return ws.reason(); }

  websocket::stream<Layer, false> ws;
  boost::beast::flat_buffer buffer;
};

} // namespace

ws_peer::ws_peer(std::unique_ptr<state> made) : state_(std::move(made)) {
}
ws_peer::ws_peer(ws_peer&&) noexcept = default;
ws_peer::~ws_peer() = default;

ws_peer ws_peer::accept(raw_listener& listener) {
  auto made = std::make_unique<ws_state<tcp::socket>>(listener);
  made->upgrade();
  return ws_peer(std::move(made));
}

ws_peer ws_peer::accept_tls(raw_listener& listener, const identity& as) {
  asio::ssl::context context(asio::ssl::context::tls_server);
  context.use_certificate_chain(asio::buffer(as.certificate));
  context.use_private_key(asio::buffer(as.key), asio::ssl::context::pem);
  auto made = std::make_unique<ws_state<asio::ssl::stream<tcp::socket>>>(listener, context);
  made->ws.next_layer().handshake(asio::ssl::stream_base::server);
  made->upgrade();
  return ws_peer(std::move(made));
}

void ws_peer::send(std::string_view frame, bool binary) {
  state_->send(frame, binary);
}
std::string ws_peer::read() {
  return state_->read();
}
void ws_peer::ping() {
  state_->ping();
}
void ws_peer::close(std::uint16_t code, const std::string& reason) {
  state_->close({websocket::close_code(code), reason});
}

std::uint16_t ws_peer::read_to_close() {
  try {
    for (;;)
      state_->read();
  } catch (const boost::system::system_error& error) {
    if (error.code() != websocket::error::closed)
      throw;
  }
  return state_->reason().code;
}

void ws_peer::send_raw(std::string_view bytes) {
  asio::write(state_->socket(), asio::buffer(bytes));
}

void ws_peer::reset() {
  state_->socket().set_option(asio::socket_base::linger(true, 0));
  state_->socket().close();
}

bool ws_peer::writable() const {
  pollfd entry{state_->socket().native_handle(), POLLOUT, 0};
  return ::poll(&entry, 1, 0) == 1;
}

const std::string& ws_peer::host() const {
  return state_->host;
}

} // namespace tickboard::net::test
