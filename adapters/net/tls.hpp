#pragma once

#include "adapters/net/stream.hpp"
#include "market/result.hpp"

#include <boost/asio/ssl/context.hpp>
#include <boost/system/error_code.hpp>

#include <memory>
#include <string>

namespace tickboard::net {

/// A client context: TLS 1.2 or later, the peer's chain must lead to `ca_file` or to the system's
/// store. Contexts are shared; one per CA file is kept and made anew when the file has changed.
/// Reading the file blocks, for milliseconds, the first time. Any thread. Errors name the file.
result<std::shared_ptr<boost::asio::ssl::context>> tls_context(const tls_options& options);

/// What keeps a server's context from being made.
struct server_tls_problem {
  bool is_of_key; ///< else of the certificate
  std::string what;
};

/// A server's context: TLS 1.2 or later, with a certificate chain (leaf first) and its key in PEM.
/// Reads the files, so it may block. Any thread.
tl::expected<std::shared_ptr<boost::asio::ssl::context>, server_tls_problem>
server_tls_context(const std::string& certificate_file, const std::string& key_file);

/// Makes the handshake ask for `host` (SNI; not for addresses, RFC 6066 section 3) and accept only
/// a certificate that names it (RFC 6125).
result<void> expect_host(SSL* ssl, const std::string& host);

/// Why a handshake failed: what is wrong with the certificate, if that was it.
std::string tls_failure(SSL* ssl, boost::system::error_code ec);

} // namespace tickboard::net
