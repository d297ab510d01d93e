#include "actors/commands/status_text.hpp"
#include "actors/status.hpp"
#include "adapters/terminal/text_width.hpp"

#include <doctest/doctest.h>

#include <sstream>

using namespace tickboard;
using namespace tickboard::commands;

namespace {

constexpr std::int64_t some_time = 1'700'000'000'000;

connection_status account(std::uint32_t number, std::string state) {
  connection_status out;
  out.feed = "binance";
  out.connection = number;
  out.state = std::move(state);
  out.markets = 98;
  out.last_frame_ms = some_time - 1'250;
  out.frames_per_second = 12.4;
  return out;
}

/// As the daemon itself writes it.
daemon_state told(const status_state& of) {
  daemon_state out;
  out.base = "http://127.0.0.1:8080";
  out.exchanges = of.json(some_time);
  out.health = R"({"status":"ok","metadata":{"state":"ok","source":"built in","assets":50,)"
               R"("age_ms":1200,"problem":null},"config":{"state":"ok","problem":null}})";
  return out;
}

status_state two_feeds() {
  status_state out;
  out.take(feed_status{"binance", "binance", "following", "", 196});
  out.take(account(1, "live"));
  out.take(account(2, "live"));
  out.take(feed_status{"kraken", "kraken", "discovering", "the host does not resolve", 0});
  return out;
}

} // namespace

TEST_CASE("a line for each connection, totals, and what is wrong in sentences") {
  auto state = two_feeds();
  auto mute = account(2, "live");
  mute.mute = 10;
  mute.rejected = 1;
  mute.mute_markets = {"binance:A-USD", "binance:B-USD"};
  state.take(mute);
  state.take(feed_status{"binance", "binance", "following", "", 196, 9, {"BTC/USTD", "!*/X"}});
  const auto text = status_text(told(state), {});
  REQUIRE(text);
  CAPTURE(*text);
  CHECK(text->starts_with(
      "http://127.0.0.1:8080: pages are served\n"
      "2 feeds, 2 of 2 connections live, 196 markets, 10 mute, 24.8 frames/s\n"
      "assets: ok, 50 assets from built in, read 1.2s ago\n\n"
      "feed     connection  state         up  last data  frames/s  restarts  markets  mute\n"
      "binance           1  live "));
  CHECK(text->find("\nkraken            -  discovering    -") != text->npos);
  CHECK(text->ends_with("\nbinance lists nothing for BTC/USTD, !*/X and 7 more\n"
                        "binance/2 is refused 1 market\n"
                        "binance/2 gets nothing of binance:A-USD, binance:B-USD and 8 more\n"
                        "kraken: the host does not resolve\n"));
}

TEST_CASE("a config that is not what runs") {
  auto what = told(two_feeds());
  what.health.replace(what.health.find(R"({"state":"ok","problem":null})"), 29,
                      R"({"state":"refused","problem":"the reload was refused"})");
  CHECK(status_text(what, {})->find("\nconfig: the reload was refused\n\n") != std::string::npos);
}

TEST_CASE("ends, waits, and no pages") {
  auto state = two_feeds();
  state.take(connection_ended{"binance", 1, "refused\x1b[2J with HTTP status 503",
                              std::chrono::milliseconds{0}, true});
  auto waiting = account(2, "waiting");
  waiting.waits_for = "the exchange's limit";
  state.take(waiting);
  auto what = told(state);
  what.not_ready = "Not available now: Redis cannot be reached";
  const auto text = status_text(what, {}).value();
  CAPTURE(text);
  CHECK(text.starts_with(
      "http://127.0.0.1:8080: no pages: Not available now: Redis cannot be reached\n"
      "2 feeds, 0 of 2 connections live"));
  CHECK(text.find("binance           1  alarm") != text.npos);
  CHECK(text.find("ago: refused?[2J with HTTP status 503\n") != text.npos);
  CHECK(text.find("binance/2 waits for the exchange's limit\n") != text.npos);
}

TEST_CASE("an error of long ago is no problem any more") {
  auto state = two_feeds();
  auto& connection = state.feeds["binance"].connections[1];
  connection.last_error = "reset";
  connection.last_error_ms = some_time - 599'000;
  CHECK(status_text(told(state), {})->find("\nbinance/1, 9m59s ago: reset\n") != std::string::npos);
  connection.last_error_ms = some_time - 601'000;
  CHECK(status_text(told(state), {})->find("reset") == std::string::npos);
  state.take(account(1, "connecting")); // it has not come back since
  CHECK(status_text(told(state), {})->find("\nbinance/1, 10m01s ago: reset\n") !=
        std::string::npos);
}

TEST_CASE("no line is wider than the terminal") {
  auto what = told(two_feeds());
  what.not_ready = std::string(200, 'x');
  for (std::size_t width = 1; width < 100; width += 7) {
    std::istringstream in{status_text(what, {width, false}).value()};
    for (std::string line; std::getline(in, line);)
      CHECK(terminal::width_of(line) <= width);
  }
  CHECK(status_text(what, {80, true})->find("\x1b[32mlive\x1b[0m") != std::string::npos);
}

TEST_CASE("what no daemon of ours says is refused") {
  const auto right = told(two_feeds());
  for (const char* bad : {"", "[]", "{}", "{\"data\":7}", "{\"data\":[{}]}", "{\"data\":[7]}",
                          "{\"data\":[{\"exchange\":\"a\",\"state\":\"live\",\"problem\":null,"
                          "\"markets\":1,\"connections\":[{}]}]}"}) {
    auto wrong = right;
    wrong.exchanges = bad;
    CAPTURE(bad);
    CHECK_FALSE(status_text(wrong, {}));
  }
  for (const char* bad : {"", "{}", "{\"metadata\":7}", "{\"metadata\":{\"state\":1}}"}) {
    auto wrong = right;
    wrong.health = bad;
    CHECK_FALSE(status_text(wrong, {}));
  }
}

TEST_CASE("times in a few characters") {
  CHECK(brief_time(-5) == "0ms");
  CHECK(brief_time(999) == "999ms");
  CHECK(brief_time(5'340) == "5.3s");
  CHECK(brief_time(59'949) == "59.9s");
  CHECK(brief_time(59'950) == "1m00s");
  CHECK(brief_time(3'599'499) == "59m59s");
  CHECK(brief_time(3'600'000) == "1h00m");
  CHECK(brief_time(90'000'000) == "1d01h");
}
