#include "actors/commands/asking.hpp"
#include "tests/support/temporary_directory.hpp"

#include <doctest/doctest.h>

#include <cstdlib>

using namespace tickboard;
using namespace tickboard::commands;
using namespace tickboard::test;

namespace {

/// The environment's API key, while this object lives.
struct key_in_environment {
  explicit key_in_environment(const char* value) { ::setenv("TICKBOARD_API_KEY", value, 1); }
  key_in_environment(const key_in_environment&) = delete;
  key_in_environment& operator=(const key_in_environment&) = delete;
  ~key_in_environment() { ::unsetenv("TICKBOARD_API_KEY"); }
};

std::string base_of(const std::string& config, bool for_operators = false) {
  const temporary_directory dir;
  asking_options given;
  given.config = dir / "c.toml";
  write_file(given.config, config + "[[feed]]\nexchange = \"kraken\"\nsymbols = [\"*/USD\"]\n");
  const auto found = find_daemon(given, for_operators);
  return found ? found->base : "refused: " + found.error();
}

} // namespace

TEST_CASE("what users write is a resource") {
  CHECK(target_of("quote=USDT&sort=-volume_24h") == "/v1/markets?quote=USDT&sort=-volume_24h");
  CHECK(target_of("").starts_with("/v1/markets"));
  CHECK(target_of("?quote=USD") == "/v1/markets?quote=USD");
  CHECK(target_of("assets?category=meme") == "/v1/assets?category=meme");
  CHECK(target_of("movers") == "/v1/movers");
  CHECK(target_of("markets/kraken:BTC-USD") == "/v1/markets/kraken:BTC-USD");
  CHECK(target_of("/api/v3/coins/list") == "/api/v3/coins/list");
  CHECK(target_of("ids=kraken:BTC-USD,kraken:ETH-USD") ==
        "/v1/markets?ids=kraken:BTC-USD,kraken:ETH-USD");
  CHECK(target_of("search?q=bit coin\r\n\xc3\xa9#") == "/v1/search?q=bit%20coin%0D%0A%C3%A9%23");
}

TEST_CASE("a config tells where its daemon listens") {
  CHECK(base_of("") == "http://127.0.0.1:8080");
  CHECK(base_of("[http]\nlisten = \"0.0.0.0:9000\"\n") == "http://127.0.0.1:9000");
  CHECK(base_of("[http]\nlisten = \"[::]:9000\"\n") == "http://[::1]:9000");
  CHECK(base_of("[http]\nlisten = \"127.0.0.1:0\"\n").find("give --url") != std::string::npos);
  const std::string admin = "[admin]\nlisten = \"127.0.0.1:8081\"\n";
  CHECK(base_of(admin, true) == "http://127.0.0.1:8081");
  CHECK(base_of(admin) == "http://127.0.0.1:8080");
  CHECK(base_of("[http]\nlissten = 1\n").find("c.toml:2:") != std::string::npos);
}

TEST_CASE("where the daemon is: said here, in the environment, or the usual place") {
  asking_options given;
  CHECK(find_daemon(given, false)->base == "http://127.0.0.1:8080");
  ::setenv("TICKBOARD_URL", "https://board.example.org/", 1);
  CHECK(find_daemon(given, false)->base == "https://board.example.org");
  ::setenv("TICKBOARD_URL", "localhost:8080", 1);
  CHECK(find_daemon(given, false).error() ==
        "TICKBOARD_URL: has no scheme; allowed: http://host[:port] or https://host[:port], without "
        "a path");
  given.url = "http://127.0.0.1:9";
  CHECK(find_daemon(given, false)->base == "http://127.0.0.1:9");
  ::unsetenv("TICKBOARD_URL");
}

TEST_CASE("a URL is the address of a daemon, or refused by the name of its option") {
  const auto error = [](const char* url) {
    asking_options given;
    given.url = url;
    const auto found = find_daemon(given, false);
    return found ? "" : found.error();
  };
  CHECK(error("https://[::1]:9/") == "");
  CHECK(error("http://host/v1").starts_with("--url: has a path, which is what QUESTION is for; "));
  CHECK(error("http://host?quote=USD").starts_with("--url: has a path"));
  CHECK(error("ws://host").starts_with("--url: scheme \"ws\" is none of a daemon; allowed: "));
  CHECK(error("ftp://host").starts_with("--url: scheme \"ftp\" is unknown; allowed: "));
  CHECK(error("http://me:secret@host").find("secret") == std::string::npos);
}

TEST_CASE("keys come from a file, else from the environment, and are checked") {
  const temporary_directory dir;
  asking_options given;
  given.url = "http://127.0.0.1:1/";
  CHECK(find_daemon(given, false)->options.api_key.empty());
  CHECK(find_daemon(given, false)->base == "http://127.0.0.1:1");
  const key_in_environment set{"from-environment"};
  CHECK(find_daemon(given, false)->options.api_key == "from-environment");
  given.key_file = dir / "key";
  write_file(given.key_file, "from-file\r\nsecond line");
  CHECK(find_daemon(given, false)->options.api_key == "from-file");
  for (const char* bad : {"", "\n", "two words", "a\tb", "\xc3\xa9"}) {
    write_file(given.key_file, bad);
    const auto refused = find_daemon(given, false);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().starts_with("--key-file: " + given.key_file + ": "));
  }
  given.key_file = dir / "none";
  CHECK(find_daemon(given, false).error().starts_with("--key-file: " + given.key_file + ": "));
  const key_in_environment injected{"a\r\nHost: b"};
  given.key_file.clear();
  CHECK(find_daemon(given, false).error().starts_with("TICKBOARD_API_KEY: "));
}

TEST_CASE("refusals are told as title and detail, whatever comes") {
  net::http_reply reply;
  reply.status = 400;
  reply.body = R"({"title":"Bad parameter","status":400,"detail":"sort \u001b[2J is none"})";
  CHECK(refusal_text(reply) == "Bad parameter: sort ?[2J is none");
  CHECK(exit_status_of(reply) == 2);
  reply.body = "<html>";
  CHECK(refusal_text(reply) == "HTTP status 400");
  reply.body = R"({"title":7,"detail":[]})";
  CHECK(refusal_text(reply) == "HTTP status 400");
  reply.status = 401;
  CHECK(refusal_text(reply) == "HTTP status 401 (--key-file or TICKBOARD_API_KEY does that)");
  reply.status = 503;
  reply.retry_after = std::chrono::seconds{2};
  CHECK(refusal_text(reply) == "HTTP status 503 (ask again in 2 s)");
  CHECK(exit_status_of(reply) == 3);
  reply.status = 429;
  CHECK(exit_status_of(reply) == 3);
  reply.status = 200;
  CHECK(exit_status_of(reply) == 0);
  reply.status = 301;
  CHECK(exit_status_of(reply) == 2);
}
