#pragma once

#include "actors/config_state.hpp"
#include "adapters/config/settings.hpp"
#include "market/result.hpp"

#include <caf/actor.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace tickboard {

/// The whole of tickboard in one process: io threads, the actor system, the root supervisor with
/// every service below it, and the HTTP server.
class daemon {
public:
  virtual ~daemon() = default; ///< stops
  virtual std::uint16_t port() const noexcept = 0;
  virtual std::uint16_t admin_port() const noexcept = 0; ///< 0: none
  /// Makes these the feeds that are followed; those that are followed already, with the same
  /// settings, do not notice. Blocks until the others have ended, at most daemon.stop_timeout.
  virtual void change_feeds(const std::vector<config::feed_settings>& wanted) = 0;
  /// Takes over who may ask how much, and what of HTTPS is renewed: certificate and key, if there
  /// were any before. The error says why these cannot be read; the old ones then stay. Reads files.
  virtual result<void> change_access(const config::settings& wanted) = 0;
  /// How what runs and its file agree, for health and metrics to tell; who reloads says it.
  virtual config_state& file() = 0;
  /// True if every io thread and every service has given a sign of life since they were last asked
  /// for one; if so, asks again. Does not block. From one thread, until `stop`.
  virtual bool shows_life() = 0;
  /// The actor that runs at the moment as the service of this name, as the log has it ("writer 0",
  /// "feed kraken"); null: none does. For looking into a running daemon, as its tests do. From the
  /// thread that calls change_feeds.
  virtual caf::actor service(const std::string& name) const = 0;
  /// Stops in order: takes no new requests and answers those under way, leaves the exchanges and
  /// brings what they sent to Redis (both together within daemon.stop_timeout), then ends the
  /// actors and the io threads. Blocks until all is done.
  virtual void stop() = 0;
};

/// Starts it; returns once HTTP is listening. The error says what could not be had (the address
/// to listen on, a malformed Redis URL); exchanges and Redis being away are not errors: the daemon
/// waits for them and says so in /readyz.
result<std::unique_ptr<daemon>> start_daemon(const config::settings& settings);

} // namespace tickboard
