#pragma once

#include "adapters/net/http_client.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
}

namespace tickboard::commands {

/// What commands that ask a running daemon end with; their help says so too.
struct exit_status {
  static constexpr int done = 0;
  static constexpr int failed = 1;  ///< nobody answers, or what comes cannot be read or written
  static constexpr int refused = 2; ///< the daemon says that the question is wrong, or not allowed
  static constexpr int not_now = 3; ///< it cannot answer now, or not so often: 429 and all 5xx
};

/// The footer of those commands' help.
extern const char* const asking_help;

/// Which daemon is asked, and how.
struct asking_options {
  std::string url;    ///< empty: TICKBOARD_URL of the environment, else this machine's port 8080
  std::string config; ///< instead of `url`: the file that the daemon was started with
  std::string key_file;
  std::string ca_file;
  double timeout_s = 5;
};

/// Adds --url, --config, --key-file, --ca-file and --timeout. `given` must outlive `command`.
void add_asking_options(CLI::App& command, asking_options& given);

/// A daemon that can be asked.
struct asked_daemon {
  std::string base;                ///< http://host:port, without a path
  net::http_get_options options{}; ///< but for the URL
};

/// What `given` says. With a config and `for_operators`, that of its [admin] listener, if it has
/// one. The API key comes from --key-file, else from TICKBOARD_API_KEY. Reads files. Errors name
/// the option or the variable.
result<asked_daemon> find_daemon(const asking_options& given, bool for_operators);

/// What a user writes for a resource, as a path with a query: a query string alone asks
/// /v1/markets, a path without a leading slash is below /v1. Blanks and bytes that may not be in a
/// URL are percent-encoded.
std::string target_of(std::string_view written);

/// A refusal as people read it: title and detail of a problem (RFC 9457), else the status.
std::string refusal_text(const net::http_reply& reply);

/// Says on stderr what kept the command from it, unless that is empty; returns `status`.
int fail_with(std::string_view command, const std::string& problem,
              int status = exit_status::failed);

/// The exit status for that.
int exit_status_of(const net::http_reply& reply);

} // namespace tickboard::commands
