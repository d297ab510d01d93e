#include "adapters/redis/script.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>

namespace tickboard::redis {

script::script(std::string_view script_name, std::string_view script_text)
    : name(script_name), text(script_text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned int size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr);
  for (unsigned int i = 0; i < size; ++i)
    sha += fmt::format("{:02x}", digest[i]);
}

std::string with_text(const script& which, std::string_view evalsha) {
  const auto by_sha = fmt::format("$7\r\nEVALSHA\r\n$40\r\n{}\r\n", which.sha);
  const auto at = evalsha.find(by_sha);
  if (at == std::string_view::npos)
    return std::string{evalsha};
  return fmt::format("{}$4\r\nEVAL\r\n${}\r\n{}\r\n{}", evalsha.substr(0, at), which.text.size(),
                     which.text, evalsha.substr(at + by_sha.size()));
}

} // namespace tickboard::redis
