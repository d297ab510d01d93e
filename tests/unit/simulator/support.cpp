#include "support.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <optional>

namespace tickboard::simulator::test {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using asio::ip::tcp;

namespace {

tcp::socket connected(asio::io_context& io, std::uint16_t port) {
  tcp::socket socket(io);
  socket.connect({asio::ip::make_address("127.0.0.1"), port});
  return socket;
}

} // namespace

// -- running -------------------------------------------------------------------------

running::running(options with) {
  auto started = start(io_, with);
  REQUIRE_MESSAGE(started.has_value(), started.error());
  simulator_ = std::move(*started);
  thread_ = std::thread([this] { io_.run(); });
}

running::~running() {
  simulator_->stop();
  thread_.join();
}

http_answer running::http(const std::string& method, const std::string& target,
                          const std::string& body) const {
  asio::io_context io;
  auto socket = connected(io, port());
  http::request<http::string_body> request(http::verb::get, target, 11);
  request.method_string(method);
  request.set(http::field::host, "127.0.0.1");
  request.set(http::field::connection, "close");
  request.body() = body;
  request.prepare_payload();
  http::write(socket, request);
  beast::flat_buffer buffer;
  http::response_parser<http::string_body> parser;
  parser.body_limit(256 * 1024 * 1024);
  http::read(socket, buffer, parser);
  const auto& response = parser.get();
  const auto retry = response[http::field::retry_after];
  return {response.result_int(), response.body(), std::string(retry.data(), retry.size())};
}

rapidjson::Document running::get(const std::string& target) const {
  const auto answer = http("GET", target);
  REQUIRE(answer.status == 200);
  return parsed(answer.body);
}

void running::wait(const std::function<bool(const rapidjson::Document&)>& enough) const {
  while (!enough(status()))
    std::this_thread::yield();
}

void running::fault(const std::string& body) const {
  const auto answer = http("POST", "/sim/fault", body);
  REQUIRE_MESSAGE(answer.status == 200, answer.body);
}

// -- ws_client -----------------------------------------------------------------------

struct ws_client::impl {
  asio::io_context io;
  asio::ssl::context tls{asio::ssl::context::tls_client};
  std::optional<websocket::stream<tcp::socket>> plain;
  std::optional<websocket::stream<asio::ssl::stream<tcp::socket>>> secure;
  std::uint16_t code = 0;

  template <class Use>
  void with(Use use) {
    plain ? use(*plain) : use(*secure);
  }
};

ws_client::ws_client(std::uint16_t port, const std::string& target, const std::string& ca_file)
    : impl_(std::make_unique<impl>()) {
  if (ca_file.empty()) {
    impl_->plain.emplace(connected(impl_->io, port));
  } else {
    impl_->tls.load_verify_file(ca_file);
    impl_->tls.set_verify_mode(asio::ssl::verify_peer);
    impl_->secure.emplace(connected(impl_->io, port), impl_->tls);
    auto& layer = impl_->secure->next_layer();
    layer.set_verify_callback(asio::ssl::host_name_verification("127.0.0.1"));
    layer.handshake(asio::ssl::stream_base::client);
  }
  impl_->with([&](auto& socket) {
    socket.read_message_max(0);
    socket.handshake("127.0.0.1", target);
  });
}

ws_client::~ws_client() = default;
ws_client::ws_client(ws_client&&) noexcept = default;

void ws_client::send(const std::string& text) {
  impl_->with([&](auto& socket) {
    boost::system::error_code ignored; // the server may have cut us; `read` will tell
    socket.write(asio::buffer(text), ignored);
  });
}

void ws_client::ping() {
  impl_->with([](auto& socket) {
    boost::system::error_code ignored;
    socket.ping({}, ignored);
  });
}

std::string ws_client::read() {
  beast::flat_buffer buffer;
  boost::system::error_code failed;
  impl_->with([&](auto& socket) {
    socket.read(buffer, failed);
    if (failed == websocket::error::closed)
      impl_->code = socket.reason().code;
  });
  if (failed)
    return {};
  const auto bytes = buffer.cdata();
  return bytes.size() == 0 ? "(empty)"
                           : std::string(static_cast<const char*>(bytes.data()), bytes.size());
}

std::string ws_client::read_until(const std::function<bool(const std::string&)>& wanted) {
  for (;;) {
    auto frame = read();
    if (frame.empty() || wanted(frame))
      return frame;
  }
}

std::uint16_t ws_client::close_code() const {
  return impl_->code;
}

// -- plain functions -------------------------------------------------------------------

http_answer upgrade(std::uint16_t port, const std::string& target) {
  asio::io_context io;
  auto socket = connected(io, port);
  http::request<http::empty_body> request(http::verb::get, target, 11);
  request.set(http::field::host, "127.0.0.1");
  request.set(http::field::connection, "Upgrade");
  request.set(http::field::upgrade, "websocket");
  request.set(http::field::sec_websocket_key, "dGhlIHNhbXBsZSBub25jZQ==");
  request.set(http::field::sec_websocket_version, "13");
  http::write(socket, request);
  beast::flat_buffer buffer;
  http::response_parser<http::empty_body> parser;
  http::read_header(socket, buffer, parser);
  const auto& response = parser.get();
  const auto retry = response[http::field::retry_after];
  return {response.result_int(), "", std::string(retry.data(), retry.size())};
}

rapidjson::Document parsed(const std::string& text) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseNumbersAsStringsFlag>(text.c_str());
  REQUIRE_MESSAGE(!document.HasParseError(), text);
  return document;
}

std::string text(const rapidjson::Value& object, const char* member) {
  if (!object.IsObject() || !object.HasMember(member))
    return "(missing)";
  const auto& value = object[member];
  if (value.IsString())
    return value.GetString();
  return value.IsNull() ? "null" : value.IsTrue() ? "true" : value.IsFalse() ? "false" : "(other)";
}

} // namespace tickboard::simulator::test
