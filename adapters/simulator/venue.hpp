#pragma once

#include "adapters/simulator/catalogue.hpp"
#include "adapters/simulator/subscriber.hpp"
#include "market/result.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tickboard::simulator {

struct rest_request {
  std::string method, path, query, body;
};

struct rest_reply {
  unsigned status = 200;
  std::string body;
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers = {}; ///< further ones
};

/// The value of `name` in "a=b&c=d", decoded; nothing if absent.
std::optional<std::string> query_value(std::string_view query, std::string_view name);

/// What a protocol may do with its WebSocket.
class connection {
public:
  virtual ~connection() = default;
  virtual void send(std::string_view text) = 0;
  /// Sends what is queued, then a close frame.
  virtual void close(std::uint16_t code, std::string_view reason) = 0;
  virtual subscriber& subscriptions() noexcept = 0;
  /// A first subscription was accepted: a recording, if one is played, may begin.
  virtual void subscribed() = 0;
};

/// One venue's conversation on one connection.
class protocol : public renderer {
public:
  virtual void opened() {}
  virtual void received(std::string_view text) = 0;
  virtual void every_second() {} ///< `idle`-type duties: heartbeats, batched streams
  virtual void wrote_data() {}   ///< frames went out since the last call
  virtual void announce_shutdown() {}
  virtual std::size_t subscriptions() const noexcept = 0;
};

/// Connection rules that the session enforces.
struct venue_limits {
  unsigned messages_per_second = 0;   ///< of any kind, pings and pongs included; 0: no limit
  std::string excess_reason = {};     ///< of the close frame (1008)
  std::chrono::seconds ping_every{0}; ///< 0: the venue does not ping
  std::chrono::seconds pong_within{0};
  std::chrono::seconds subscribe_within{0}; ///< 0: no need to
};

/// The present state of a market with the digits that the venue sends; what it does not send
/// stays empty.
struct state_row {
  std::optional<std::string> last = {};
  std::optional<std::string> bid = {};
  std::optional<std::string> ask = {};
  std::optional<std::string> bid_size = {};
  std::optional<std::string> ask_size = {};
  std::optional<std::string> open = {};
  std::optional<std::string> high = {};
  std::optional<std::string> low = {};
  std::optional<std::string> volume = {};
  std::optional<std::string> quote_volume = {};
  std::optional<std::string> change_pct = {};
  bool has_time = true;
};

/// One exchange: its listing and its protocol.
class venue {
public:
  virtual ~venue() = default;
  virtual venue_limits limits() const = 0;
  /// The venue's protocol for an upgrade to this target; null if there is no such endpoint.
  virtual std::unique_ptr<protocol> connect(std::string_view target, connection& to) = 0;
  /// The answer to a public REST request; 404 in the venue's own words for unknown paths.
  virtual rest_reply rest(const rest_request& request) = 0;
  virtual state_row describe(std::size_t market) const = 0;
};

struct venue_world {
  tape& updates;
  const std::vector<instrument>& halted;
};

std::unique_ptr<venue> make_binance(const venue_world& world);
std::unique_ptr<venue> make_coinbase(const venue_world& world);
std::unique_ptr<venue> make_kraken(const venue_world& world);

/// Error for an exchange that is not simulated.
result<std::unique_ptr<venue>> make_venue(std::string_view exchange, const venue_world& world);

} // namespace tickboard::simulator
