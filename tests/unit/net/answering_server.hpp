#pragma once

#include "adapters/net/http_server.hpp"
#include "adapters/net/io_thread.hpp"
#include "tests/unit/net/sockets.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <functional>

namespace tickboard::net::test {

using request_handler =
    std::function<void(const http_request&, const std::shared_ptr<http_connection>&)>;

inline http_response text(std::string body) {
  http_response out;
  out.content_type = "text/plain";
  out.body = std::make_shared<const std::string>(std::move(body));
  return out;
}

/// A server on loopback whose requests go to one function, on the io thread.
class answering_server {
public:
  explicit answering_server(request_handler handler, http_server_options options = {})
      : handler_(std::move(handler)) {
    if (options.listen.empty())
      options.listen = "127.0.0.1:0";
    auto made =
        listen_http(io.context(), options, [this](std::shared_ptr<http_connection> connection) {
          ++listeners;
          return std::make_unique<listener>(*this, std::move(connection));
        });
    if (!made)
      throw std::runtime_error(made.error());
    server = *made;
  }
  ~answering_server() {
    server->stop();
    io.stop();
  }

  raw_socket connect() const { return raw_socket::connect(server->port()); }

  std::atomic<int> listeners{0}; ///< alive
  std::atomic<int> closed{0};
  io_thread io;
  std::shared_ptr<http_server> server;

private:
  struct listener final : http_listener {
    listener(answering_server& owner, std::shared_ptr<http_connection> to)
        : server(owner), connection(std::move(to)) {}
    ~listener() override { --server.listeners; }
    void on_request(http_request request) override { server.handler_(request, connection); }
    void on_closed() override { ++server.closed; }
    answering_server& server;
    std::shared_ptr<http_connection> connection;
  };

  request_handler handler_;
};

/// Answers with method, target and body.
inline void echo(const http_request& request, const std::shared_ptr<http_connection>& connection) {
  connection->respond(text(request.method_text + " " + request.target + " " + request.body));
}

} // namespace tickboard::net::test
