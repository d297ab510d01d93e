#include "adapters/config/schema.hpp"

#include "adapters/config/text_values.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <type_traits>

namespace tickboard::config {

namespace {

using namespace std::chrono_literals;

template <auto Section, auto Member>
slot in(target t) {
  return &(t.all.*Section.*Member);
}

template <auto Member>
slot daemon(target t) {
  return &(t.all.*Member);
}

template <auto Member>
slot feed(target t) {
  return &(t.feed.*Member);
}

template <auto Member>
slot api_key(target t) {
  return &(t.api_key.*Member);
}

constexpr domain yes_or_no{};

constexpr domain count(std::uint64_t min, std::uint64_t max) {
  return {unit::count, min, max};
}

constexpr domain bytes(std::uint64_t min, std::uint64_t max) {
  return {unit::bytes, min, max};
}

constexpr domain time(milliseconds min, milliseconds max) {
  return {unit::time, static_cast<std::uint64_t>(min.count()),
          static_cast<std::uint64_t>(max.count())};
}

constexpr domain text(const text_rule& rule) {
  return {unit::text, 0, 0, &rule};
}

constexpr domain list(std::uint64_t min, std::uint64_t max, const text_rule& rule) {
  return {unit::list, min, max, &rule};
}

constexpr std::uint64_t kib = 1024, mib = 1024 * kib, gib = 1024 * mib;

const std::array io_keys{
    key{"threads", in<&settings::io, &io_settings::threads>, count(1, 64),
        "Threads that read and write sockets. Each runs a part of the connections."},
};

const std::array actor_keys{
    key{"threads", in<&settings::actors, &actor_settings::threads>, count(0, 256),
        "Threads that run the actors. 0: the first io thread does, which saves waking others."},
    key{"normalizers", in<&settings::actors, &actor_settings::normalizers>, count(1, 256),
        "Actors that decode frames. A connection always uses the same one, so order is kept."},
    key{"writers", in<&settings::actors, &actor_settings::writers>, count(1, 256),
        "Actors that write to Redis. A market always belongs to the same one."},
};

const std::array log_keys{
    key{"level", in<&settings::log, &log_settings::level>, text(rules::log_level),
        "Least important messages that are written to standard error."},
    key{"format", in<&settings::log, &log_settings::format>, text(rules::log_format),
        "How lines look: logfmt (key=value pairs) or json (an object each). Where standard error "
        "is "
        "systemd's journal, they begin with their priority and have no time of their own."},
};

const std::array http_keys{
    key{"listen", in<&settings::http, &http_settings::listen>, text(rules::host_port),
        "Address that answers the API. Keep 127.0.0.1 unless a proxy or a firewall guards it."},
    key{"max_connections", in<&settings::http, &http_settings::max_connections>,
        count(1, 1'000'000), "Clients connected at once; further ones get 503."},
    key{"max_header_bytes", in<&settings::http, &http_settings::max_header_bytes>, bytes(kib, mib),
        "Longest request line with headers; more gets 431."},
    key{"max_body_bytes", in<&settings::http, &http_settings::max_body_bytes>, bytes(0, 64 * mib),
        "Longest request body; more gets 413."},
    key{"header_timeout", in<&settings::http, &http_settings::header_timeout>, time(100ms, 10min),
        "Time for a request to arrive, from its first byte to its end."},
    key{"idle_timeout", in<&settings::http, &http_settings::idle_timeout>, time(1s, 24h),
        "How long a connection may stay open between requests, and a WebSocket that follows "
        "nothing. One that is silent as long is pinged, and cut after as long again."},
    key{"write_timeout", in<&settings::http, &http_settings::write_timeout>, time(100ms, 1h),
        "Time for a client to take one response."},
    key{"gzip", in<&settings::http, &http_settings::gzip>, yes_or_no,
        "Compress responses for clients that accept it."},
    key{"metrics", in<&settings::http, &http_settings::metrics>, yes_or_no,
        "Answer /metrics, for Prometheus, here as well. It is guarded as every resource: where "
        "clients need a [[key]], Prometheus gives one as they do. false where clients are not to "
        "see it; admin.listen has it in any case, without a key."},
    key{"cors_origin", in<&settings::http, &http_settings::cors_origin>, text(rules::cors_origin),
        "Whose pages may read answers from within a browser (CORS): one origin, * for all, empty "
        "for none but those that this daemon serves."},
    key{"tls_certificate", in<&settings::http, &http_settings::tls_certificate>,
        text(rules::readable_file),
        "Certificate chain (PEM, leaf first) to answer HTTPS (TLS 1.2 or later) instead of HTTP; "
        "with tls_key. Read at the start and on SIGHUP: who connects from then on meets the new "
        "one."},
    key{"tls_key", in<&settings::http, &http_settings::tls_key>, text(rules::readable_file),
        "The certificate's key (PEM, without a password)."},
};

const std::array client_keys{
    key{"key_required", in<&settings::clients, &client_settings::key_required>, yes_or_no,
        "Answer only those who give a [[key]]. /healthz, /readyz and the documentation need none."},
    key{"rate", in<&settings::clients, &client_settings::rate>, count(1, 1'000'000),
        "Requests a second of those without a key, for each IPv4 address or IPv6 network (/64); "
        "more get 429. 0: not limited. Behind a proxy all its clients have one address."},
    key{"burst", in<&settings::clients, &client_settings::burst>, count(1, 1'000'000),
        "Requests at once, after a pause. 0: as many as `rate`."},
    key{"max_networks", in<&settings::clients, &client_settings::max_networks>,
        count(1, 10'000'000),
        "Addresses whose requests are counted; the one that asked longest ago is forgotten for a "
        "further one. Some 200 bytes each."},
};

const std::array admin_keys{
    key{"listen", in<&settings::admin, &admin_settings::listen>, text(rules::host_port),
        "Address that answers /healthz, /readyz, /metrics, /v1/exchanges and /v1/supervision in "
        "plain HTTP, "
        "to "
        "whoever reaches it: neither keys nor limits count there, and clients of the API do not "
        "take "
        "its places. Such as \"127.0.0.1:8081\"; empty: none."},
};

const std::array redis_keys{
    key{"url", in<&settings::redis, &redis_settings::url>, text(rules::redis_url),
        "The Redis server that holds the market state. The port is 6379 and the database 0 if "
        "they are not given. TLS is not spoken: a tunnel beside the daemon (stunnel) leads to a "
        "Redis that wants it."},
    key{"username", in<&settings::redis, &redis_settings::username>, text(rules::secret),
        "User of Redis' access control list; empty for the default user."},
    key{"password", in<&settings::redis, &redis_settings::password>, text(rules::secret),
        "Empty for none. Prefer password_file, which keeps the secret out of this file."},
    key{"password_file", in<&settings::redis, &redis_settings::password_file>,
        text(rules::readable_file),
        "File whose first line is the password; instead of `password`."},
    key{"sentinels", in<&settings::redis, &redis_settings::sentinels>, list(0, 16, rules::sentinel),
        "Redis Sentinels that know where the primary is; they are asked before each attempt to "
        "reach it, and only the database of `url` counts then."},
    key{"sentinel_master", in<&settings::redis, &redis_settings::sentinel_master>,
        text(rules::secret), "What the sentinels call the servers that they watch over."},
    key{"sentinel_password", in<&settings::redis, &redis_settings::sentinel_password>,
        text(rules::secret), "Of the sentinels themselves. Prefer sentinel_password_file."},
    key{"sentinel_password_file", in<&settings::redis, &redis_settings::sentinel_password_file>,
        text(rules::readable_file),
        "File whose first line is that password; instead of `sentinel_password`."},
    key{"prefix", in<&settings::redis, &redis_settings::prefix>, text(rules::name),
        "Start of every key, so that several boards can share one Redis."},
    key{"partitions", in<&settings::redis, &redis_settings::partitions>, list(0, 64, rules::asset),
        "Quote assets whose markets are indexed apart, which makes questions for them cheap. All "
        "other quotes share one more partition."},
    key{"connect_timeout", in<&settings::redis, &redis_settings::connect_timeout>,
        time(100ms, 10min), "Time for a connection to Redis to stand."},
    key{"reply_timeout", in<&settings::redis, &redis_settings::reply_timeout>, time(100ms, 10min),
        "A command without reply for this long: the connection is made anew."},
    key{"backoff_max", in<&settings::redis, &redis_settings::backoff_max>, time(100ms, 1h),
        "Longest pause between attempts to reach Redis."},
};

const std::array metadata_keys{
    key{"dsn", in<&settings::metadata, &metadata_settings::dsn>, text(rules::postgres_dsn),
        "The PostgreSQL database that holds what is known of assets; `tickboard migrate` makes its "
        "tables. Empty: they come from `csv`."},
    key{"password", in<&settings::metadata, &metadata_settings::password>, text(rules::secret),
        "Of PostgreSQL; goes before one in the DSN. Prefer password_file, which keeps the secret "
        "out of this file."},
    key{"password_file", in<&settings::metadata, &metadata_settings::password_file>,
        text(rules::readable_file),
        "File whose first line is the password; instead of `password`."},
    key{"csv", in<&settings::metadata, &metadata_settings::csv>, text(rules::readable_file),
        "File with what is known of assets, read again whenever it changes; instead of `dsn`. "
        "Empty: a few well-known assets that are built in. config/assets.csv shows the columns."},
    key{"cache_file", in<&settings::metadata, &metadata_settings::cache_file>, text(rules::path),
        "Keeps the last known assets of PostgreSQL, to serve when it is down at a start. Empty: "
        "they are not kept. A relative path starts at the working directory."},
    key{"connect_timeout", in<&settings::metadata, &metadata_settings::connect_timeout>,
        time(100ms, 10min), "Time for a connection to PostgreSQL to stand."},
    key{"reply_timeout", in<&settings::metadata, &metadata_settings::reply_timeout>,
        time(100ms, 10min),
        "A statement without any of its answer for this long: the connection is made anew."},
    key{"probe_interval", in<&settings::metadata, &metadata_settings::probe_interval>,
        time(100ms, 1h), "A connection that is silent for this long is asked whether it lives."},
    key{"backoff_max", in<&settings::metadata, &metadata_settings::backoff_max>, time(100ms, 1h),
        "Longest pause between attempts to reach PostgreSQL."},
};

const std::array rates_keys{
    key{"max_age", in<&settings::rates, &rates_settings::max_age>, time(1s, 24h),
        "A market that its exchange has been silent about for longer makes no rate; without any "
        "other, dollar values are null. Quiet markets of stable assets may have minutes between "
        "updates."},
};

const std::array view_keys{
    key{"max_age", in<&settings::view, &view_settings::max_age>, time(0ms, 1h),
        "How old a page that is answered again may be; clients see it in Cache-Control. With \"0\" "
        "every page is asked of Redis anew."},
    key{"timeout", in<&settings::view, &view_settings::timeout>, time(10ms, 1min),
        "A page that takes longer is answered with 503."},
    key{"scan_limit", in<&settings::view, &view_settings::scan_limit>, count(100, 10'000'000),
        "Index entries and scores that one script call may look at. Redis serves nobody else "
        "meanwhile; views that take more are answered in several calls."},
    key{"snapshot_ttl", in<&settings::view, &view_settings::snapshot_ttl>, time(1s, 24h),
        "How long a snapshot can be paged through; then it is gone."},
    key{"max_snapshots", in<&settings::view, &view_settings::max_snapshots>, count(1, 10'000),
        "Snapshots in Redis at once; each holds one copy of an index. Further ones get 503."},
    key{"max_frozen_rows", in<&settings::view, &view_settings::max_frozen_rows>,
        count(1, 1'000'000),
        "Rows that a snapshot with rows=frozen may copy; a larger view gets 400."},
    key{"max_stale", in<&settings::view, &view_settings::max_stale>, time(0ms, 24h),
        "While Redis cannot answer, a page is answered as it last was, if that is not longer ago "
        "and cache_bytes had room for it, and says so: stale_since_ms, X-Stale-Since. With \"0\" "
        "it "
        "gets 503."},
    key{"cache_bytes", in<&settings::view, &view_settings::cache_bytes>, bytes(0, 64 * gib),
        "Memory for pages that may be answered again; only used with a max_age or max_stale."},
    key{"max_pending", in<&settings::view, &view_settings::max_pending>, count(1, 1'000'000),
        "Distinct questions that may wait for Redis; further ones get 503."},
    key{"costly_at_once", in<&settings::view, &view_settings::costly_at_once>, count(1, 1'000),
        "Views whose cost their page does not bound (filters, categories, new snapshots, movers) "
        "that Redis works on at a time, so that all others find it free. The rest wait, each "
        "client "
        "in turn."},
    key{"max_costly_pending", in<&settings::view, &view_settings::max_costly_pending>,
        count(1, 1'000'000),
        "Costly views that may wait; further ones get 503, the clients' that have most waiting."},
    key{"connections", in<&settings::view, &view_settings::connections>, count(1, 64),
        "Connections to Redis that questions are asked over. Over a single one large answers wait "
        "in Redis until those before them are read, which costs it a third more."},
    key{"plain_at_once", in<&settings::view, &view_settings::plain_at_once>, count(1, 10'000),
        "All other questions but candles that Redis works on at a time; the rest wait here, where "
        "who asks the "
        "same still shares. Few keep what is copied in the processor's cache. Raise it for a Redis "
        "from which an answer takes more than a millisecond."},
};

const std::array live_keys{
    key{"heartbeat", in<&settings::live, &live_settings::heartbeat>, time(1s, 15s),
        "Who follows a view in which nothing changes hears so this often. The board takes 20 s of "
        "silence for an outage."},
    key{"max_views", in<&settings::live, &live_settings::max_views>, count(1, 100'000),
        "Views that are followed at once; the same one at another interval counts again. Further "
        "ones get 503."},
    key{"max_subscribers", in<&settings::live, &live_settings::max_subscribers>,
        count(1, 1'000'000),
        "Subscriptions that wait for news; further ones get 503. Each stream is one, a WebSocket "
        "may have 32."},
    key{"max_bytes", in<&settings::live, &live_settings::max_bytes>, bytes(kib, 64 * gib),
        "Memory for what clients were told last. Views beyond it get 503."},
    key{"client_share", in<&settings::live, &live_settings::client_share>, count(1, 100),
        "Percent of each of these three that one client may have: a [[key]], or without one an "
        "IPv4 address or IPv6 network (/64); more gets 503. A view is counted for the first who "
        "follows it. Behind a proxy all clients without a key are one: 100 lets them share."},
};

const std::array candle_keys{
    key{"enabled", in<&settings::candles, &candle_settings::enabled>, yes_or_no,
        "Keep candles of every market, in Redis: with the counts below some 20 KB a market."},
    key{"minutes", in<&settings::candles, &candle_settings::minutes>, count(120, 10'080),
        "Candles of a minute that are kept; those of 5m and 15m are made of them."},
    key{"hours", in<&settings::candles, &candle_settings::hours>, count(48, 8'784),
        "Candles of an hour that are kept; those of 4h are made of them."},
    key{"days", in<&settings::candles, &candle_settings::days>, count(30, 3'660),
        "Candles of a day that are kept."},
};

const std::array supervision_keys{
    key{"backoff_min", in<&settings::supervision, &supervision_settings::backoff_min>,
        time(1ms, 1h), "Pause before the first restart of a part that failed."},
    key{"backoff_max", in<&settings::supervision, &supervision_settings::backoff_max>,
        time(1ms, 24h), "Longest pause: each one is up to twice as long as the one before."},
    key{"budget", in<&settings::supervision, &supervision_settings::budget>, count(1, 10'000),
        "Restarts of one part within budget_window after which it is in alarm."},
    key{"budget_window", in<&settings::supervision, &supervision_settings::budget_window>,
        time(1s, 24h), "See budget."},
    key{"slow_retry", in<&settings::supervision, &supervision_settings::slow_retry>, time(1s, 24h),
        "Pause between restarts of a part in alarm."},
};

const std::array quarantine_keys{
    key{"directory", in<&settings::quarantine, &quarantine_settings::directory>, text(rules::path),
        "Where frames that our decoders fail at are kept, as recordings for `tickboard normalize`. "
        "Made when the first one comes. Empty: they are only counted. A relative path starts at "
        "the working directory."},
    key{"max_bytes", in<&settings::quarantine, &quarantine_settings::max_bytes>,
        bytes(64 * kib, 64 * gib),
        "Most that the files of the directory may hold; further frames are only counted."},
};

const std::array connect_keys{
    key{"file", in<&settings::connects, &connect_settings::file>, text(rules::path),
        "Where attempts to connect, and bans by exchanges (HTTP status 418, 429), are kept, so "
        "that their limits hold across restarts. Each daemon needs its own. Empty: they are kept "
        "in memory only. A relative path starts at the working directory."},
};

const std::array daemon_keys{
    key{"warmup", daemon<&settings::warmup>, time(0ms, 1h),
        "At start, how long markets without data are waited for before pages are served. While "
        "none "
        "has any, none is served."},
    key{"stop_timeout", daemon<&settings::stop_timeout>, time(0ms, 10min),
        "At a stop, how long requests and updates that are under way may take to be finished."},
};

const std::array api_key_keys{
    key{"name", api_key<&key_settings::name>, text(rules::name),
        "What the key is called here; unique.", "\"somebody\""},
    key{"sha256", api_key<&key_settings::sha256>, text(rules::sha256),
        "SHA-256 of the key, which itself is nowhere in this file. Make a key with `openssl rand "
        "-base64 33`, and its digest with `printf %s KEY | sha256sum`.",
        "\"0cd50652a8e07d27f063e10efe5b6f9700f95d9975d0e59a2c2345aa941a2599\""},
    key{"rate", api_key<&key_settings::rate>, count(1, 1'000'000),
        "Requests a second with this key; more get 429. 0: not limited."},
    key{"burst", api_key<&key_settings::burst>, count(1, 1'000'000),
        "Requests at once, after a pause. 0: as many as `rate`."},
};

const std::array feed_keys{
    key{"exchange", feed<&feed_settings::exchange>, text(rules::exchange),
        "The exchange, by the name of its adapter.", "\"binance\""},
    key{"name", feed<&feed_settings::name>, text(rules::feed_name),
        "What rows call the exchange; unique. Empty: as in `exchange`."},
    key{"ws_url", feed<&feed_settings::ws_url>, text(rules::ws_url),
        "WebSocket to connect to. Empty: the exchange's public one."},
    key{"rest_url", feed<&feed_settings::rest_url>, text(rules::rest_url),
        "Where the listing of markets is read. Empty: the exchange's public one."},
    key{"ca_file", feed<&feed_settings::ca_file>, text(rules::readable_file),
        "Certificates (PEM) to trust instead of the system's. A relative path starts at the "
        "working directory."},
    key{"channels", feed<&feed_settings::channels>, list(1, 16, rules::channel),
        "Streams to subscribe, by the exchange's own names. Empty: the adapter's choice."},
    key{"symbols", feed<&feed_settings::symbols>, list(1, 10'000, rules::market_pattern),
        "Markets to follow, in unified asset codes, whatever their case; * stands for any run of "
        "characters. What matches nothing is warned of, and shown in /v1/exchanges.",
        "[\"*/USDT\"]"},
    key{"exclude", feed<&feed_settings::exclude>, list(0, 10'000, rules::market_pattern),
        "Markets to leave out of `symbols`, in the same way."},
    key{"streams_per_connection", feed<&feed_settings::streams_per_connection>, count(1, 10'000),
        "Subscriptions on one connection. 0: what the exchange allows."},
    key{"max_connections", feed<&feed_settings::max_connections>, count(1, 1'000),
        "Most connections to the exchange. 0: as many as the markets need."},
    key{"connect_attempts", feed<&feed_settings::connect_attempts>, count(1, 1'000),
        "Most attempts to connect, within the time that the exchange counts them in (binance 5 "
        "minutes, kraken 10, coinbaseexchange a second). Less than allowed where others share our "
        "address. 0: what the exchange allows."},
    key{"stall_timeout", feed<&feed_settings::stall_timeout>, time(1s, 1h),
        "A connection without data for this long is made anew. Heartbeats do not count as data."},
    key{"stale_after", feed<&feed_settings::stale_after>, time(100ms, 1h),
        "Rows are marked stale when their connection is down for this long."},
    key{"mute_after", feed<&feed_settings::mute_after>, time(0ms, 24h),
        "A market of which nothing comes for this long, and for long by its own measure, is looked "
        "up by REST; if it trades, its connection is replaced by a new one. \"0\": never."},
    key{"max_connection_age", feed<&feed_settings::max_connection_age>, time(10s, 7 * 24h),
        "A connection is replaced by a new one at this age, without a gap. \"0\": when the "
        "exchange "
        "says so."},
    key{"listing_interval", feed<&feed_settings::listing_interval>, time(1s, 7 * 24h),
        "How often the exchange is asked what it lists: markets that it does not trade any more "
        "leave, "
        "new ones come. \"0\": only at the start."},
};

const std::array sections{
    section{"daemon", false, "The daemon as a whole.", daemon_keys},
    section{"io", false, "Socket threads.", io_keys},
    section{"actors", false, "Worker threads and pools.", actor_keys},
    section{"log", false, "Log.", log_keys},
    section{"http", false, "The HTTP API.", http_keys},
    section{"clients", false, "Who may ask the API how much. By default everybody, without limit.",
            client_keys},
    section{"admin", false, "A listener for those who run the daemon.", admin_keys},
    section{"redis", false, "The Redis server that holds the board.", redis_keys},
    section{"metadata", false, "What is known of assets: names, categories, supply, links.",
            metadata_keys},
    section{"rates", false, "US dollar rates, which come from the markets that are followed.",
            rates_keys},
    section{"view", false, "Pages of the board.", view_keys},
    section{"live", false, "Views that clients follow (GET /v1/stream, /v1/ws).", live_keys},
    section{"candles", false, "What prices were: GET /v1/markets/{id}/candles.", candle_keys},
    section{"supervision", false, "How failed parts are restarted.", supervision_keys},
    section{"quarantine", false, "Frames that our decoders fail at.", quarantine_keys},
    section{"connects", false, "How often exchanges are connected to.", connect_keys},
    section{"key", true,
            "One API key; write [[key]] once for each, or not at all. Clients give it as "
            "`Authorization: Bearer KEY` or `X-API-Key: KEY`. This one is an example whose key "
            "nobody knows.",
            api_key_keys},
    section{"feed", true, "One followed exchange; write [[feed]] once for each.", feed_keys},
};

std::string domain_text(const domain& takes) {
  switch (takes.of) {
  case unit::none:
    return "true or false";
  case unit::count:
    return fmt::format("a whole number from {} to {}", takes.min, takes.max);
  case unit::bytes:
    return fmt::format("a size from {} to {}, as a number of bytes or text as \"64KiB\", \"2MiB\"",
                       format_size(takes.min), format_size(takes.max));
  case unit::time:
    return fmt::format("a duration from \"{}\" to \"{}\" in ms, s, m or h",
                       format_duration(milliseconds(takes.min)),
                       format_duration(milliseconds(takes.max)));
  case unit::text:
    return takes.rule->allowed();
  case unit::list:
    return fmt::format("a list of {} to {} texts, each {}", takes.min, takes.max,
                       takes.rule->allowed());
  }
  return {};
}

/// The default of `one` as TOML if it is outside of the domain and yet allowed: 0 or empty, which
/// then have a meaning of their own. Else empty.
std::string special_default(const key& one) {
  if (!one.example.empty())
    return {};
  settings all;
  feed_settings feed;
  key_settings api_key;
  const auto value = to_toml(one.at({all, feed, api_key}), one.takes.of);
  const bool nothing = value == "0" || value == "\"0\"" || value == "\"\"" || value == "[]";
  const bool in_domain =
      one.takes.of == unit::text ? one.takes.rule->accepts("") : one.takes.min == 0;
  return nothing && !in_domain ? value : "";
}

} // namespace

std::span<const section> schema() {
  return sections;
}

std::string title(const section& one) {
  return fmt::format(fmt::runtime(one.repeated ? "[[{}]]" : "[{}]"), one.name);
}

std::string default_of(const key& one) {
  if (!one.example.empty())
    return {};
  settings all;
  feed_settings feed;
  key_settings api_key;
  return to_toml(one.at({all, feed, api_key}), one.takes.of);
}

std::string allowed(const key& one) {
  const auto special = special_default(one);
  return special.empty() ? domain_text(one.takes)
                         : fmt::format("{}, or {}", domain_text(one.takes), special);
}

std::string to_toml(const slot& where, unit of) {
  return std::visit(
      [of](const auto* value) -> std::string {
        using type = std::decay_t<decltype(*value)>;
        if constexpr (std::is_same_v<type, milliseconds>)
          return fmt::format("\"{}\"", format_duration(*value));
        else if constexpr (std::is_same_v<type, std::string>)
          return fmt::format("\"{}\"", *value);
        else if constexpr (std::is_same_v<type, std::vector<std::string>>)
          return value->empty() ? "[]" : fmt::format("[\"{}\"]", fmt::join(*value, "\", \""));
        else if constexpr (std::is_same_v<type, bool>)
          return fmt::format("{}", *value);
        else if (of == unit::bytes && *value % 1024 == 0 && *value > 0)
          return fmt::format("\"{}\"", format_size(*value));
        else
          return fmt::format("{}", *value);
      },
      where);
}

} // namespace tickboard::config
