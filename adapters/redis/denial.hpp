#pragma once

#include <string>
#include <string_view>

namespace tickboard::redis {

/// What Redis does not do because its user lacks a right (ACL).
struct denial {
  std::string command; ///< "SET", "EVALSHA write", "EXEC"; "connecting": a step of that
  std::string key;     ///< the first that it names; empty: none, or too long a command to tell
  std::string reason;  ///< in Redis's words

  bool is_about_what(const denial& other) const noexcept {
    return command == other.command && key == other.key;
  }
};

/// True if Redis says with this error that a right is missing, also to a script.
bool is_denial(std::string_view error) noexcept;

/// Command and key, read from the bytes of a command (RESP); what cannot be read is empty.
denial read_command(std::string_view bytes);

/// What the user lacks as ACL SETUSER says it: "+set"; "~tb:*" of the prefix "tb"; of a command
/// within a script whose name Redis does not tell "the commands of write.lua".
std::string missing_right(const denial& of, std::string_view prefix);

} // namespace tickboard::redis
