#pragma once

#include "market/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace tickboard::redis {

/// Where a Redis listens and how to log in.
struct endpoint {
  std::string unix_path; ///< if not empty, host and port do not matter
  std::string host = "127.0.0.1";
  std::uint16_t port = 6379;
  std::uint32_t database = 0;
  std::string username; ///< empty: AUTH with the password alone
  std::string password; ///< empty: no AUTH

  /// For messages: without the password.
  std::string display() const;
};

/// redis://host[:port][/database] or unix:///path[?db=N]. Credentials in the URL are refused: they
/// would end in logs; the error says where they belong.
result<endpoint> parse_endpoint(std::string_view url);

} // namespace tickboard::redis
