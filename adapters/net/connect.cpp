#include "adapters/net/connect.hpp"

#include "adapters/net/tls.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

namespace tickboard::net {

asio::awaitable<result<void>> connect(connect_attempt& attempt, dry_socket& stream, const url& to) {
  auto& socket = stream.socket();
  error_code ec;
  attempt.step = "resolving the host name";
  const auto addresses = co_await attempt.resolver.async_resolve(
      to.host, std::to_string(to.port), tcp_resolver::numeric_service,
      asio::redirect_error(asio::use_awaitable, ec));
  // A cancel may come too late for the resolver; the connect would open the socket once more.
  if (attempt.cancelled)
    ec = asio::error::operation_aborted;
  if (ec)
    co_return unexpected(fmt::format("cannot resolve the host name: {}", ec.message()));

  attempt.step = "connecting";
  const auto peer = co_await asio::async_connect(socket, addresses,
                                                 asio::redirect_error(asio::use_awaitable, ec));
  // Asio calls it a cancel if no socket can be opened, and keeps the reason to itself.
  if (ec == asio::error::operation_aborted && !attempt.cancelled && !addresses.empty()) {
    error_code why, ignored;
    socket.open(addresses.begin()->endpoint().protocol(), why);
    socket.close(ignored);
    ec = why ? why : ec;
  }
  // Asio goes on asking epoll whether a socket can be written to once it has waited for that, as
  // for the connect, and then each wait for data ends once for nothing: let it start anew.
  if (!ec) {
    const auto connected = socket.release(ec);
    if (!ec)
      socket.assign(peer.protocol(), connected, ec);
  }
  if (ec)
    co_return unexpected(fmt::format("cannot connect: {}", ec.message()));
  error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  co_return result<void>{};
}

asio::awaitable<result<void>> connect(connect_attempt& attempt, tls_stream& stream, const url& to) {
  const auto expected = expect_host(stream.native_handle(), to.host);
  if (!expected)
    co_return expected;
  const auto connected = co_await connect(attempt, stream.next_layer(), to);
  if (!connected)
    co_return connected;
  error_code ec;
  attempt.step = "the TLS handshake";
  co_await stream.async_handshake(asio::ssl::stream_base::client,
                                  asio::redirect_error(asio::use_awaitable, ec));
  if (ec)
    co_return unexpected(tls_failure(stream.native_handle(), ec));
  co_return result<void>{};
}

} // namespace tickboard::net
