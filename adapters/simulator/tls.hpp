#pragma once

#include "market/result.hpp"

#include <memory>
#include <string>

namespace boost::asio::ssl {
class context;
}

namespace tickboard::simulator {

/// A server context with a fresh certificate (EC P-256) for 127.0.0.1, ::1 and localhost, signed
/// by a fresh CA whose key is forgotten. Writes the CA's certificate to `ca_out` unless empty.
result<std::shared_ptr<boost::asio::ssl::context>> make_test_tls(const std::string& ca_out);

} // namespace tickboard::simulator
