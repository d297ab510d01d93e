#include "adapters/net/tls.hpp"

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <filesystem>
#include <map>
#include <mutex>

namespace tickboard::net {

namespace ssl = boost::asio::ssl;

namespace {

struct cached_context {
  std::filesystem::file_time_type written;
  std::shared_ptr<ssl::context> context;
};

result<std::shared_ptr<ssl::context>> make_context(const std::string& ca_file) {
  boost::system::error_code ec;
  auto context = std::make_shared<ssl::context>(ssl::context::tls_client);
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  context->set_verify_mode(ssl::verify_peer);
  if (ca_file.empty())
    context->set_default_verify_paths(ec);
  else
    context->load_verify_file(ca_file, ec);
  if (ec)
    return unexpected(fmt::format("cannot read certificates from {}: {}",
                                  ca_file.empty() ? "the system's store" : ca_file, ec.message()));
  return context;
}

} // namespace

result<std::shared_ptr<ssl::context>> tls_context(const tls_options& options) {
  // Connections of every io thread share the contexts: the one lock in this folder. The map is
  // bounded by the CA files that the configuration names.
  static std::mutex mutex;
  static std::map<std::string, cached_context> contexts;

  std::filesystem::file_time_type written{};
  if (!options.ca_file.empty()) {
    std::error_code ec;
    written = std::filesystem::last_write_time(options.ca_file, ec);
    if (ec)
      return unexpected(fmt::format("ca_file {}: {}", options.ca_file, ec.message()));
  }
  const std::lock_guard lock(mutex);
  const auto known = contexts.find(options.ca_file);
  if (known != contexts.end() && known->second.written == written)
    return known->second.context;
  auto made = make_context(options.ca_file);
  if (made)
    contexts[options.ca_file] = {written, *made};
  return made;
}

tl::expected<std::shared_ptr<ssl::context>, server_tls_problem>
server_tls_context(const std::string& certificate_file, const std::string& key_file) {
  boost::system::error_code ec;
  auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
  auto* const native = context->native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  // Most connections are idle most of the time, and need no buffers then.
  SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);
  // Else OpenSSL asks on the terminal.
  context->set_password_callback([](std::size_t, ssl::context::password_purpose) { return ""; },
                                 ec);
  context->use_certificate_chain_file(certificate_file, ec);
  if (ec)
    return unexpected(server_tls_problem{false, ec.message()});
  context->use_private_key_file(key_file, ssl::context::pem, ec);
  if (ec)
    return unexpected(server_tls_problem{true, ec.message()});
  return context;
}

result<void> expect_host(SSL* ssl, const std::string& host) {
  boost::system::error_code not_an_address;
  boost::asio::ip::make_address(host, not_an_address);
  auto* parameters = SSL_get0_param(ssl);
  auto done = false;
  if (not_an_address) {
    X509_VERIFY_PARAM_set_hostflags(parameters, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    done = X509_VERIFY_PARAM_set1_host(parameters, host.data(), host.size()) == 1 &&
           SSL_set_tlsext_host_name(ssl, host.c_str()) == 1;
  } else {
    done = X509_VERIFY_PARAM_set1_ip_asc(parameters, host.c_str()) == 1;
  }
  if (!done)
    return unexpected(fmt::format("\"{}\" is not a host that TLS can verify", host));
  return {};
}

std::string tls_failure(SSL* ssl, boost::system::error_code ec) {
  const auto verdict = SSL_get_verify_result(ssl);
  if (verdict != X509_V_OK)
    return fmt::format("TLS: the certificate is not accepted: {}",
                       X509_verify_cert_error_string(verdict));
  return fmt::format("TLS handshake failed: {}", ec.message());
}

} // namespace tickboard::net
