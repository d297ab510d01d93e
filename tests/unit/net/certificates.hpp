#pragma once

#include <string>

namespace tickboard::net::test {

/// A certificate and its key, PEM.
struct identity {
  std::string certificate;
  std::string key;
};

/// A certificate authority that exists for one test run; its certificate is in `file()`.
class authority {
public:
  authority();
  ~authority();
  authority(const authority&) = delete;
  authority& operator=(const authority&) = delete;

  /// `names` as in OpenSSL's subjectAltName: "DNS:localhost,IP:127.0.0.1".
  identity issue(const std::string& names, bool expired = false) const;
  const std::string& file() const noexcept { return file_; }

private:
  identity own_;
  std::string file_;
};

} // namespace tickboard::net::test
