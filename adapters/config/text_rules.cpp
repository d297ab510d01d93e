#include "adapters/config/text_rules.hpp"

#include "adapters/exchange/exchange.hpp"
#include "market/market.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <optional>
#include <unistd.h>

namespace tickboard::config {

namespace {

constexpr std::array<std::string_view, 4> log_levels{"debug", "info", "warn", "error"};

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool consists_of(std::string_view text, std::string_view others) {
  return !text.empty() && std::ranges::all_of(text, [others](char c) {
    return is_alphanumeric(c) || others.find(c) != others.npos;
  });
}

/// A whole number up to `most` without sign or blanks.
std::optional<unsigned> number(std::string_view text, unsigned most) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value > most)
    return std::nullopt;
  return value;
}

bool is_host(std::string_view text) {
  if (text.starts_with('[') && text.ends_with(']'))
    return text.find(':') != text.npos &&
           text.find_first_not_of("0123456789abcdefABCDEF:.[]") == text.npos &&
           text.find_last_of('[') == 0 && text.find(']') == text.size() - 1;
  return text.size() <= 253 && consists_of(text, ".-_");
}

enum class port_rule { optional, required_or_zero };

bool is_authority(std::string_view text, port_rule rule) {
  const auto colon = text.rfind(':');
  const bool has_port = colon != text.npos && !text.ends_with(']');
  if (!has_port)
    return rule == port_rule::optional && is_host(text);
  const auto port = number(text.substr(colon + 1), 65'535);
  return is_host(text.substr(0, colon)) && port && (*port > 0 || rule != port_rule::optional);
}

/// What follows "scheme://" for the first scheme that fits.
std::optional<std::string_view> after_scheme(std::string_view url,
                                             std::initializer_list<std::string_view> schemes) {
  for (const auto scheme : schemes)
    if (url.starts_with(scheme) && url.substr(scheme.size()).starts_with("://"))
      return url.substr(scheme.size() + 3);
  return std::nullopt;
}

bool is_ws_url(std::string_view text) {
  const auto rest = after_scheme(text, {"ws", "wss"});
  if (!rest)
    return false;
  const auto authority_end = std::min(rest->find_first_of("/?"), rest->size());
  return is_authority(rest->substr(0, authority_end), port_rule::optional) &&
         rest->find_first_of(" #") == rest->npos;
}

bool is_rest_url(std::string_view text) {
  const auto rest = after_scheme(text, {"http", "https"});
  return rest && is_authority(*rest, port_rule::optional);
}

constexpr unsigned max_redis_db = 65'535; // far above any `databases` in use

bool is_redis_url(std::string_view text) {
  if (const auto path = after_scheme(text, {"unix"})) {
    const auto query = std::min(path->find('?'), path->size());
    const auto options = path->substr(query);
    const bool db_valid =
        options.empty() || (options.starts_with("?db=") && number(options.substr(4), max_redis_db));
    return path->starts_with('/') && query > 1 && db_valid;
  }
  const auto rest = after_scheme(text, {"redis"});
  if (!rest)
    return false;
  const auto slash = std::min(rest->find('/'), rest->size());
  const auto db = rest->substr(slash);
  return is_authority(rest->substr(0, slash), port_rule::optional) &&
         (db.size() <= 1 || number(db.substr(1), max_redis_db));
}

bool is_code(std::string_view text, std::string_view also_allowed) {
  return !text.empty() && text.size() <= max_asset_length &&
         std::ranges::all_of(text, [also_allowed](char c) {
           return is_code_character(c) || also_allowed.find(c) != also_allowed.npos;
         });
}

bool is_market_pattern(std::string_view text) {
  const auto slash = text.find('/');
  return slash != text.npos && slash == text.rfind('/') && is_code(text.substr(0, slash), "*") &&
         is_code(text.substr(slash + 1), "*");
}

bool is_readable_file(std::string_view text) {
  const std::string path(text);
  std::error_code error;
  return !std::filesystem::is_directory(path, error) && ::access(path.c_str(), R_OK) == 0;
}

std::vector<std::string> sorted_protocol_names() {
  auto names = exchange::protocol_names();
  std::ranges::sort(names);
  return names;
}

} // namespace

namespace rules {

const text_rule secret{
    .name = "such a text",
    .allowed = [] { return fmt::format("text of at most {} bytes", max_text_bytes); },
    .accepts = [](std::string_view) { return true; },
    .shown = false};

const text_rule readable_file{.name = "a file that can be read",
                              .allowed = [] { return std::string("path of a readable file"); },
                              .accepts = is_readable_file};

const text_rule log_level{
    .name = "a log level",
    .allowed = [] { return fmt::format("\"{}\"", fmt::join(log_levels, "\", \"")); },
    .accepts = [](std::string_view text) { return std::ranges::count(log_levels, text) > 0; }};

const text_rule host_port{
    .name = "a listen address",
    .allowed =
        [] {
          return std::string("\"host:port\" or \"[IPv6 address]:port\", the port from 0 (any free "
                             "one) to 65535");
        },
    .accepts =
        [](std::string_view text) { return is_authority(text, port_rule::required_or_zero); }};

// URLs are not shown: people put user names, passwords and tokens into them.
const text_rule ws_url{
    .name = "a WebSocket URL",
    .allowed = [] { return std::string("\"ws://host[:port]/path\" or \"wss://...\""); },
    .accepts = is_ws_url,
    .shown = false};

const text_rule rest_url{
    .name = "such a URL",
    .allowed =
        [] { return std::string("\"http://host[:port]\" or \"https://...\", without a path"); },
    .accepts = is_rest_url,
    .shown = false};

const text_rule redis_url{
    .name = "a Redis URL",
    .allowed =
        [] {
          return std::string("\"redis://host[:port][/db]\" or \"unix:///path[?db=n]\"; user and "
                             "password have keys of their own");
        },
    .accepts = is_redis_url,
    .shown = false};

const text_rule name{
    .name = "such a name",
    .allowed = [] { return std::string("1 to 32 ASCII letters, digits, '_', '-' or '.'"); },
    .accepts = [](std::string_view text) { return text.size() <= 32 && consists_of(text, "_-."); }};

const text_rule asset{.name = "an asset code",
                      .allowed =
                          [] {
                            return fmt::format(
                                "1 to {} bytes without blanks and : , | {{ }} * \" \\",
                                max_asset_length);
                          },
                      .accepts = [](std::string_view text) { return is_code(text, ""); }};

const text_rule market_pattern{
    .name = "a market pattern",
    .allowed =
        [] {
          return std::string("\"BASE/QUOTE\" with exactly one slash; * stands for any run of "
                             "characters, as in \"*/USDT\"");
        },
    .accepts = is_market_pattern};

const text_rule exchange{
    .name = "a known exchange",
    .allowed = [] { return fmt::format("\"{}\"", fmt::join(sorted_protocol_names(), "\", \"")); },
    .accepts = [](std::string_view text) { return exchange::find_protocol(text) != nullptr; }};

const text_rule channel{
    .name = "a channel",
    .allowed = [] { return std::string("a channel of the exchange's adapter"); },
    .accepts = [](std::string_view text) { return !text.empty(); }};

} // namespace rules

} // namespace tickboard::config
