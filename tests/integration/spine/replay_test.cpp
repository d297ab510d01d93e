#include "tests/integration/spine/world.hpp"

#include <doctest/doctest.h>

#include <array>
#include <filesystem>
#include <fstream>

using namespace tickboard;
using namespace tickboard::test;

namespace {

const std::string recordings = std::string{TICKBOARD_SHARED_DIR} + "/recordings/";

struct replayed {
  const char* file;
  const char* protocol;
  const char* name;
};

/// The members of each group; a group is there if its first member is.
const std::array<std::vector<const char*>, 3> groups{
    std::vector<const char*>{"last"},
    std::vector<const char*>{"bid", "ask", "bid_size", "ask_size"},
    std::vector<const char*>{"high_24h", "low_24h", "open_24h", "volume_24h", "quote_volume_24h"}};

struct known_group {
  std::int64_t ts_ms = 0;
  std::map<std::string, std::string> values;
};

/// What each market's groups must be in the end, from the reference's lines: the last one, or
/// where both have an exchange time, the newest.
std::map<std::string, std::array<known_group, 3>> expected_groups(const replayed& recording) {
  std::map<std::string, std::array<known_group, 3>> out;
  std::ifstream in{recordings + "expected/" + recording.file + ".jsonl"};
  for (std::string line; std::getline(in, line);) {
    const auto json = parse_json(line);
    const auto id =
        std::string{recording.name} + ":" + text_of(json, "base") + "-" + text_of(json, "quote");
    const auto time = text_of(json, "ts_ms");
    const std::int64_t ts_ms = time.empty() ? 0 : std::stoll(time);
    for (std::size_t g = 0; g < groups.size(); ++g) {
      if (text_of(json, groups[g].front()).empty())
        continue;
      auto& known = out[id][g];
      if (ts_ms != 0 && ts_ms < known.ts_ms)
        continue;
      known.ts_ms = std::max(known.ts_ms, ts_ms);
      for (const auto* member : groups[g])
        known.values[member] = text_of(json, member);
    }
  }
  return out;
}

std::string difference(const std::map<std::string, std::array<known_group, 3>>& expected,
                       const std::map<std::string, std::string>& rows) {
  for (const auto& [id, known] : expected) {
    const auto it = rows.find(id);
    if (it == rows.end())
      return id + " is missing";
    const auto row = parse_json(it->second);
    for (const auto& group : known)
      for (const auto& [member, value] : group.values)
        if (!value.empty() && text_of(row, member.c_str()) != value)
          return id + " " + member + ": expected " + value + ", got " +
                 text_of(row, member.c_str());
  }
  return {};
}

bool recordings_there() {
  if (std::filesystem::exists(recordings))
    return true;
  MESSAGE("SKIPPED: there are no recordings in " << recordings);
  return false;
}

/// Plays the recording over real sockets into the daemon; the rows served in the end.
std::map<std::string, std::string>
replay(const replayed& recording,
       const std::function<bool(const std::map<std::string, std::string>&)>& enough) {
  simulated exchange{
      recording.protocol, recording.name, {"--replay", recordings + recording.file + ".jsonl"}, {}};
  if (exchange.protocol == std::string{"binance"})
    exchange.channels = {"ticker", "miniTicker", "bookTicker"};
  world on{{exchange}, "[daemon]\nwarmup = \"1s\""};
  std::map<std::string, std::string> rows;
  on.wait_until("the recording's last values are served", [&] {
    rows = on.rows();
    return enough(rows);
  });
  return rows;
}

} // namespace

TEST_CASE("a replayed capture ends with the last values of every market, digit for digit") {
  if (!recordings_there())
    return;
  for (const auto& recording :
       {replayed{"binance", "binance", "binance"}, replayed{"binanceus", "binance", "binanceus"},
        replayed{"coinbaseexchange", "coinbaseexchange", "coinbaseexchange"}}) {
    INFO(recording.file);
    const auto expected = expected_groups(recording);
    REQUIRE(expected.size() >= 3);
    std::string last;
    const auto rows = replay(recording, [&](const auto& now) {
      last = difference(expected, now);
      return last.empty();
    });
    CHECK(last.empty());
  }
}

TEST_CASE("a replayed collection of several years ends with the newest exchange time") {
  if (!recordings_there())
    return;
  for (const auto& recording :
       {replayed{"binance.samples", "binance", "binance"},
        replayed{"coinbaseexchange.samples", "coinbaseexchange", "coinbaseexchange"}}) {
    INFO(recording.file);
    auto expected = expected_groups(recording);
    // The reference has no times for quotes of book tickers: their order is by update id.
    if (std::string{recording.file} == "binance.samples")
      expected.at("binance:BTC-USDT")[1].values.clear();
    replay(recording, [&](const auto& now) { return difference(expected, now).empty(); });
  }
  // The reference ignores Kraken's timestamps. The newest is of 2026-09-25; the frame behind it
  // has none, so that it cannot be shown to be newer.
  const auto rows = replay({"kraken.samples", "kraken", "kraken"}, [](const auto& now) {
    const auto it = now.find("kraken:BTC-USD");
    return it != now.end() && it->second.find(R"("last":"83744.3")") != std::string::npos &&
           now.contains("kraken:USDT-USD");
  });
  const auto row = parse_json(rows.at("kraken:BTC-USD"));
  CHECK(text_of(row, "bid") == "83744.2");
  CHECK(text_of(row, "volume_24h") == "3156.84782110");
  CHECK(text_of(row, "ts_ms") == "1790358506844");
  CHECK(text_of(parse_json(rows.at("kraken:USDT-USD")), "bid") == "0.99980");
}
