#pragma once

#include "adapters/net/http_server.hpp"

#include <string>
#include <vector>

namespace tickboard::test {

/// A client's connection: keeps what it is answered.
class scripted_client final : public net::http_connection {
public:
  void respond(net::http_response response) override { answers.push_back(std::move(response)); }
  void begin_stream(net::http_response head) override { streams.push_back(std::move(head)); }
  void accept_websocket() override { ++websockets; }
  void send(net::live_piece piece) override {
    pieces.push_back(piece.before + (piece.shared ? *piece.shared : "") + piece.after);
  }
  void read_message() override { ++reads; }
  void end_stream() override { ended = true; }
  void end_websocket(net::websocket_end as) override { ends.push_back(std::move(as)); }
  void close() override { closed = true; }
  std::string client_network() const override { return "192.0.2.1"; }

  std::vector<net::http_response> answers, streams;
  std::vector<std::string> pieces;
  std::vector<net::websocket_end> ends;
  int websockets = 0, reads = 0;
  bool ended = false, closed = false;
};

} // namespace tickboard::test
