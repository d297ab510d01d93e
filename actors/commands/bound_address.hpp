#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>

namespace tickboard::commands {

/// "host:port" as it is now that a port of 0 in `listen` has become one.
inline std::string bound_address(const std::string& listen, std::uint16_t port) {
  return fmt::format("{}:{}", listen.substr(0, listen.rfind(':')), port);
}

} // namespace tickboard::commands
