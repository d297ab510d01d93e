#pragma once

#include "market/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace tickboard::net {

struct host_port {
  std::string host; ///< a name or an address; IPv6 without its brackets
  std::uint16_t port = 0;
};

/// "host:port" or "[::1]:8080". The port must be there; 0 is allowed.
result<host_port> parse_host_port(std::string_view text);

struct url {
  std::string scheme; ///< ws, wss, http or https
  std::string host;   ///< as in host_port
  std::uint16_t port = 0;
  std::string target; ///< path and query, never empty

  bool tls() const noexcept { return scheme == "wss" || scheme == "https"; }
  /// For a Host header: the port only where it is not the scheme's own.
  std::string authority() const;
  /// For messages: host:port. Path and query stay out, they may hold secrets.
  std::string where() const;
};

/// Accepts ws, wss, http and https. Refuses user names and fragments (neither has a use here), and
/// blanks and control characters, which would end up in a request line.
result<url> parse_url(std::string_view text);

} // namespace tickboard::net
