#pragma once

#include "adapters/simulator/simulator.hpp"

#include <boost/asio/io_context.hpp>
#include <rapidjson/document.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace tickboard::simulator::test {

struct http_answer {
  unsigned status = 0;
  std::string body;
  std::string retry_after;
};

/// A simulated exchange on an io thread of its own.
class running {
public:
  explicit running(options with);
  ~running();

  std::uint16_t port() const { return simulator_->port(); }
  http_answer http(const std::string& method, const std::string& target,
                   const std::string& body = {}) const;
  rapidjson::Document get(const std::string& target) const;
  rapidjson::Document status() const { return get("/sim/status"); }
  rapidjson::Document state() const { return get("/sim/state"); }
  /// Asks for the status until `enough` is satisfied with it.
  void wait(const std::function<bool(const rapidjson::Document&)>& enough) const;
  void fault(const std::string& body) const; ///< requires it to be accepted

private:
  boost::asio::io_context io_{1};
  std::shared_ptr<simulator> simulator_;
  std::thread thread_;
};

/// A blocking WebSocket client, Beast's own.
class ws_client {
public:
  ws_client(std::uint16_t port, const std::string& target, const std::string& ca_file = {});
  ~ws_client();
  ws_client(ws_client&&) noexcept;

  void send(const std::string& text);
  /// The next text frame; empty at the end of the connection (an empty frame is "(empty)").
  std::string read();
  /// Reads until a frame satisfies `wanted`, which it returns; empty at the end.
  std::string read_until(const std::function<bool(const std::string&)>& wanted);
  std::uint16_t close_code() const; ///< of the server's close frame; 0 without one
  void ping();

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

/// The status of the HTTP answer to an upgrade, 101 if it succeeds.
http_answer upgrade(std::uint16_t port, const std::string& target);

rapidjson::Document parsed(const std::string& text);
std::string text(const rapidjson::Value& object, const char* member); ///< strings and numbers

} // namespace tickboard::simulator::test
