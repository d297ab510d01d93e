#pragma once

#include "adapters/redis/call_figures.hpp"
#include "adapters/redis/command.hpp"
#include "adapters/redis/endpoint.hpp"
#include "adapters/redis/reply.hpp"
#include "adapters/redis/script.hpp"
#include "adapters/redis/sentinel.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace tickboard::redis {

struct client_options {
  endpoint to; ///< with sentinels, host and port are what these tell
  sentinel_group sentinels{};
  std::vector<std::shared_ptr<const script>> scripts; ///< loaded at each connect
  std::chrono::milliseconds connect_timeout{5'000};
  std::chrono::milliseconds reply_timeout{10'000}; ///< oldest unanswered command: reconnect
  std::chrono::milliseconds backoff_min{50};
  std::chrono::milliseconds backoff_max{5'000};
  std::chrono::milliseconds patience{20}; ///< see call::patient
  std::size_t max_pending = 20'000; ///< unanswered commands at which further ones fail at once
  std::shared_ptr<const call_figures> figures = std::make_shared<const call_figures>();
};

/// Hears of the connection, on the io thread; must not block.
struct client_events {
  std::function<void()> on_ready; ///< connected, logged in, scripts loaded, not loading its data
  std::function<void(std::string reason)> on_lost; ///< after each on_ready, and for failed attempts
  /// Before each on_ready: which life of which server this is (INFO's run_id); empty: it does not
  /// say.
  std::function<void(std::string life)> on_server{};
};

using reply_handler = std::function<void(const reply&)>;

/// One command to run: a plain one, a script by its SHA, or a transaction.
struct call {
  std::shared_ptr<const script> by_sha; ///< null: `arguments` is the whole command
  std::size_t keys = 0;                 ///< of a script: how many of `arguments` are keys
  command arguments;
  reply_handler done; ///< runs once on the io thread, whatever happens
  /// The reply may be noticed up to twice client_options::patience late, unless somebody looks: at
  /// a thousand calls a second, waking up for each reply costs more than making and handling it.
  bool patient = false;
  /// If there are any, these run instead, with nothing of anybody else between them (MULTI, EXEC).
  /// `done` gets the array of their replies, of which some may be errors; or the error for which
  /// none ran.
  std::vector<command> transaction{};
};

/// A connection to Redis that reconnects by itself (exponential backoff, full jitter). Commands
/// keep their order. A script that Redis no longer knows (NOSCRIPT) is sent along and run once
/// more, which the caller does not see. Commands in flight when the connection breaks fail; those
/// given while there is none fail at once.
///
/// With sentinels, each attempt begins with asking them; a server that turns out to be no primary
/// (ROLE, or a command that it refuses as READONLY) is left at once.
///
/// Methods may be called from any thread. On the io thread itself `submit` and `look` act at
/// once: a call that cannot be sent then fails before `submit` returns.
class client {
public:
  virtual ~client() = default;
  virtual void submit(std::vector<call> calls) = 0;
  /// Notices replies to patient calls that have come, and wakes up for those that come next.
  virtual void look() = 0;
  /// Leaves the server, if it is at one, and connects anew, not at once; unanswered calls fail.
  virtual void reconnect() = 0;
  virtual void stop() = 0; ///< fails what is pending and does not reconnect
};

/// That call alone.
void submit_one(client& to, call one);
void submit_one(client& to, command arguments, reply_handler done = {});

std::shared_ptr<client> connect(boost::asio::io_context& io, client_options options,
                                client_events events);

} // namespace tickboard::redis
