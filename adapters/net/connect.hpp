#pragma once

#include "adapters/net/dry_socket.hpp"
#include "adapters/net/url.hpp"
#include "market/result.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>

#include <string_view>

namespace tickboard::net {

using tls_stream = boost::beast::ssl_stream<dry_socket>;

inline dry_socket& socket_of(dry_socket& socket) {
  return socket;
}
inline dry_socket& socket_of(tls_stream& stream) {
  return stream.next_layer();
}

/// The client's way to a peer. It has no patience of its own: whoever runs it has a timer, calls
/// `cancel` and closes the socket.
struct connect_attempt {
  explicit connect_attempt(io_executor executor) : resolver(executor) {}

  void cancel() {
    cancelled = true;
    resolver.cancel();
  }

  tcp_resolver resolver;
  std::string_view step = "resolving the host name"; ///< what goes on, for messages
  bool cancelled = false;
};

/// Resolves the host and connects, to one address after another; with a tls_stream the handshake
/// is done as well. All arguments must outlive the coroutine. The error says which step failed.
asio::awaitable<result<void>> connect(connect_attempt& attempt, dry_socket& stream, const url& to);
asio::awaitable<result<void>> connect(connect_attempt& attempt, tls_stream& stream, const url& to);

} // namespace tickboard::net
