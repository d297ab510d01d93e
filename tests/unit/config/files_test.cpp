#include "adapters/config/schema.hpp"
#include "tests/unit/config/config_text.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <iterator>

namespace tickboard::config {

namespace {

const std::string directory = TICKBOARD_SOURCE_DIR "/config/";

std::string content(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string values(settings& all, feed_settings& feed, key_settings& api_key) {
  std::string out;
  for (const auto& section : schema())
    for (const auto& key : section.keys)
      out += fmt::format("{}.{} = {}\n", section.name, key.name,
                         to_toml(key.at({all, feed, api_key}), key.takes.of));
  return out;
}

} // namespace

TEST_CASE("config/reference.toml is what the schema says") {
  // If this fails: tickboard check --reference > config/reference.toml
  CHECK(content(directory + "reference.toml") == reference());
}

TEST_CASE("docs/configuration.md is what the schema says") {
  // If this fails: tickboard check --reference --markdown > docs/configuration.md
  CHECK(content(directory + "../docs/configuration.md") == reference_page());
  for (const auto& section : schema())
    for (const auto& key : section.keys)
      CHECK(reference_page().find(fmt::format("\n| `{}` | ", key.name)) != std::string::npos);
}

TEST_CASE("the reference names every key and holds the defaults") {
  auto parsed = parse(reference(), "reference");
  REQUIRE_MESSAGE(parsed, parsed.error());
  REQUIRE(parsed->feeds.size() == 1);
  settings defaults;
  feed_settings example;
  example.exchange = example.name = "binance";
  example.symbols = {"*/USDT"};
  REQUIRE(parsed->keys.size() == 1);
  key_settings example_key;
  example_key.name = "somebody";
  example_key.sha256 = parsed->keys[0].sha256;
  CHECK(values(*parsed, parsed->feeds[0], parsed->keys[0]) ==
        values(defaults, example, example_key));
  for (const auto& section : schema())
    for (const auto& key : section.keys)
      CHECK(reference().find(fmt::format("\n{} = ", key.name)) != std::string::npos);
}

TEST_CASE("what differs is named, but for feeds") {
  settings a, b;
  CHECK(differences(a, b).empty());
  b.redis.url = "redis://elsewhere:1";
  b.log.level = "debug";
  b.feeds.emplace_back().exchange = "kraken";
  b.keys.emplace_back().name = "somebody";
  CHECK(differences(a, b) == std::vector<std::string>{"log.level", "redis.url", "key"});
  CHECK(differences(b, b).empty());
}

TEST_CASE("the configurations we ship are valid") {
  const auto live = load(directory + "live.toml");
  REQUIRE_MESSAGE(live, live.error());
  CHECK(live->feeds.size() == 3);
  for (const auto& feed : live->feeds)
    CHECK(feed.ws_url.empty());
  const auto demo = load(directory + "demo.toml");
  REQUIRE_MESSAGE(demo, demo.error());
  CHECK(demo->feeds.size() == 3);
  for (const auto& feed : demo->feeds)
    CHECK(feed.ws_url.starts_with("ws://127.0.0.1:91"));
}

TEST_CASE("files that cannot be read are named with the reason") {
  const auto missing = load("/nonexistent/tickboard.toml");
  REQUIRE(!missing);
  CHECK(missing.error().starts_with(
      "/nonexistent/tickboard.toml: cannot be read: No such file or directory; allowed: "));
  CHECK(!load("/")); // a directory
  CHECK(!load("/dev/zero"));
}

TEST_CASE("problems of a loaded file carry its name") {
  const temporary_file file("[http]\nlisten = 'x'\n");
  const auto loaded = load(file.path());
  REQUIRE(!loaded);
  CHECK(loaded.error().starts_with(file.path() + ":1:1: feed: "));
  CHECK(loaded.error().find(file.path() + ":2:10: http.listen: ") != std::string::npos);
}

TEST_CASE("the password comes from the first line of its file") {
  const auto with = [](const std::string& path, std::string_view more = "") {
    return parse(fmt::format("[redis]\npassword_file = '{}'\n{}\n{}", path, more, valid_feed), "f");
  };
  for (const auto* text : {"hunter2", "hunter2\n", "hunter2\r\n", "hunter2\nsecond line\n"}) {
    const temporary_file file(text);
    const auto parsed = with(file.path());
    REQUIRE_MESSAGE(parsed, parsed.error());
    CHECK(parsed->redis.password == "hunter2");
  }
  const auto check_refused = [](const result<settings>& parsed) {
    REQUIRE(!parsed);
    CHECK(parsed.error().starts_with("f:2:17: redis.password_file: "));
    CHECK(parsed.error().find("hunter2") == std::string::npos);
  };
  check_refused(with("/nonexistent"));
  check_refused(with("/"));
  check_refused(with(temporary_file("").path()));
  check_refused(with(temporary_file("\nhunter2").path()));
  check_refused(with(temporary_file("hunter2" + std::string(5000, 'x')).path()));
  check_refused(with(temporary_file("hunter2").path(), "password = 'hunter2'"));
}

TEST_CASE("sentinels come with the name of what they watch over, and a password of their own") {
  const auto with = [](std::string_view lines) {
    return parse(fmt::format("[redis]\n{}\n{}", lines, valid_feed), "f");
  };
  const temporary_file file("hunter2\n");
  const auto parsed =
      with(fmt::format("sentinels = ['a:26379', '[::1]:1']\nsentinel_master = 'board'\n"
                       "sentinel_password_file = '{}'",
                       file.path()));
  REQUIRE_MESSAGE(parsed, parsed.error());
  CHECK(parsed->redis.sentinels == std::vector<std::string>{"a:26379", "[::1]:1"});
  CHECK(parsed->redis.sentinel_password == "hunter2");
  CHECK(parsed->redis.password.empty());

  const auto refused_with = [&](std::string_view lines) {
    const auto refused = with(lines);
    REQUIRE(!refused);
    return refused.error();
  };
  CHECK(refused_with("sentinels = ['a:1']") ==
        "f:2:13: redis.sentinels: is given without sentinel_master; allowed: both or none");
  CHECK(refused_with("sentinel_master = 'board'") ==
        "f:2:19: redis.sentinel_master: is given without sentinels; allowed: both or none");
  for (const auto* bad : {"a", "a:0", "a:70000", "redis://a:1", "user:pw@a:1", "a:1/2", ":1"})
    CHECK(refused_with(fmt::format("sentinels = ['{}']\nsentinel_master = 'board'", bad))
              .starts_with("f:2:14: redis.sentinels: "));
  CHECK(refused_with(fmt::format("sentinels = ['a:1']\nsentinel_master = 'board'\n"
                                 "sentinel_password = 'hunter3'\nsentinel_password_file = '{}'",
                                 file.path()))
            .starts_with("f:5:26: redis.sentinel_password_file: is given beside"));
}

TEST_CASE("metadata comes from PostgreSQL or from a file") {
  const auto with = [](std::string_view lines) {
    return parse(fmt::format("[metadata]\n{}\n{}", lines, valid_feed), "f");
  };
  const temporary_file file("hunter2\n");
  const auto database =
      with(fmt::format("dsn = 'postgresql://me@h/d'\npassword_file = '{}'", file.path()));
  REQUIRE_MESSAGE(database, database.error());
  CHECK(database->metadata.password == "hunter2");
  const auto csv = with(fmt::format("csv = '{}'", file.path()));
  REQUIRE_MESSAGE(csv, csv.error());
  CHECK(csv->metadata.csv == file.path());

  const auto both = with(fmt::format("dsn = 'dbname=x'\ncsv = '{}'", file.path()));
  REQUIRE(!both);
  CHECK(both.error().starts_with("f:3:7: metadata.csv: is given beside dsn; allowed: "));
  for (const std::string bad : {"dsn = 'hunter2'", "dsn = 'host=h hunter2=x'",
                                "dsn = 'service=hunter2'", "dsn = 'postgresql://a:hunter2@['"}) {
    const auto refused = with(bad);
    REQUIRE_MESSAGE(!refused, bad);
    CHECK(refused.error().starts_with("f:2:7: metadata.dsn: the value is not a DSN of PostgreSQL"));
    CHECK(refused.error().find("hunter2") == std::string::npos);
  }
  CHECK(!with("csv = '/nonexistent.csv'"));
  CHECK(with("cache_file = '/nonexistent/yet.csv'"));
  CHECK(with("cache_file = ''"));
}

TEST_CASE("certificates must be readable when the configuration is loaded") {
  const auto with = [](const std::string& path) {
    return report(fmt::format("{}ca_file = '{}'\n", valid_feed, path));
  };
  CHECK(with("/nonexistent").starts_with("f:4:11: feed.ca_file: \"/nonexistent\" is not a file "));
  CHECK(with(temporary_file("pem").path()) == "");
}

} // namespace tickboard::config
