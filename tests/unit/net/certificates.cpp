#include "tests/unit/net/certificates.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <unistd.h>

namespace tickboard::net::test {

namespace {

using key_ptr = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using certificate_ptr = std::unique_ptr<X509, decltype(&X509_free)>;
using bio_ptr = std::unique_ptr<BIO, decltype(&BIO_free)>;

constexpr long day = 24 * 60 * 60;

template <class Write>
std::string to_pem(Write write) {
  const bio_ptr bio(BIO_new(BIO_s_mem()), BIO_free);
  if (write(bio.get()) != 1)
    throw std::runtime_error("cannot write PEM");
  char* data = nullptr;
  const auto size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

bio_ptr reader(const std::string& pem) {
  return {BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free};
}

void extend(X509* certificate, int kind, const std::string& value) {
  X509V3_CTX context{};
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  const std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)> extension(
      X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()), X509_EXTENSION_free);
  if (!extension || X509_add_ext(certificate, extension.get(), -1) != 1)
    throw std::runtime_error("cannot add extension " + value);
}

/// Signed by `issuer`, or by itself when that is null: an authority then.
identity make(const std::string& name, const std::string& alternative_names, bool expired,
              const identity* issuer) {
  const key_ptr key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  const certificate_ptr certificate(X509_new(), X509_free);
  X509_set_version(certificate.get(), X509_VERSION_3);
  static long serial = 0;
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -2 * day);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), expired ? -day : day);
  X509_set_pubkey(certificate.get(), key.get());
  auto* subject = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  if (issuer == nullptr) {
    extend(certificate.get(), NID_basic_constraints, "critical,CA:TRUE");
    X509_set_issuer_name(certificate.get(), subject);
    X509_sign(certificate.get(), key.get(), EVP_sha256());
  } else {
    extend(certificate.get(), NID_subject_alt_name, alternative_names);
    const auto bio = reader(issuer->certificate);
    const certificate_ptr parent(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr),
                                 X509_free);
    const auto key_bio = reader(issuer->key);
    const key_ptr parent_key(PEM_read_bio_PrivateKey(key_bio.get(), nullptr, nullptr, nullptr),
                             EVP_PKEY_free);
    X509_set_issuer_name(certificate.get(), X509_get_subject_name(parent.get()));
    X509_sign(certificate.get(), parent_key.get(), EVP_sha256());
  }
  return {to_pem([&](BIO* bio) { return PEM_write_bio_X509(bio, certificate.get()); }),
          to_pem([&](BIO* bio) {
            return PEM_write_bio_PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
          })};
}

} // namespace

authority::authority() {
  static int count = 0;
  const auto name = "tickboard-ca-" + std::to_string(::getpid()) + "-" + std::to_string(++count);
  own_ = make(name, "", false, nullptr);
  file_ = std::filesystem::temp_directory_path() / (name + ".pem");
  std::ofstream(file_) << own_.certificate;
}

authority::~authority() {
  std::error_code ignored;
  std::filesystem::remove(file_, ignored);
}

identity authority::issue(const std::string& names, bool expired) const {
  return make("tickboard test", names, expired, &own_);
}

} // namespace tickboard::net::test
