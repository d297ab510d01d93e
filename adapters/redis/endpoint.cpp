#include "adapters/redis/endpoint.hpp"

#include "adapters/redis/no_tls.hpp"

#include <fmt/format.h>

#include <charconv>

namespace tickboard::redis {

namespace {

template <class T>
bool read_all(std::string_view text, T& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return !text.empty() && error == std::errc{} && end == text.data() + text.size();
}

} // namespace

std::string endpoint::display() const {
  if (!unix_path.empty())
    return fmt::format("unix://{}?db={}", unix_path, database);
  return fmt::format("redis://{}:{}/{}", host, port, database);
}

result<endpoint> parse_endpoint(std::string_view url) {
  constexpr std::string_view allowed =
      "allowed: redis://host[:port][/database], unix:///path[?db=N]";
  endpoint out;
  if (url.starts_with("unix://")) {
    url.remove_prefix(7);
    if (const auto query = url.find('?'); query != std::string_view::npos) {
      if (!url.substr(query).starts_with("?db=") || !read_all(url.substr(query + 4), out.database))
        return unexpected(fmt::format("the part after '?' is not db=NUMBER; {}", allowed));
      url = url.substr(0, query);
    }
    if (!url.starts_with('/') || url.size() > 107) // sun_path
      return unexpected(
          fmt::format("the socket path must be absolute and at most 107 bytes; {}", allowed));
    out.unix_path = url;
    return out;
  }
  if (wants_tls(url))
    return unexpected(std::string{no_tls});
  if (!url.starts_with("redis://"))
    return unexpected(fmt::format("unknown scheme; {}", allowed));
  url.remove_prefix(8);
  if (url.find('@') != std::string_view::npos)
    return unexpected(
        std::string{"credentials do not belong in the URL, where they would be logged; "
                    "use username and password_file"});
  if (const auto slash = url.find('/'); slash != std::string_view::npos) {
    if (const auto database = url.substr(slash + 1);
        !database.empty() && !read_all(database, out.database))
      return unexpected(fmt::format("the database is not a number; {}", allowed));
    url = url.substr(0, slash);
  }
  const auto colon = url.rfind(':');
  const bool has_port =
      colon != std::string_view::npos && url.find(']', colon) == std::string_view::npos;
  if (has_port) {
    if (!read_all(url.substr(colon + 1), out.port) || out.port == 0)
      return unexpected(fmt::format("the port is not a number from 1 to 65535; {}", allowed));
    url = url.substr(0, colon);
  }
  if (url.starts_with('[') && url.ends_with(']'))
    url = url.substr(1, url.size() - 2);
  if (url.empty())
    return unexpected(fmt::format("the host is missing; {}", allowed));
  out.host = url;
  return out;
}

} // namespace tickboard::redis
