#pragma once

#include "adapters/net/io_thread.hpp"
#include "adapters/redis/private_server.hpp"
#include "market/view_query.hpp"
#include "tests/support/copied_reply.hpp"
#include "tests/support/process.hpp"
#include "tests/support/tcp_proxy.hpp"

#include <rapidjson/document.h>

#include <chrono>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace tickboard::test {

/// A simulated exchange as the daemon is told of it.
struct simulated {
  std::string protocol;
  std::string name;                 ///< the feed's
  std::vector<std::string> options; ///< of `tickboard simulate`
  std::vector<std::string> channels;
  std::string feed_options = {};           ///< further lines of its [[feed]]
  std::string ca_file = {};                ///< set for an exchange that is to be trusted by it
  std::shared_ptr<tcp_proxy> through = {}; ///< set: the daemon reaches it by this alone
  std::string ws_host = {};                ///< set: where the daemon looks for its WebSocket
};

struct response {
  unsigned status = 0; ///< 0: nothing came
  std::string body;
  std::chrono::seconds retry_after{0}; ///< 0: not said
};

/// How Redis is to be run, and what the daemon is told of it.
struct redis_setup {
  std::vector<std::string> server; ///< options of redis-server
  std::string daemon;              ///< further lines of the section [redis]
  std::string url{};               ///< empty: that of the world's own server
};

/// A redis-server, simulated exchanges and the daemon, each a process of its own, as a user would
/// run them.
class world {
public:
  /// `daemon_options` are sections of the configuration, also [http], but for [redis] and [[feed]].
  explicit world(std::vector<simulated> exchanges, const std::string& daemon_options = {},
                 const redis_setup& with = {});

  /// From the daemon, or from exchange `i`. The body is read whole; no status means no answer.
  response get(const std::string& target) {
    return fetch(serves_at != 0 ? serves_at : daemon->port(), target);
  }
  /// For other threads: this one may start the daemon anew meanwhile.
  response get(std::uint16_t port, const std::string& target) { return fetch(port, target); }
  response ask_exchange(std::size_t i, const std::string& target) {
    return fetch(simulators[i].port(), target);
  }
  void post_exchange(std::size_t i, const std::string& target, const std::string& body,
                     const std::string& method = "POST");

  /// Runs a command in Redis; fails the test if Redis refuses it.
  copied_reply command(std::initializer_list<std::string_view> arguments);

  void start_daemon();
  /// Writes the config file anew, with these lines at its head and the feeds of `exchanges`, of
  /// which `which` (all if empty) are followed. The daemon reads it when it is told to.
  std::string write_config(const std::string& head, const std::set<std::size_t>& which = {});
  const std::string& daemon_options() const { return daemon_options_; }
  /// Starts exchange `i` again, at its port, after it was killed.
  void restart_exchange(std::size_t i);

  /// What the programs have logged by now.
  std::string log_text() const;
  std::size_t log_lines_with(const std::string& text) const;

  /// That the daemon has received, over all connections.
  std::uint64_t patches();

  /// Polls until `reached`; fails the test, with the logs' place, after two minutes: that is no
  /// claim about speed, only an end to hanging.
  void wait_until(const char* what, const std::function<bool()>& reached);

  /// Every row that the daemon serves, by id, without derived values; empty while pages are not
  /// answered. Pages are walked in the order of ids, which do not move.
  std::map<std::string, std::string> rows() { return walk(true); }
  std::map<std::string, std::string> whole_rows() { return walk(false); }

  /// Where the programs write their logs.
  std::string log() const { return redis->directory() + "/programs.log"; }

  std::unique_ptr<redis::private_server> redis;
  std::vector<simulated> exchanges;
  std::vector<process> simulators;
  std::unique_ptr<process> daemon;
  std::vector<std::string> daemon_prefix; ///< of the command that `start_daemon` runs
  std::uint16_t serves_at = 0; ///< the port of a daemon within the test, which `get` then asks

private:
  std::map<std::string, std::string> walk(bool plain);
  response fetch(std::uint16_t port, const std::string& target);
  std::vector<std::string> simulate_arguments(std::size_t i, std::uint16_t port) const;
  std::string daemon_options_;
  std::string redis_lines_;
  std::string redis_url_;
  net::io_thread io_;
};

/// Values of a JSON object's member as they stand there: digits for numbers and strings, empty for
/// null and absent.
std::string text_of(const rapidjson::Value& object, const char* member);

/// Rows or pages without ages and the values that are derived: these move on while nothing happens.
std::string without_derived(const std::string& text);

/// Parses with numbers kept as text.
rapidjson::Document parse_json(const std::string& text);

/// Do rows move in this order while nothing happens?
bool is_derived(const sort_field& field);

/// Empty if the rows of a page are in the order that `query` asks for, by the values they show.
std::string disorder(const std::string& page, const view_query& query);

/// The page that `query` must be answered with, given every row.
std::string brute_force_page(const std::map<std::string, std::string>& rows,
                             const view_query& query);

} // namespace tickboard::test
