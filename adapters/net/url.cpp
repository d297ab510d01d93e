#include "adapters/net/url.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

namespace tickboard::net {

namespace {

constexpr std::array<std::pair<std::string_view, std::uint16_t>, 4> schemes{
    {{"ws", 80}, {"wss", 443}, {"http", 80}, {"https", 443}}};

std::uint16_t default_port(std::string_view scheme) {
  for (const auto& [name, port] : schemes)
    if (name == scheme)
      return port;
  return 0;
}

std::string bracketed(const std::string& host) {
  return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

bool host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_';
}

bool address_character(char c) {
  return host_character(c) || c == ':' || c == '%';
}

/// Splits "host", "host:port", "[v6]" and "[v6]:port"; `port` when none is given.
result<host_port> parse_authority(std::string_view text, std::optional<std::uint16_t> port) {
  host_port out;
  std::string_view rest;
  const auto bracket = text.starts_with('[');
  if (bracket) {
    const auto end = text.find(']');
    if (end == std::string_view::npos)
      return unexpected<std::string>("the bracket of the IPv6 address is not closed");
    out.host = text.substr(1, end - 1);
    rest = text.substr(end + 1);
  } else {
    const auto colon = text.find(':');
    out.host = text.substr(0, colon);
    rest = colon == std::string_view::npos ? "" : text.substr(colon);
    if (rest.find(':', 1) != std::string_view::npos)
      return unexpected<std::string>("an IPv6 address must be in brackets, as in [::1]:8080");
  }
  if (out.host.empty())
    return unexpected<std::string>("the host is missing");
  if (!std::all_of(out.host.begin(), out.host.end(), bracket ? address_character : host_character))
    return unexpected(fmt::format("host \"{}\" has a character that no host name has", out.host));

  if (rest.empty()) {
    if (!port)
      return unexpected<std::string>("the port is missing, as in host:8080");
    out.port = *port;
    return out;
  }
  const auto digits = rest.substr(1);
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), out.port);
  if (rest.front() != ':' || parsed.ec != std::errc{} ||
      parsed.ptr != digits.data() + digits.size())
    return unexpected(fmt::format("port \"{}\" is not a number from 0 to 65535", digits));
  return out;
}

} // namespace

result<host_port> parse_host_port(std::string_view text) {
  auto parsed = parse_authority(text, std::nullopt);
  if (!parsed)
    return unexpected(fmt::format("\"{}\": {}", text, parsed.error()));
  return parsed;
}

std::string url::authority() const {
  auto out = bracketed(host);
  if (port != default_port(scheme))
    out += fmt::format(":{}", port);
  return out;
}

std::string url::where() const {
  return fmt::format("{}:{}", bracketed(host), port);
}

result<url> parse_url(std::string_view text) {
  const auto fail = [](std::string_view why) {
    return unexpected(
        fmt::format("URL: {}; allowed is [ws|wss|http|https]://host[:port]/path?query", why));
  };
  const auto printable = [](char c) { return c > ' ' && c < '\x7f'; };
  if (!std::all_of(text.begin(), text.end(), printable))
    return fail("has a blank, a control character or a character that is not ASCII");
  const auto colon = text.find("://");
  if (colon == std::string_view::npos)
    return fail("has no scheme");

  url out;
  out.scheme = text.substr(0, colon);
  const auto standard = default_port(out.scheme);
  if (standard == 0)
    return fail(fmt::format("scheme \"{}\" is unknown", out.scheme));
  const auto rest = text.substr(colon + 3);
  const auto slash = std::min(rest.find_first_of("/?#"), rest.size());
  const auto authority = rest.substr(0, slash);
  if (authority.find('@') != std::string_view::npos)
    return fail("has a user name");
  auto parsed = parse_authority(authority, standard);
  if (!parsed)
    return fail(parsed.error());
  if (parsed->port == 0)
    return fail("port 0 cannot be connected to");
  out.host = std::move(parsed->host);
  out.port = parsed->port;

  out.target = rest.substr(slash);
  if (out.target.find('#') != std::string::npos)
    return fail("has a fragment");
  if (!out.target.starts_with('/'))
    out.target.insert(out.target.begin(), '/');
  return out;
}

} // namespace tickboard::net
