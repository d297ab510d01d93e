#pragma once

#include <string>
#include <string_view>

namespace tickboard::redis {

/// What an answer to INFO says of `field`; empty if it does not. Lines are "field:value\r\n"
/// (https://redis.io/docs/latest/commands/info/).
inline std::string_view info_field(std::string_view info, std::string_view field) {
  const auto line = "\n" + std::string{field} + ":";
  const auto at = info.find(line);
  if (at == info.npos)
    return {};
  const auto begin = at + line.size();
  return info.substr(begin, info.find_first_of("\r\n", begin) - begin);
}

} // namespace tickboard::redis
