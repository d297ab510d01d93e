#include "adapters/simulator/tls.hpp"

#include <boost/asio/ssl/context.hpp>
#include <fmt/format.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <cerrno>
#include <cstring>
#include <fstream>

namespace tickboard::simulator {

namespace {

template <auto Free>
struct freer {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};

using key_ptr = std::unique_ptr<EVP_PKEY, freer<EVP_PKEY_free>>;
using certificate_ptr = std::unique_ptr<X509, freer<X509_free>>;
using extension_ptr = std::unique_ptr<X509_EXTENSION, freer<X509_EXTENSION_free>>;
using bio_ptr = std::unique_ptr<BIO, freer<BIO_free_all>>;

struct identity {
  key_ptr key;
  certificate_ptr certificate;
};

struct extension {
  int nid;
  const char* value;
};

constexpr long hour = 3600;
constexpr long lifetime = 30 * 24 * hour;

bool set_name(X509* certificate, const char* common_name) {
  auto* name = X509_get_subject_name(certificate);
  return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                                    reinterpret_cast<const unsigned char*>(common_name), -1, -1,
                                    0) == 1;
}

bool set_serial(X509* certificate) {
  std::uint64_t serial = 0;
  return RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) == 1 &&
         ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> 1) == 1;
}

/// A certificate with a new key; signed by `issuer`, by itself without one. Null on failure.
template <std::size_t N>
identity make_identity(const char* common_name, const extension (&extensions)[N],
                       const identity* issuer) {
  identity made{key_ptr(EVP_EC_gen("P-256")), certificate_ptr(X509_new())};
  auto* certificate = made.certificate.get();
  if (!made.key || certificate == nullptr)
    return {};
  auto* by = issuer != nullptr ? issuer->certificate.get() : certificate;
  bool good = X509_set_version(certificate, 2) == 1 && set_serial(certificate) &&
              set_name(certificate, common_name) &&
              X509_gmtime_adj(X509_getm_notBefore(certificate), -hour) != nullptr &&
              X509_gmtime_adj(X509_getm_notAfter(certificate), lifetime) != nullptr &&
              X509_set_pubkey(certificate, made.key.get()) == 1 &&
              X509_set_issuer_name(certificate, X509_get_subject_name(by)) == 1;
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, by, certificate, nullptr, nullptr, 0);
  for (const auto& [nid, value] : extensions) {
    const extension_ptr one(X509V3_EXT_conf_nid(nullptr, &context, nid, value));
    good = good && one && X509_add_ext(certificate, one.get(), -1) == 1;
  }
  const auto* signer = issuer != nullptr ? issuer->key.get() : made.key.get();
  good = good && X509_sign(certificate, const_cast<EVP_PKEY*>(signer), EVP_sha256()) > 0;
  return good ? std::move(made) : identity{};
}

std::string openssl_error(std::string_view doing) {
  char text[256];
  ERR_error_string_n(ERR_get_error(), text, sizeof text);
  return fmt::format("{}: {}", doing, text);
}

result<std::string> pem_of(X509* certificate) {
  const bio_ptr memory(BIO_new(BIO_s_mem()));
  char* data = nullptr;
  if (!memory || PEM_write_bio_X509(memory.get(), certificate) != 1)
    return unexpected(openssl_error("writing the test CA's certificate"));
  const auto size = BIO_get_mem_data(memory.get(), &data);
  return std::string(data, static_cast<std::size_t>(size));
}

result<void> write_file(const std::string& file, const std::string& text) {
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out << text;
  out.close();
  if (!out)
    return unexpected(fmt::format("ca_out {}: {}", file, std::strerror(errno)));
  return {};
}

} // namespace

result<std::shared_ptr<boost::asio::ssl::context>> make_test_tls(const std::string& ca_out) {
  const auto ca = make_identity("tickboard simulator test CA",
                                {extension{NID_basic_constraints, "critical,CA:TRUE,pathlen:0"},
                                 {NID_key_usage, "critical,keyCertSign,cRLSign"},
                                 {NID_subject_key_identifier, "hash"}},
                                nullptr);
  if (!ca.certificate)
    return unexpected(openssl_error("making a test CA"));
  const auto leaf = make_identity("localhost",
                                  {extension{NID_basic_constraints, "critical,CA:FALSE"},
                                   {NID_key_usage, "critical,digitalSignature"},
                                   {NID_ext_key_usage, "serverAuth"},
                                   {NID_subject_key_identifier, "hash"},
                                   {NID_authority_key_identifier, "keyid"},
                                   {NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1,IP:::1"}},
                                  &ca);
  if (!leaf.certificate)
    return unexpected(openssl_error("making a test certificate"));
  namespace ssl = boost::asio::ssl;
  auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
  auto* native = context->native_handle();
  if (SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION) != 1 ||
      SSL_CTX_use_certificate(native, leaf.certificate.get()) != 1 ||
      SSL_CTX_use_PrivateKey(native, leaf.key.get()) != 1)
    return unexpected(openssl_error("using the test certificate"));
  if (!ca_out.empty()) {
    const auto pem = pem_of(ca.certificate.get());
    if (!pem)
      return unexpected(pem.error());
    if (const auto written = write_file(ca_out, *pem); !written)
      return unexpected(written.error());
  }
  return context;
}

} // namespace tickboard::simulator
