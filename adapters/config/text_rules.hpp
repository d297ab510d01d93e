#pragma once

#include <string>
#include <string_view>

namespace tickboard::config {

/// Which texts a key takes.
struct text_rule {
  std::string_view name; ///< "a Redis URL": what a refused value is said not to be
  std::string (*allowed)();
  bool (*accepts)(std::string_view text);
  bool shown = true; ///< false: values may hold secrets and are kept out of messages
  /// What else to say of a value that it does not take; null, or empty: nothing.
  std::string_view (*advice)(std::string_view text) = nullptr;
};

/// Longest text in bytes that any key takes.
inline constexpr std::size_t max_text_bytes = 4096;

namespace rules {

extern const text_rule secret;        ///< anything without control characters
extern const text_rule readable_file; ///< relative paths start at the working directory
extern const text_rule log_level;
extern const text_rule log_format;
extern const text_rule host_port; ///< "host:port", "[::1]:8080"
extern const text_rule ws_url;
extern const text_rule rest_url;
extern const text_rule cors_origin; ///< empty, "*" or an origin
extern const text_rule redis_url;
extern const text_rule sentinel; ///< "host:port"
extern const text_rule postgres_dsn;
extern const text_rule path;           ///< of a file that need not be there
extern const text_rule name;           ///< part of Redis keys
extern const text_rule feed_name;      ///< part of ids and Redis keys
extern const text_rule asset;          ///< asset code
extern const text_rule market_pattern; ///< "BTC/USDT", "*/USDT"
extern const text_rule exchange;       ///< an adapter's name
extern const text_rule sha256;         ///< in hexadecimal
extern const text_rule channel;        ///< depends on the exchange: `parse` looks closer

} // namespace rules

} // namespace tickboard::config
