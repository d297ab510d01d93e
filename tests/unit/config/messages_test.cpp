#include "adapters/exchange/exchange.hpp"
#include "tests/unit/config/config_text.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>

namespace tickboard::config {

namespace {

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != text.npos;
}

void check_text(std::string_view section, std::string_view key, bool valid,
                std::initializer_list<std::string_view> values) {
  for (const auto value : values) {
    const auto line = fmt::format("{} = '{}'", key, value);
    const auto found =
        section == "feed"
            ? report(fmt::format("[[feed]]\nexchange='kraken'\nsymbols=['A/B']\n{}\n", line))
            : report_with_feed(fmt::format("[{}]\n{}", section, line));
    CAPTURE(value);
    CAPTURE(found);
    CHECK(found.empty() == valid);
  }
}

} // namespace

TEST_CASE("all problems are reported, one a line, in the order of the file") {
  const auto found = report(R"([view]
timeout = "1s1"
[redis]
url = "http://u:hunter2@host"
pasword = "hunter2"
[https]
a = 1
[[feed]]
exchange = "binence"
symbols = ["BTCUSDT"]
[actors]
writers = 0
)");
  std::vector<std::string> lines;
  for (std::size_t at = 0; at <= found.size();) {
    const auto end = std::min(found.find('\n', at), found.size());
    lines.push_back(found.substr(at, end - at));
    at = end + 1;
  }
  REQUIRE(lines.size() == 7);
  CHECK(lines[0].starts_with("f:2:11: view.timeout: \"1s1\" is not a duration; allowed: "));
  CHECK(lines[1].starts_with("f:4:7: redis.url: the value is not a Redis URL; allowed: "));
  CHECK(lines[2].starts_with(
      "f:5:1: redis.pasword: unknown key, did you mean password?; allowed: url, username, "));
  CHECK(lines[3].starts_with("f:6:2: https: unknown section, did you mean http?; allowed: "));
  CHECK(lines[4].starts_with("f:9:12: feed.exchange: \"binence\" is not a known exchange; "));
  CHECK(lines[5].starts_with("f:10:12: feed.symbols: \"BTCUSDT\" is not a market pattern; "));
  CHECK(lines[6].starts_with("f:12:11: actors.writers: 0 is out of range; allowed: "));
  for (const auto& name : exchange::protocol_names())
    CHECK(has(lines[4], "\"" + name + "\""));
  CHECK(!has(found, "hunter2"));
}

TEST_CASE("sections of the wrong shape are named") {
  CHECK(report_with_feed("redis = 3")
            .starts_with("f:1:9: redis: is a whole number; allowed: one section [redis]"));
  CHECK(report_with_feed("[[redis]]")
            .starts_with("f:1:1: redis: is a list; allowed: one section [redis]"));
  CHECK(report("[feed]\nexchange = 'kraken'")
            .starts_with("f:1:1: feed: is a table; allowed: one or more [[feed]]"));
  CHECK(report("feed = [1]").starts_with("f:1:9: feed: is a whole number; allowed: "));
  CHECK(report("feed = []").starts_with("f:1:8: feed: is a list; allowed: one or more [[feed]]"));
  CHECK(has(report_with_feed("warmup = '5s'"), "f:1:1: warmup: unknown key outside sections"));
  CHECK(has(report_with_feed("[redis.pool]\nsize = 1"), "f:1:8: redis.pool: unknown key"));
}

TEST_CASE("no feeds is a problem of the file") {
  CHECK(report("") == "f:1:1: feed: no exchange is followed; allowed: one or more [[feed]]");
}

TEST_CASE("keys that must be given are missed at the feed") {
  const auto found = report("\n\n[[feed]]\nchannels = []\n");
  CHECK(has(found, "f:3:1: feed.exchange: is missing; allowed: "));
  CHECK(has(found, "f:3:1: feed.symbols: is missing; allowed: "));
}

TEST_CASE("a burst is of a rate") {
  CHECK(report_with_feed("[clients]\nrate = 1\nburst = 5\n") == "");
  CHECK(
      report_with_feed("[clients]\nburst = 5\n") ==
      "f:2:9: clients.burst: is given without rate, so that nothing is limited; allowed: beside a "
      "rate of 1 or more");
  CHECK(has(report_with_feed(fmt::format("[[key]]\nname = 'a'\nburst = 5\nsha256 = '{}'\n",
                                         std::string(64, 'a'))),
            "f:3:9: key.burst: is given without rate"));
}

TEST_CASE("the two listeners leave room for each other") {
  const auto found = [](std::string_view http, std::string_view admin) {
    return report_with_feed(
        fmt::format("[http]\nlisten = '{}'\n[admin]\nlisten = '{}'\n", http, admin));
  };
  CHECK(found("127.0.0.1:8080", "127.0.0.1:8080") ==
        "f:4:10: admin.listen: \"127.0.0.1:8080\" is taken by http.listen, \"127.0.0.1:8080\"; "
        "allowed: another port, or an address that http.listen leaves free");
  for (const auto& [http, admin] : {std::pair{"0.0.0.0:8080", "127.0.0.1:8080"},
                                    {"127.0.0.1:8080", "0.0.0.0:8080"},
                                    {"[::]:8080", "127.0.0.1:8080"},
                                    {"[::]:8080", "0.0.0.0:8080"},
                                    {"localhost:8080", "127.0.0.1:8080"},
                                    {"[::1]:8080", "[::]:8080"},
                                    {"a:1", "a:1"}})
    CHECK_MESSAGE(has(found(http, admin), "f:4:10: admin.listen: "), http << " " << admin);
  CHECK(has(report_with_feed("[admin]\nlisten = '127.0.0.1:8080'\n"), // the usual one of http
            "admin.listen: \"127.0.0.1:8080\" is taken"));
  for (const auto& [http, admin] : {std::pair{"127.0.0.1:8080", "127.0.0.1:8081"},
                                    {"127.0.0.1:0", "127.0.0.1:0"},
                                    {"127.0.0.1:8080", "127.0.0.2:8080"},
                                    {"0.0.0.0:8080", "[::1]:8080"},
                                    {"a:1", "b:1"}})
    CHECK(found(http, admin) == "");
}

TEST_CASE("names that the API takes in any letters have none that tell two apart") {
  check_text("feed", "name", true, {"kraken-2", "k.r_1"});
  check_text("feed", "name", false, {"Kraken", "k n", "kr\xC3\xA4ken"});
  check_text("redis", "prefix", true, {"Tb"});
  CHECK(report_with_feed("[redis]\npartitions = ['USDT', 'A-1']") == "");
  CHECK(has(report_with_feed("[redis]\npartitions = ['usdt']"),
            "redis.partitions: \"usdt\" is not an asset code; allowed: a list of 0 to 64 "
            "texts, each 1 to 32 bytes without letters a to z"));
}

TEST_CASE("feed names are unique, also those taken from the exchange") {
  const std::string feed = "[[feed]]\nexchange = 'kraken'\nsymbols = ['A/B']\n";
  CHECK(
      has(report(feed + feed), "f:5:12: feed.name: \"kraken\" is the name of the feed on line 2"));
  CHECK(has(report(feed + "[[feed]]\nexchange = 'binance'\nsymbols = ['A/B']\nname = 'kraken'\n"),
            "f:7:8: feed.name: \"kraken\" is the name of the feed on line 2"));
  CHECK(report(feed + feed + "name = 'second'\n") == "");
}

TEST_CASE("API keys have a name and a digest of their own, and no digest is shown") {
  const auto with = [](std::string_view name, char digit) {
    return fmt::format("[[key]]\nname = '{}'\nsha256 = '{}'\n", name, std::string(64, digit));
  };
  const auto parsed = parse(
      with("a", 'A') + with("b", '2') + "rate = 5\nburst = 7\n" + std::string{valid_feed}, "f");
  REQUIRE(parsed);
  REQUIRE(parsed->keys.size() == 2);
  CHECK(parsed->keys[0].sha256 == std::string(64, 'a'));
  CHECK(parsed->keys[1].name == "b");
  CHECK(parsed->keys[1].rate == 5);
  CHECK(parsed->keys[1].burst == 7);

  CHECK(has(report_with_feed(with("a", '1') + with("a", '2')),
            "f:5:8: key.name: \"a\" is the name of the key on line 2 already; allowed: "));
  const auto twice = report_with_feed(with("a", 'b') + with("b", 'B'));
  CHECK(has(twice, "f:6:10: key.sha256: this is the sha256 of the key on line 3 already; "));
  CHECK(!has(twice, "bbbb"));
  CHECK(has(report_with_feed("[[key]]\nname = 'a'\n"), "f:1:1: key.sha256: is missing; allowed: "));
  const auto text = report_with_feed("[[key]]\nname = 'a'\nsha256 = 'hunter2'\n");
  CHECK(
      has(text, "f:3:10: key.sha256: the value is not a SHA-256; allowed: 64 hexadecimal digits"));
  CHECK(!has(text, "hunter2"));
}

TEST_CASE("there are at most so many API keys") {
  std::string keys;
  for (std::size_t i = 0; i < max_keys; ++i)
    keys += fmt::format("[[key]]\nname = 'k{}'\nsha256 = '{:064x}'\n", i, i);
  CHECK(report_with_feed(keys) == "");
  keys += fmt::format("[[key]]\nname = 'k'\nsha256 = '{:064x}'\n", max_keys);
  CHECK(
      has(report_with_feed(keys), "f:3001:1: key: is one too many; allowed: at most 1000 [[key]]"));
}

TEST_CASE("channels are those of the feed's exchange") {
  for (const auto& name : exchange::protocol_names()) {
    const auto& known = exchange::find_protocol(name)->known_channels();
    const auto with = [&](const std::string& channel) {
      return report(fmt::format("[[feed]]\nexchange = '{}'\nsymbols = ['A/B']\n"
                                "channels = ['{}', '{}']\n",
                                name, known.front(), channel));
    };
    CHECK(with(known.back()) == "");
    const auto found = with("no such");
    CHECK(has(found, fmt::format("f:4:{}: feed.channels: \"no such\" is not a channel of {}; ",
                                 known.front().size() + 17, name)));
    for (const auto& channel : known)
      CHECK(has(found, "\"" + channel + "\""));
  }
}

TEST_CASE("a feed has a channel that carries tickers") {
  const auto with = [&](const std::string& channels) {
    return report(fmt::format("[[feed]]\nexchange = 'coinbaseexchange'\nsymbols = ['A/B']\n"
                              "channels = [{}]\n",
                              channels));
  };
  CHECK(has(with("'heartbeat'"),
            "f:4:12: feed.channels: has none that carries tickers of coinbaseexchange; allowed: at "
            "least one of \"ticker\", \"ticker_batch\""));
  CHECK(with("'heartbeat', 'ticker_batch'") == "");
  CHECK(!has(with("'heartbeat', 'no such'"), "has none that carries"));
}

TEST_CASE("market patterns") {
  check_text("feed", "name", true, {"a", "kraken-2", "x.y_z"});
  check_text("feed", "name", false,
             {"a:b", "a b", "{a}", std::string_view("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")});
  for (const auto good : {"BTC/USDT", "*/USDT", "BTC/*", "*/*", "1000*/USDT", "\xE5\xB8\x81/USDT"})
    CHECK(report(fmt::format("[[feed]]\nexchange='kraken'\nsymbols=['{}']", good)) == "");
  for (const auto bad : {"BTCUSDT", "BTC/", "/USDT", "A/B/C", "A B/C", "A:B/C", "", "/"})
    CHECK(has(report(fmt::format("[[feed]]\nexchange='kraken'\nsymbols=['A/B','{}']", bad)),
              "f:3:16: feed.symbols: "));
}

TEST_CASE("a Redis that is to be asked over TLS: the error says what to do") {
  const auto lines = report("[redis]\nurl = 'rediss://user:secret@h:6380'\n");
  CHECK(has(lines, "f:2:7: redis.url: the value is not a Redis URL: TLS (rediss://) is not spoken; "
                   "let stunnel, or another tunnel beside tickboard, take "));
  CHECK_FALSE(has(lines, "secret"));
}

TEST_CASE("addresses and URLs") {
  check_text("http", "listen", true,
             {"127.0.0.1:8080", "localhost:0", "[::1]:80", "0.0.0.0:65535", "my-host.lan:1"});
  check_text("http", "listen", false,
             {"", "8080", ":8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "h:-1", "h:1x",
              "::1:80", "[::1]", "[]:80", "a b:80", "http://h:80"});
  check_text("redis", "url", true,
             {"redis://127.0.0.1:6379/0", "redis://redis", "redis://h:1", "redis://h/15",
              "redis://[::1]:6379/2", "unix:///run/redis.sock", "unix:///r.sock?db=4"});
  check_text("redis", "url", false,
             {"", "127.0.0.1:6379", "http://h", "redis://", "redis://h:0", "redis://h/x",
              "redis://h:99999/0", "redis://user:pw@h/0", "unix://relative",
              "unix:///a?db=", "unix:///a?x=1", "rediss://h"});
  check_text("feed", "ws_url", true,
             {"", "ws://127.0.0.1:9101/stream", "wss://ws.kraken.com/v2", "ws://h?a=b"});
  check_text("feed", "ws_url", false,
             {"http://h", "wss:/h", "wss://", "wss://h:0", "wss://h x", "wss://u:p@h", "ws://h#f"});
  check_text("feed", "rest_url", true, {"", "http://127.0.0.1:9101", "https://api.kraken.com"});
  check_text("feed", "rest_url", false, {"ws://h", "https://h/", "https://h/api", "https://h:a"});
}

TEST_CASE("log levels and formats") {
  check_text("log", "level", true, {"debug", "info", "warn", "error"});
  check_text("log", "level", false, {"", "INFO", "trace"});
  check_text("log", "format", true, {"logfmt", "json"});
  check_text("log", "format", false, {"", "JSON", "text"});
}

TEST_CASE("the pauses of supervision fit each other") {
  CHECK(has(report_with_feed("[supervision]\nbackoff_min = '1m'"),
            "f:2:15: supervision.backoff_min: 1m is longer than backoff_max, 30s; allowed: "));
  CHECK(has(report_with_feed("[supervision]\nbackoff_max = '100ms'"), "f:2:15: supervision."));
  CHECK(report_with_feed("[supervision]\nbackoff_min = '1m'\nbackoff_max = '1m'") == "");
}

TEST_CASE("syntax errors have a place and never show values") {
  CHECK(report("[redis]\npassword = hunter2\n").starts_with("f:2:12: syntax: "));
  CHECK(report("[redis\n").starts_with("f:1:7: syntax: "));
  for (const auto* value : {"31415926535897932384626", "3141592653589793e999", "hunter31415",
                            "31415hunter", "\"hunter31415", "'hunter31415", "031415",
                            "0x3141592653589793238462", "3141-59-26", "true31415", "inf31415"}) {
    const auto found = report(fmt::format("[redis]\npassword = {}\n", value));
    CAPTURE(found);
    CHECK(found.starts_with("f:2:"));
    CHECK(!has(found, "1415"));
    CHECK(!has(found, "hunter"));
    CHECK(!has(found, "\n"));
  }
  CHECK(has(report("[redis]\nurl = ''\nurl = ''\n"), "'url'")); // keys are shown
}

TEST_CASE("secrets of the right type but refused otherwise are not shown") {
  const std::string secret(5000, 'Q');
  for (const auto* key : {"username", "password", "url"})
    for (const auto& value : {secret, std::string("QQQQ\\u0001")})
      CHECK(!has(report_with_feed(fmt::format("[redis]\n{} = \"{}\"", key, value)), "QQQQ"));
}

} // namespace tickboard::config
