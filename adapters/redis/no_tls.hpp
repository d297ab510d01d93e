#pragma once

#include <string_view>

namespace tickboard::redis {

/// What to do where only TLS (rediss://) leads to the Redis.
inline constexpr std::string_view no_tls =
    "TLS (rediss://) is not spoken; let stunnel, or another tunnel beside tickboard, take "
    "redis://127.0.0.1:PORT or unix:///path to that server";
inline bool wants_tls(std::string_view url) noexcept {
  return url.starts_with("rediss://");
}

} // namespace tickboard::redis
