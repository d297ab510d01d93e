#pragma once

#include "adapters/net/digest.hpp"

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace tickboard::test {

/// As the config has it of a key.
inline std::string sha256_hex(std::string_view key) {
  std::string out;
  for (const auto byte : net::sha256(key))
    out += fmt::format("{:02x}", byte);
  return out;
}

} // namespace tickboard::test
