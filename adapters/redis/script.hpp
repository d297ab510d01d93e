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

/// The call "EVALSHA sha ..." in bytes (RESP) as "EVAL text ...": it loads the script by itself, so
/// nobody can make Redis forget it before it runs. Anything else comes back as it is.
std::string with_text(const script& which, std::string_view evalsha);

} // namespace tickboard::redis
