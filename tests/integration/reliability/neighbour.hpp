#pragma once

#include "tests/unit/net/sockets.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace tickboard::test {

/// A client that behaves, beside others that do not: one question after the other on one
/// connection.
class neighbour {
public:
  /// `header` is more of its requests' header: "X-API-Key: ...\r\n".
  explicit neighbour(std::uint16_t port, const std::string& header = {});

  struct figures {
    std::size_t failed = 0;
    double p50_ms = 0, p99_ms = 0;
    std::string text() const; ///< "p50 0.4 ms, p99 1.2 ms"
  };
  /// Asks for pages, at least one; whatever is no page counts as failed.
  figures ask_for(std::chrono::milliseconds time);
  bool is_served() { return ask_for({}).failed == 0; }

private:
  net::test::raw_socket socket_;
  std::string request_;
};

} // namespace tickboard::test
