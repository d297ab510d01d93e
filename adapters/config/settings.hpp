#pragma once

#include "market/result.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tickboard::config {

using std::chrono::milliseconds;

/// One followed exchange: [[feed]]. Zero and empty mean "the exchange's own published value".
struct feed_settings {
  std::string exchange; ///< adapter name: binance, coinbaseexchange, kraken
  std::string name;     ///< what rows call the exchange; defaults to `exchange`; unique
  std::string ws_url;
  std::string rest_url;
  std::string ca_file;               ///< PEM; empty: the system's store
  std::vector<std::string> channels; ///< in the exchange's names
  std::vector<std::string> symbols;  ///< "BTC/USDT" or patterns "*/USDT"; at least one
  std::vector<std::string> exclude;  ///< patterns
  std::size_t streams_per_connection = 0;
  std::size_t max_connections = 0;    ///< 0: as many as needed
  std::size_t connect_attempts = 0;   ///< within the time that the exchange counts them in
  milliseconds stall_timeout{30'000}; ///< no data for this long: the connection is restarted
  milliseconds stale_after{
      5'000}; ///< rows are marked stale when their connection is down for this long
  milliseconds mute_after{60'000}; ///< see market/quiet_watch.hpp; 0: not looked for
  milliseconds max_connection_age{0};
  milliseconds listing_interval{600'000}; ///< between two looks at what the exchange lists

  friend bool operator==(const feed_settings&, const feed_settings&) = default;
};

struct io_settings {
  std::uint32_t threads = 1;
};

struct actor_settings {
  std::uint32_t threads = 0; ///< 0: the first io thread runs the actors
  std::uint32_t normalizers = 1;
  std::uint32_t writers = 1;
};

struct log_settings {
  std::string level = "info";    ///< debug, info, warn, error
  std::string format = "logfmt"; ///< logfmt, json
};

struct http_settings {
  std::string listen = "127.0.0.1:8080";
  std::size_t max_connections = 10'000;
  std::size_t max_header_bytes = 8 * 1024;
  std::size_t max_body_bytes = 64 * 1024;
  milliseconds header_timeout{10'000};
  milliseconds idle_timeout{60'000};
  milliseconds write_timeout{30'000};
  bool gzip = true;
  bool metrics = true;         ///< GET /metrics is answered here, too
  std::string cors_origin;     ///< empty: none
  std::string tls_certificate; ///< PEM; empty: without TLS
  std::string tls_key;         ///< PEM; given with it
};

/// What only operators need: its own listener, without keys, limits or TLS.
struct admin_settings {
  std::string listen; ///< empty: none
};

/// How much those may ask who give no key, or whether at all.
struct client_settings {
  bool key_required = false;
  std::uint32_t rate = 0;  ///< requests a second of each network; 0: not limited
  std::uint32_t burst = 0; ///< at once; 0: as many as `rate`
  std::size_t max_networks = 100'000;
};

/// An API key: [[key]].
struct key_settings {
  std::string name;        ///< unique
  std::string sha256;      ///< of the key, in hexadecimal; unique
  std::uint32_t rate = 0;  ///< requests a second; 0: not limited
  std::uint32_t burst = 0; ///< at once; 0: as many as `rate`

  friend bool operator==(const key_settings&, const key_settings&) = default;
};

struct redis_settings {
  std::string url = "redis://127.0.0.1:6379/0"; ///< redis://host:port/db or unix:///path?db=0
  std::string username;
  std::string password;
  std::string password_file; ///< its first line is the password; `parse` reads it into `password`
  std::vector<std::string> sentinels; ///< host:port; then they tell host and port, not the URL
  std::string sentinel_master;        ///< what they call the set of servers
  std::string sentinel_password;
  std::string sentinel_password_file; ///< as password_file
  std::string prefix = "tb";
  std::vector<std::string> partitions{"USDT", "USD", "USDC", "BTC", "ETH", "EUR"};
  milliseconds connect_timeout{5'000};
  milliseconds reply_timeout{10'000}; ///< an unanswered command for this long: reconnect
  milliseconds backoff_max{5'000};
};

/// Where assets come from: PostgreSQL if `dsn` is given, else `csv`, else what is built in.
struct metadata_settings {
  std::string dsn; ///< libpq's URI or key=value pairs; may hold a password
  std::string password;
  std::string password_file; ///< its first line is the password; `parse` reads it into `password`
  std::string csv;           ///< watched for changes
  std::string cache_file = "tickboard-assets.csv"; ///< the last known assets of PostgreSQL
  milliseconds connect_timeout{5'000};
  milliseconds reply_timeout{10'000};
  milliseconds probe_interval{5'000}; ///< a silent connection is asked whether it lives
  milliseconds backoff_max{5'000};
};

/// US dollar rates, from the markets that are followed.
struct rates_settings {
  milliseconds max_age{300'000}; ///< a market that is silent for longer makes no rate
};

struct view_settings {
  milliseconds max_age{0};     ///< how old a reused page may be; 0: every page is evaluated anew
  milliseconds timeout{2'000}; ///< a page that takes longer is answered 503
  std::uint32_t scan_limit = 2'000; ///< index entries and scores a script call may look at
  milliseconds snapshot_ttl{300'000};
  std::size_t max_snapshots = 64;        ///< held in Redis at once, by all daemons
  std::uint32_t max_frozen_rows = 5'000; ///< rows that a snapshot may copy
  milliseconds max_stale{0}; ///< age of the last good page while Redis cannot answer; 0: 503
  std::size_t cache_bytes = 64 * 1024 * 1024;
  std::size_t max_pending = 10'000; ///< distinct questions waiting for Redis; further ones get 503
  std::size_t connections = 4;      ///< to Redis, which questions are asked over
  std::size_t plain_at_once = 16;   ///< evaluations of all other questions in Redis
  std::size_t costly_at_once = 1;   ///< evaluations of costly questions in Redis
  std::size_t max_costly_pending = 256; ///< waiting for those; further ones get 503
};

/// Views that clients follow (GET /v1/stream, /v1/ws).
struct live_settings {
  milliseconds heartbeat{10'000};           ///< a client hears something this often
  std::size_t max_views = 1'000;            ///< followed at once, each at an interval of its own
  std::size_t max_subscribers = 10'000;     ///< waiting for news; further ones get 503
  std::size_t max_bytes = 64 * 1024 * 1024; ///< for the last states of views
  std::uint32_t client_share = 50;          ///< percent of these three that one client may have
};

/// The history that charts have. Counts are of each market.
struct candle_settings {
  bool enabled = true;
  std::uint32_t minutes = 1'440; ///< candles of a minute that are kept
  std::uint32_t hours = 720;
  std::uint32_t days = 365;
};

struct supervision_settings {
  milliseconds backoff_min{250};
  milliseconds backoff_max{30'000};
  std::uint32_t budget = 10;          ///< restarts of one child within `budget_window` ...
  milliseconds budget_window{60'000}; ///< ... after which it is tried only every `slow_retry`
  milliseconds slow_retry{60'000};
};

/// Frames whose decoder fails, kept as recordings.
struct quarantine_settings {
  std::string directory = "tickboard-quarantine"; ///< empty: none is kept
  std::size_t max_bytes = 16 * 1024 * 1024;       ///< of all files in the directory
};

/// What is kept of connects to exchanges, so that their limits hold across restarts.
struct connect_settings {
  std::string file = "tickboard-connects.json"; ///< empty: none is kept
};

/// Everything the daemon can be told. Defaults are here and nowhere else; units are in the types.
struct settings {
  io_settings io;
  actor_settings actors;
  log_settings log;
  http_settings http;
  client_settings clients;
  admin_settings admin;
  redis_settings redis;
  metadata_settings metadata;
  rates_settings rates;
  view_settings view;
  live_settings live;
  candle_settings candles;
  supervision_settings supervision;
  quarantine_settings quarantine;
  connect_settings connects;
  milliseconds warmup{
      10'000}; ///< at start, how long markets without data are waited for before pages are served
  milliseconds stop_timeout{10'000}; ///< at a stop, for what is under way
  std::vector<key_settings> keys;    ///< at most max_keys
  std::vector<feed_settings> feeds;  ///< at least one for `serve`
};

/// Most API keys: each request that gives one is compared with all of them.
inline constexpr std::size_t max_keys = 1'000;

/// Parses a config file's text. All problems are reported at once, one a line:
/// "file:line:column: key: what is wrong; allowed: ...", the first 100 in the order of the file.
/// `file` is for the messages, which never hold URLs, user names or passwords. Looks at the files
/// that keys name (ca_file, password_file), so it may block: not for io threads or actors.
result<settings> parse(std::string_view text, std::string_view file);

/// The keys, as "section.key", that `a` and `b` have other values for, but for those of feeds;
/// "key" if API keys differ.
std::vector<std::string> differences(settings a, settings b);

/// Reads and parses `file`; at most 1 MiB.
result<settings> load(const std::string& file);

/// config/reference.toml: every key with its meaning and default, from the table that `parse`
/// uses.
std::string reference();

/// docs/configuration.md: the same for people, as Markdown.
std::string reference_page();

} // namespace tickboard::config
