#pragma once

#include <boost/asio/ip/tcp.hpp>

#include <cstdint>

namespace tickboard::test {

/// That was free a moment ago.
inline std::uint16_t free_port() {
  boost::asio::io_context io;
  boost::asio::ip::tcp::acceptor probe{io, {boost::asio::ip::address_v4::loopback(), 0}};
  return probe.local_endpoint().port();
}

} // namespace tickboard::test
