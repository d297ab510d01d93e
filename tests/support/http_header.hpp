#pragma once

#include "adapters/net/http_server.hpp"

#include <algorithm>
#include <string>
#include <string_view>

namespace tickboard::test {

/// The value of a response's header `name`; empty if it has none.
inline std::string header(const net::http_response& of, std::string_view name) {
  const auto it = std::find_if(of.headers.begin(), of.headers.end(),
                               [&](const auto& one) { return one.first == name; });
  return it == of.headers.end() ? "" : it->second;
}

} // namespace tickboard::test
