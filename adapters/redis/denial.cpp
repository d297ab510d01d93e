#include "adapters/redis/denial.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstddef>

namespace tickboard::redis {

namespace {

/// Takes the next argument ("$3\r\nSET\r\n") from `bytes`; empty at their end, and of what is none.
std::string_view take_argument(std::string_view& bytes) {
  std::size_t size = 0;
  const auto line = bytes.find("\r\n");
  if (!bytes.starts_with('$') || line == bytes.npos ||
      std::from_chars(bytes.data() + 1, bytes.data() + line, size).ec != std::errc{} ||
      size > bytes.size() - line - 2)
    return {};
  const auto out = bytes.substr(line + 2, size);
  bytes.remove_prefix(std::min(bytes.size(), line + 2 + size + 2));
  return out;
}

bool has_no_key(std::string_view command) {
  static constexpr std::string_view all[]{"AUTH",   "INFO", "PING",   "ROLE",
                                          "SELECT", "SCAN", "SCRIPT", "UNWATCH"};
  return std::ranges::count(all, command) > 0;
}

/// "script|load" of "... permissions to run the 'script|load' command".
std::string_view named_command(std::string_view reason) {
  const auto begin = reason.find('\'');
  const auto end = reason.find("' command", begin == reason.npos ? begin : begin + 1);
  return begin == reason.npos || end == reason.npos ? std::string_view{}
                                                    : reason.substr(begin + 1, end - begin - 1);
}

} // namespace

bool is_denial(std::string_view error) noexcept {
  return error.starts_with("NOPERM") || error.find("ACL failure in script") != error.npos ||
         error.find("The user executing the script can't") != error.npos;
}

denial read_command(std::string_view bytes) {
  const auto line = bytes.find("\r\n"); // before that: how many arguments there are
  bytes.remove_prefix(line == bytes.npos ? bytes.size() : line + 2);
  denial out{std::string{take_argument(bytes)}, {}, {}};
  if (!has_no_key(out.command))
    out.key = take_argument(bytes);
  return out;
}

std::string missing_right(const denial& of, std::string_view prefix) {
  const auto& why = of.reason;
  if (const auto named = named_command(why); !named.empty())
    return fmt::format("+{}", named);
  if (why.find("key") != why.npos)
    return fmt::format("~{}:*", prefix);
  const auto script = of.command.find(' ');
  return script == of.command.npos
             ? fmt::format("what {} needs", of.command)
             : fmt::format("the commands of {}.lua", of.command.substr(script + 1));
}

} // namespace tickboard::redis
