// Recorded connections against the tickers that a reference implementation makes of them.

#include "adapters/exchange/normalize.hpp"
#include "tests/unit/exchange/support.hpp"

#include <doctest/doctest.h>
#include <rapidjson/document.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

using namespace tickboard;
using namespace tickboard::exchange;

namespace {

struct sample {
  const char* source; // as `tickboard normalize` takes it
  const char* file;
  std::size_t tickers; // that the reference has: guards against comparing nothing
};

constexpr sample samples[] = {{"binance", "binance.jsonl", 58},
                              {"binance", "binance.samples.jsonl", 10},
                              {"binanceus", "binanceus.jsonl", 89},
                              {"coinbaseexchange", "coinbaseexchange.jsonl", 74},
                              {"coinbaseexchange", "coinbaseexchange.samples.jsonl", 3},
                              {"kraken", "kraken.samples.jsonl", 5}};

/// A JSON line with its numbers as text, so that no digit is lost to binary floating point.
rapidjson::Document parse_line(const std::string& line) {
  rapidjson::Document out;
  out.Parse<rapidjson::kParseNumbersAsStringsFlag>(line.c_str());
  REQUIRE_FALSE(out.HasParseError());
  return out;
}

std::string member(const rapidjson::Document& of, const char* name) {
  const auto it = of.FindMember(name);
  return it != of.MemberEnd() && it->value.IsString() ? it->value.GetString() : "";
}

std::string key_of(const rapidjson::Document& line) {
  return member(line, "line") + " " + member(line, "base") + " " + member(line, "quote") + " " +
         member(line, "kind");
}

/// Without zeros that say nothing: 01.50 -> 1.5, -0 -> 0.
std::string canonical(const std::string& text) {
  const auto value = decimal::parse(text);
  REQUIRE_MESSAGE(value, "not a decimal: ", text);
  std::string out(value->text());
  if (out.find('.') != std::string::npos) {
    out.erase(out.find_last_not_of('0') + 1);
    if (out.back() == '.')
      out.pop_back();
  }
  return value->is_zero() ? "0" : out;
}

/// What the reference computed from other fields, in binary floating point.
std::string derived(const rapidjson::Document& of, const char* name) {
  if (!of.HasMember("derived") || !of["derived"].HasMember(name))
    return {};
  return of["derived"][name].GetString();
}

normalize_report run(const sample& one, const std::string& path, std::ostream& out) {
  const auto source = find_recording_source(one.source);
  REQUIRE_MESSAGE(source, source.error());
  std::ifstream in(path, std::ios::binary);
  const auto report = normalize(*source->speaks, source->feed_name, in, out, one.file);
  REQUIRE_MESSAGE(report, report.error());
  return *report;
}

void compare_line(const rapidjson::Document& expected, const rapidjson::Document& actual) {
  CHECK(member(actual, "exchange") == member(expected, "exchange"));
  CHECK(member(actual, "native") == member(expected, "native"));
  for (const auto* const field : {"last", "bid", "ask", "bid_size", "ask_size", "open_24h",
                                  "high_24h", "low_24h", "volume_24h", "quote_volume_24h"}) {
    CAPTURE(field);
    const auto value = member(actual, field);
    if (const auto wanted = member(expected, field); !wanted.empty())
      CHECK(canonical(value) == canonical(wanted));
    else if (const auto computed = derived(expected, field); !computed.empty())
      CHECK(std::stod(value) == doctest::Approx(std::stod(computed)).epsilon(1e-12));
    else // what the frame lacks is not made up
      CHECK(value.empty());
  }
  if (const auto change = member(expected, "change_24h_pct"); !change.empty())
    CHECK(std::abs(std::stod(member(actual, "change_24h_pct")) - std::stod(change)) <= 0.01);
  if (const auto ts = member(expected, "ts_ms"); !ts.empty())
    CHECK(member(actual, "ts_ms") == ts);
}

} // namespace

TEST_CASE("every recorded ticker has the reference's values, and there are no others") {
  for (const auto& one : samples) {
    const auto path = shared_file(one.file);
    const auto reference = shared_file(std::string("expected/") + one.file);
    if (!path || !reference)
      continue;
    CAPTURE(one.file);
    std::stringstream out;
    const auto report = run(one, *path, out);
    CHECK(report.malformed == 0);
    CHECK(report.unknown_symbols == 0);
    CHECK(report.problems.empty());

    std::map<std::string, rapidjson::Document> actual;
    for (std::string line; std::getline(out, line);) {
      auto parsed = parse_line(line);
      auto key = key_of(parsed);
      CHECK_MESSAGE(actual.emplace(std::move(key), std::move(parsed)).second, line);
    }
    std::size_t compared = 0;
    std::ifstream expected(*reference);
    for (std::string line; std::getline(expected, line); ++compared) {
      CAPTURE(line);
      const auto wanted = parse_line(line);
      const auto it = actual.find(key_of(wanted));
      REQUIRE(it != actual.end());
      compare_line(wanted, it->second);
    }
    CHECK(compared == one.tickers);
    CHECK(actual.size() == compared);
    CHECK(report.tickers == compared);
  }
}

TEST_CASE("the reference's own comparison agrees") {
  const std::string node = TICKBOARD_NODE;
  if (node.empty()) {
    MESSAGE("SKIPPED: node is not installed");
    return;
  }
  const auto script = shared_file("compare.mjs");
  for (const auto& one : samples) {
    const auto path = shared_file(one.file);
    const auto reference = shared_file(std::string("expected/") + one.file);
    if (!script || !path || !reference)
      return;
    CAPTURE(one.file);
    const auto actual = std::string(TICKBOARD_OUTPUT_DIR "/normalized.") + one.file;
    {
      std::ofstream out(actual, std::ios::binary);
      run(one, *path, out);
    }
    const auto command = "'" + node + "' '" + *script + "' '" + *reference + "' '" + actual +
                         "' --derived > '" + actual + ".report'";
    CHECK_MESSAGE(std::system(command.c_str()) == 0, "see ", actual, ".report");
  }
}

TEST_CASE("other venues' and obsolete recordings are survived and give no ticker") {
  // What each adapter makes of frames that are not its own: any count, no crash. Obsolete Kraken
  // frames come as arrays, which v2 does not know.
  for (const auto& name : protocol_names())
    for (const auto* const file :
         {"kraken.v1-obsolete.jsonl", "kraken.v1-obsolete-trades.jsonl", "bybit.v2-obsolete.jsonl",
          "bitget.v1-obsolete.jsonl", "htx.noise.jsonl", "htx.samples.jsonl", "bitstamp.jsonl",
          "gemini.jsonl", "upbit.jsonl", "bitfinex.jsonl", "okx.samples.jsonl",
          "deribit.samples.jsonl"}) {
      const auto path = shared_file(file);
      if (!path)
        continue;
      CAPTURE(name);
      CAPTURE(file);
      std::ostringstream out;
      const auto report = run({name.c_str(), file, 0}, *path, out);
      CHECK(report.frames > 0);
      CHECK(report.tickers == 0);
      CHECK(report.problems.size() <= normalize_report::max_problems);
    }
}

TEST_CASE("heartbeats, acknowledgements and refusals of the Kraken recording become events") {
  const auto frames = incoming_frames("kraken.samples.jsonl");
  if (frames.empty())
    return;
  const auto& speaks = *find_protocol("kraken");
  const symbol_table symbols;
  std::size_t heartbeats = 0, acknowledgements = 0, conditions = 0;
  std::vector<rejected> refusals;
  for (const auto& frame : frames) {
    const auto out = decode(speaks, frame.frame, symbols);
    heartbeats += find_event<heartbeat>(out) ? 1 : 0;
    if (const auto* const status = find_event<condition>(out)) {
      CHECK(status->text == "online");
      ++conditions;
    }
    if (const auto* const ack = find_event<acknowledged>(out)) {
      REQUIRE(ack->natives.size() == 1);
      CHECK(std::set<std::string>{"BTC/USD", "USDT/USD"}.contains(ack->natives[0]));
      ++acknowledgements;
    }
    if (const auto* const refusal = find_event<rejected>(out))
      refusals.push_back(*refusal);
  }
  CHECK(heartbeats == 2);
  CHECK(acknowledgements == 2);
  CHECK(conditions == 2);
  REQUIRE(refusals.size() == 2);
  CHECK(refusals[0].natives == std::vector<std::string>{"NOPE/USD"});
  CHECK(refusals[0].reason == "Currency pair not supported NOPE/USD");
  CHECK(refusals[1].natives.empty());
}
