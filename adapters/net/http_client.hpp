#pragma once

#include "adapters/net/stream.hpp"

namespace tickboard::net {

struct http_get_options {
  std::string url;                           ///< http:// or https://host[:port]/path?query
  tls_options tls;                           ///< verified as in stream_options
  std::chrono::milliseconds timeout{15'000}; ///< for the whole exchange
  std::size_t max_body_bytes = 64 * 1024 * 1024;
  std::string api_key; ///< sent as `Authorization: Bearer`; printable ASCII; empty: none
};

struct http_reply {
  unsigned status = 0;
  std::string body;
  std::chrono::seconds retry_after{0}; ///< of a 418, 429 or 503; 0 if not said
};

/// GET, one connection, no redirects. The callback runs once on the io thread; the error is a
/// sentence with the host. Sends a User-Agent, accepts gzip.
void http_get(boost::asio::io_context& io, const http_get_options& options,
              std::function<void(result<http_reply>)> done);

} // namespace tickboard::net
