#include "tests/unit/config/config_text.hpp"
#include "tests/unit/net/certificates.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

namespace tickboard::config {

namespace {

std::string with_tls(const std::string& certificate, const std::string& key) {
  std::string out = "[http]\n";
  if (!certificate.empty())
    out += fmt::format("tls_certificate = '{}'\n", certificate);
  if (!key.empty())
    out += fmt::format("tls_key = '{}'\n", key);
  return report_with_feed(out);
}

} // namespace

TEST_CASE("a certificate comes with its key, and both are looked at") {
  const net::test::authority issuer;
  const auto one = issuer.issue("DNS:localhost");
  const temporary_file certificate{one.certificate}, key{one.key}, nothing{"no PEM\n"};
  const temporary_file other_key{issuer.issue("DNS:localhost").key};
  CHECK(with_tls(certificate.path(), key.path()) == "");
  CHECK(with_tls(certificate.path(), "")
            .starts_with("f:2:19: http.tls_certificate: is given without tls_key; allowed: both"));
  CHECK(with_tls("", key.path())
            .starts_with("f:2:11: http.tls_key: is given without tls_certificate; allowed: both"));
  CHECK(with_tls(nothing.path(), key.path())
            .starts_with("f:2:19: http.tls_certificate: cannot be used: "));
  CHECK(with_tls(certificate.path(), nothing.path())
            .starts_with("f:3:11: http.tls_key: cannot be used: "));
  const auto mismatch = with_tls(certificate.path(), other_key.path());
  CHECK(mismatch.starts_with("f:3:11: http.tls_key: cannot be used: key values mismatch"));
  CHECK(with_tls(certificate.path(), "/no/such/file").find("tls_key") != std::string::npos);
}

} // namespace tickboard::config
