// Candles as a user gets them: of recorded frames, and after restarts.

#include "adapters/redis/layout.hpp"
#include "tests/integration/spine/world.hpp"
#include "tests/support/temporary_directory.hpp"

#include <doctest/doctest.h>
#include <fmt/chrono.h>

#include <chrono>
#include <csignal>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>

using namespace tickboard;
using namespace tickboard::test;

namespace {

const std::string candle_recordings = std::string{TICKBOARD_SHARED_DIR} + "/recordings/";

/// "open high low close" of one candle, or of all of them together.
struct price_span {
  std::string open, high, low, close;

  void take(const std::string& first, const std::string& most, const std::string& least,
            const std::string& last) {
    if (open.empty())
      *this = {first, most, least, last};
    if (std::stod(most) > std::stod(high))
      high = most;
    if (std::stod(least) < std::stod(low))
      low = least;
    close = last;
  }
  std::string text() const { return open + " " + high + " " + low + " " + close; }
};

/// All candles of a market; empty if they are not answered.
price_span span_of(world& on, const std::string& id, const std::string& interval) {
  const auto answer = on.get("/v1/markets/" + id + "/candles?limit=1500&interval=" + interval);
  price_span out;
  if (answer.status == 200)
    for (const auto& one : parse_json(answer.body)["data"].GetArray())
      out.take(text_of(one, "open"), text_of(one, "high"), text_of(one, "low"),
               text_of(one, "close"));
  return out;
}

/// What the reference decoder made of the last prices of a recording.
std::map<std::string, price_span> recorded_spans(const std::string& file, const std::string& feed) {
  std::map<std::string, price_span> out;
  std::map<std::string, std::int64_t> newest;
  std::ifstream in{candle_recordings + "expected/" + file + ".jsonl"};
  for (std::string line; std::getline(in, line);) {
    const auto json = parse_json(line);
    const auto id = feed + ":" + text_of(json, "base") + "-" + text_of(json, "quote");
    const auto last = text_of(json, "last"), time = text_of(json, "ts_ms");
    const std::int64_t ts_ms = time.empty() ? 0 : std::stoll(time);
    if (last.empty() || (ts_ms != 0 && ts_ms < newest[id]))
      continue;
    newest[id] = std::max(newest[id], ts_ms);
    out[id].take(last, last, last, last);
  }
  return out;
}

std::string utc(std::int64_t unix_ms) {
  const std::time_t seconds = unix_ms / 1000;
  return fmt::format("{:%FT%T}.{:03}Z", fmt::gmtime(seconds), unix_ms % 1000);
}

/// The recording as if it were of now, where the exchange's times follow each other as they did, a
/// millisecond apart: prices of years ago make no candle.
std::string played_today(const std::string& recording) {
  std::ifstream in{recording};
  std::string text{std::istreambuf_iterator<char>{in}, {}};
  static const std::regex time{
      R"((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+)Z|(:)(1[4-9]\d{11})(?=[,}]))"};
  std::map<std::string, std::int64_t> places; // "2021-...", or "1616176861895"
  const auto of = [](const std::smatch& found) { return found[1].str() + found[3].str(); };
  for (std::sregex_iterator it{text.begin(), text.end(), time}, end; it != end; ++it)
    places[of(*it)] = 0;
  const auto now_ms = std::chrono::duration_cast<std::chrono::milliseconds>(
                          std::chrono::system_clock::now().time_since_epoch())
                          .count();
  for (std::int64_t place = now_ms; auto& [_, at_ms] : places)
    at_ms = ++place;
  std::string out;
  auto done = text.cbegin();
  for (std::sregex_iterator it{text.begin(), text.end(), time}, end; it != end; ++it) {
    out.append(done, (*it)[0].first);
    const auto at_ms = places.at(of(*it));
    out += (*it)[2].matched ? ":" + std::to_string(at_ms) : utc(at_ms);
    done = (*it)[0].second;
  }
  return out.append(done, text.cend());
}

} // namespace

TEST_CASE("candles of a replayed capture are made of its last prices, digit for digit") {
  if (!std::filesystem::exists(candle_recordings)) {
    MESSAGE("SKIPPED: there are no recordings in " << candle_recordings);
    return;
  }
  for (const auto& [file, feed] :
       {std::pair<std::string, std::string>{"coinbaseexchange", "coinbaseexchange"},
        {"coinbaseexchange.samples", "coinbaseexchange"}}) {
    INFO(file);
    const auto expected = recorded_spans(file, feed);
    REQUIRE_FALSE(expected.empty());
    const temporary_directory directory;
    const auto today = directory / "today.jsonl";
    std::ofstream{today} << played_today(candle_recordings + file + ".jsonl");
    const simulated exchange{feed, feed, {"--replay", today}, {}};
    world on{{exchange}, "[daemon]\nwarmup = \"1s\""};
    for (const auto& [id, span] : expected) {
      INFO(id << ": " << span.text());
      // A capture lasts for less than an hour, but may be replayed around a full one.
      for (const auto* interval : {"1m", "15m", "1d"}) {
        INFO(interval);
        std::string last;
        on.wait_until("the candles are those of the capture", [&, &id = id, &span = span] {
          last = span_of(on, id, interval).text();
          return last == span.text();
        });
        CHECK(last == span.text());
      }
    }
  }
}

TEST_CASE("candles outlive the daemon, a crash of it, and a redis-server that keeps its data") {
  world on{{{"kraken", "kraken", {"--markets", "20", "--rate", "200", "--seed", "5"}, {}}},
           "[daemon]\nwarmup = \"1s\"",
           {{"--appendonly", "yes", "--appendfsync", "always"}, ""}};
  const std::string id = "kraken:BTC-USD";
  on.wait_until("there are candles", [&] { return !span_of(on, id, "1h").open.empty(); });
  auto known = span_of(on, id, "1h");
  // What was, and what came since: it begins as it began, and is at least as wide.
  const auto goes_on = [&](const char* what) {
    on.wait_until(what, [&] { return !span_of(on, id, "1h").open.empty(); });
    auto now = span_of(on, id, "1h");
    CHECK(now.open == known.open);
    CHECK(std::stod(now.high) >= std::stod(known.high));
    CHECK(std::stod(now.low) <= std::stod(known.low));
    known = now;
  };

  on.daemon->kill(SIGTERM); // writes what it has
  on.daemon->wait();
  on.start_daemon();
  goes_on("the daemon is back");

  // Every market has its turn within a minute.
  const auto stored = [&] {
    const auto hours = std::chrono::duration_cast<std::chrono::hours>(
        std::chrono::system_clock::now().time_since_epoch());
    return on.command({"HGET", redis::layout{"tb", {}}.candles("USD", "1m", hours.count()), id})
        .text;
  };
  on.wait_until("its candles are written", [&, before = stored()] {
    const auto now = stored(); // nothing, once another hour has begun
    return !now.empty() && now != before;
  });
  on.daemon->kill(SIGKILL);
  on.daemon->wait();
  on.start_daemon();
  goes_on("the daemon is back after a crash");

  on.redis->kill(SIGKILL);
  on.wait_until("redis-server is gone", [&] { return !on.redis->running(); });
  CHECK(on.get("/v1/markets/" + id + "/candles").status == 503);
  REQUIRE(on.redis->start());
  goes_on("redis-server is back");
}
