#pragma once

#include "actors/messages/ids.hpp"
#include "adapters/net/http_server.hpp"

#include <cstdint>
#include <string>

/// To an HTTP session.
namespace tickboard {

struct request_received {
  net::http_request request;
};
struct client_gone {};
struct piece_sent {};
struct message_received {
  std::string text;
};
struct live_retry_due {
  std::string subscription;
  std::uint64_t serial = 0;
};

/// A look whether a WebSocket follows nothing.
struct live_idle_due {};

} // namespace tickboard
