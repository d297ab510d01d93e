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

} // namespace tickboard::redis
