#include "adapters/config/text_rules.hpp"

#include "adapters/exchange/exchange.hpp"
#include "adapters/net/digest.hpp"
#include "adapters/net/url.hpp"
#include "adapters/postgres/dsn.hpp"
#include "adapters/redis/endpoint.hpp"
#include "adapters/redis/no_tls.hpp"
#include "market/market.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <unistd.h>

namespace tickboard::config {

namespace {

constexpr std::array<std::string_view, 4> log_levels{"debug", "info", "warn", "error"};
constexpr std::array<std::string_view, 2> log_formats{"logfmt", "json"};

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool consists_of(std::string_view text, std::string_view others) {
  return !text.empty() && std::ranges::all_of(text, [others](char c) {
    return is_alphanumeric(c) || others.find(c) != others.npos;
  });
}

bool has(std::string_view text, char first, char last) {
  return std::ranges::any_of(text, [first, last](char c) { return c >= first && c <= last; });
}

bool is_ws_url(std::string_view text) {
  const auto url = net::parse_url(text);
  return url && (url->scheme == "ws" || url->scheme == "wss");
}

/// The listing's path is put right behind this one.
bool is_rest_url(std::string_view text) {
  const auto url = net::parse_url(text);
  return url && (url->scheme == "http" || url->scheme == "https") &&
         text.find_first_of("/?", url->scheme.size() + 3) == text.npos;
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

const text_rule log_format{
    .name = "a log format",
    .allowed = [] { return fmt::format("\"{}\"", fmt::join(log_formats, "\", \"")); },
    .accepts = [](std::string_view text) { return std::ranges::count(log_formats, text) > 0; }};

const text_rule host_port{
    .name = "a listen address",
    .allowed =
        [] {
          return std::string("\"host:port\" or \"[IPv6 address]:port\", the port from 0 (any free "
                             "one) to 65535");
        },
    .accepts = [](std::string_view text) { return net::parse_host_port(text).has_value(); }};

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

const text_rule sentinel{
    .name = "a sentinel's address",
    .allowed =
        [] {
          return std::string("\"host:port\" or \"[IPv6 address]:port\", the port from 1 to 65535");
        },
    .accepts =
        [](std::string_view text) {
          return text.find('/') == text.npos && net::parse_host_port(text).has_value() &&
                 redis::parse_endpoint("redis://" + std::string{text}).has_value();
        }};

const text_rule cors_origin{
    .name = "an origin",
    .allowed =
        [] {
          return std::string("\"https://host[:port]\" (or http), without a path, \"*\" or \"\"");
        },
    .accepts =
        [](std::string_view text) { return text.empty() || text == "*" || is_rest_url(text); }};

const text_rule redis_url{
    .name = "a Redis URL",
    .allowed =
        [] {
          return std::string("\"redis://host[:port][/db]\" or \"unix:///path[?db=n]\"; user and "
                             "password have keys of their own");
        },
    .accepts = [](std::string_view text) { return redis::parse_endpoint(text).has_value(); },
    .shown = false,
    .advice =
        [](std::string_view text) {
          return redis::wants_tls(text) ? redis::no_tls : std::string_view{};
        }};

const text_rule postgres_dsn{
    .name = "a DSN of PostgreSQL",
    .allowed =
        [] {
          return std::string("\"postgresql://[user@]host[:port]/database[?key=value&...]\" or "
                             "\"host=... dbname=...\", without service and client_encoding");
        },
    .accepts = [](std::string_view text) { return postgres::parse_dsn(text).has_value(); },
    .shown = false};

const text_rule path{.name = "a path",
                     .allowed = [] { return std::string("path of a file, or \"\""); },
                     .accepts = [](std::string_view) { return true; }};

const text_rule name{
    .name = "such a name",
    .allowed = [] { return std::string("1 to 32 ASCII letters, digits, '_', '-' or '.'"); },
    .accepts = [](std::string_view text) { return text.size() <= 32 && consists_of(text, "_-."); }};

const text_rule feed_name{
    .name = "such a name",
    .allowed = [] { return std::string("1 to 32 of a to z, digits, '_', '-' or '.'"); },
    .accepts = [](std::string_view text) { return name.accepts(text) && !has(text, 'A', 'Z'); }};

const text_rule asset{
    .name = "an asset code",
    .allowed =
        [] {
          return fmt::format("1 to {} bytes without letters a to z, blanks and : , | {{ }} * \" \\",
                             max_asset_length);
        },
    .accepts = [](std::string_view text) { return is_code(text, "") && !has(text, 'a', 'z'); }};

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

// Not shown: somebody may have put the key itself there.
const text_rule sha256{
    .name = "a SHA-256",
    .allowed = [] { return std::string("64 hexadecimal digits"); },
    .accepts = [](std::string_view text) { return net::parse_digest(text).has_value(); },
    .shown = false};

const text_rule channel{
    .name = "a channel",
    .allowed = [] { return std::string("a channel of the exchange's adapter"); },
    .accepts = [](std::string_view text) { return !text.empty(); }};

} // namespace rules

} // namespace tickboard::config
