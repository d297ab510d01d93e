#pragma once

#include "adapters/postgres/dsn.hpp"
#include "adapters/postgres/reply.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tickboard::postgres {

struct client_options {
  dsn to;
  std::vector<std::string> listen;                  ///< channels, LISTENed to at each connect
  std::chrono::milliseconds connect_timeout{5'000}; ///< for each address that is silent
  std::chrono::milliseconds reply_timeout{10'000};  ///< of waiting for any of an answer: reconnect
  /// A connection that was silent for this long is asked whether it lives: a dead peer's
  /// notifications would be waited for in vain.
  std::chrono::milliseconds probe_interval{5'000};
  std::chrono::milliseconds backoff_min{50};
  std::chrono::milliseconds backoff_max{5'000};
  std::size_t max_pending = 100; ///< unanswered statements at which further ones fail at once
};

/// Hears of the connection, on the io thread; must not block.
struct client_events {
  std::function<void()> on_ready;                  ///< connected, logged in, listening
  std::function<void(std::string reason)> on_lost; ///< after each on_ready, and for failed attempts
  std::function<void()> on_notify;                 ///< on any of the channels
};

using reply_handler = std::function<void(const reply&)>;
using parameter = std::optional<std::string>; ///< text format; nothing is NULL

/// One statement, or, without parameters, several with ';' between them, which PostgreSQL runs as
/// one transaction and answers with the last reply or the first error.
struct call {
  std::string sql;
  std::vector<parameter> parameters = {};
  reply_handler done; ///< runs once on the io thread, whatever happens
};

/// A connection to PostgreSQL that reconnects by itself (exponential backoff, full jitter).
/// Statements run one after the other in the order given. Those in flight when the connection
/// breaks fail; those given while there is none fail at once. Names of hosts are resolved off the
/// io thread. No text that comes out of here holds the password.
///
/// Methods may be called from any thread; they only post to the io thread.
class client {
public:
  virtual ~client() = default;
  virtual void submit(call one) = 0;
  virtual void stop() = 0; ///< fails what is pending and does not reconnect
};

std::shared_ptr<client> connect(boost::asio::io_context& io, client_options options,
                                client_events events);

} // namespace tickboard::postgres
