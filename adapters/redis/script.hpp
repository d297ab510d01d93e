#pragma once

#include <string>
#include <string_view>

namespace tickboard::redis {

/// A Lua script and the SHA1 by which Redis knows it once loaded.
struct script {
  script(std::string_view name, std::string_view text);

  std::string name; ///< for messages
  std::string text;
  std::string sha; ///< 40 lower-case hex digits
};

} // namespace tickboard::redis
