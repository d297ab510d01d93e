// Input that nobody should send: it is counted, it costs linear time, and nothing breaks.

#include "tests/unit/exchange/support.hpp"

#include <doctest/doctest.h>
#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <cstdlib>
#include <functional>
#include <random>
#include <set>

using namespace tickboard;
using namespace tickboard::exchange;

namespace {

/// The frames that shape the adapters, without the book updates that repeat themselves.
std::vector<std::string> distinct_frames(const protocol& speaks) {
  std::vector<std::string> out;
  const std::string name(speaks.name());
  for (const auto& file : {name + ".jsonl", name + ".samples.jsonl"}) {
    if (name == "kraken" && file == "kraken.jsonl")
      continue;
    std::size_t tickers = 0, others = 0;
    for (auto& frame : incoming_frames(file)) {
      const bool ticker = !speaks.symbols_in(frame.frame).empty();
      if (frame.frame.size() < 2000 && (ticker ? tickers : others)++ < 12)
        out.push_back(std::move(frame.frame));
    }
  }
  return out;
}

symbol_table symbols_of(const protocol& speaks, const std::vector<std::string>& frames) {
  std::set<std::string> natives;
  for (const auto& frame : frames)
    for (auto& native : speaks.symbols_in(frame))
      natives.insert(std::move(native));
  return table_of(speaks, {natives.begin(), natives.end()});
}

void for_each_protocol(const std::function<void(const protocol&)>& check) {
  for (const auto& name : protocol_names()) {
    CAPTURE(name);
    check(*find_protocol(name));
  }
}

std::string repeated(std::string_view piece, std::size_t bytes) {
  std::string out;
  out.reserve(bytes + piece.size());
  while (out.size() < bytes)
    out += piece;
  return out;
}

} // namespace

TEST_CASE("every truncation of every recorded frame is malformed and leaves nothing") {
  for_each_protocol([](const protocol& speaks) {
    const auto frames = distinct_frames(speaks);
    const auto symbols = symbols_of(speaks, frames);
    for (const auto& frame : frames)
      for (std::size_t size = 0; size < frame.size(); ++size) {
        const auto out = decode(speaks, std::string_view(frame).substr(0, size), symbols);
        CAPTURE(frame);
        CAPTURE(size);
        CHECK(out.malformed == 1);
        CHECK(out.patches.empty());
        CHECK(out.events.empty());
      }
  });
}

TEST_CASE("random damage is survived") {
  const auto* const given = std::getenv("TICKBOARD_SEED");
  const auto seed = given ? std::strtoull(given, nullptr, 10) : std::random_device{}();
  MESSAGE("TICKBOARD_SEED=" << seed);
  static std::mt19937_64 random;
  random.seed(seed);
  for_each_protocol([](const protocol& speaks) {
    const auto frames = distinct_frames(speaks);
    if (frames.empty())
      return;
    const auto symbols = symbols_of(speaks, frames);
    const auto pick = [](std::size_t below) { return static_cast<std::size_t>(random() % below); };
    for (int round = 0; round < 10'000; ++round) {
      auto frame = frames[pick(frames.size())];
      for (auto hits = 1 + pick(4); hits > 0 && !frame.empty(); --hits) {
        const auto at = pick(frame.size());
        switch (pick(4)) {
        case 0:
          frame[at] = static_cast<char>(static_cast<unsigned char>(frame[at]) ^ (1U << pick(8)));
          break;
        case 1:
          frame[at] = R"({}[]",:\-+.eE0123456789nu)"[pick(25)];
          break;
        case 2:
          frame.erase(at, 1 + pick(8));
          break;
        default:
          frame.insert(at, frame.substr(pick(frame.size()), pick(24)));
        }
      }
      const auto out = decode(speaks, frame, symbols);
      for (const auto& patch : out.patches) {
        if (patch.trade)
          CHECK_FALSE(patch.trade->last.empty());
        CHECK(patch.at.ts_ms >= 0);
      }
      speaks.symbols_in(frame);
    }
  });
}

TEST_CASE("a value of the wrong type is malformed or absent, never a value") {
  for_each_protocol([](const protocol& speaks) {
    const auto frames = distinct_frames(speaks);
    const auto symbols = symbols_of(speaks, frames);
    std::size_t blamed = 0;
    for (const auto& frame : frames) {
      if (speaks.symbols_in(frame).size() != 1)
        continue;
      rapidjson::Document whole;
      whole.Parse<rapidjson::kParseNumbersAsStringsFlag>(frame.c_str());
      // The object that holds the ticker's values: itself, or what "data" holds.
      auto* ticker = static_cast<rapidjson::Value*>(&whole);
      if (whole.HasMember("data"))
        ticker = &whole["data"];
      if (ticker->IsArray())
        ticker = &(*ticker)[0];
      for (const auto& field : ticker->GetObject()) {
        const std::string key = field.name.GetString();
        for (const auto* const wrong :
             {"true", "{}", "[]", "[1]", "{\"c\":\"1\"}", "\"\"", "\"NaN\"", "\"-1\"", "-1",
              "\"1,5\"", "1e999", "NaN", "\"0x10\"", "\" 1\"", "\"1\\u00002\"", "1e300"}) {
          auto damaged = frame;
          const auto at = damaged.find("\"" + key + "\":",
                                       frame.find("data") == frame.npos ? 0 : frame.find("data")) +
                          key.size() + 3;
          const auto end =
              damaged[at] == '"' ? damaged.find('"', at + 1) + 1 : damaged.find_first_of(",}", at);
          damaged.replace(at, end - at, wrong);
          CAPTURE(damaged);
          const auto out = decode(speaks, damaged, symbols);
          blamed += out.malformed;
          for (const auto& patch : out.patches) { // whatever is left was not touched
            std::string line;
            append_patch_line(line, patch, 1);
            CHECK(line.find("NaN") == std::string::npos);
            CHECK(line.find("0x10") == std::string::npos);
            CHECK(line.find(R"("-1")") == std::string::npos);
            CHECK(line.find("true") == std::string::npos);
          }
        }
      }
    }
    if (!frames.empty())
      CHECK(blamed > 100);
  });
}

TEST_CASE("nesting is bounded, however deep the frame") {
  for_each_protocol([](const protocol& speaks) {
    const symbol_table nothing;
    for (const auto* const piece : {"[", "{\"a\":", "{\"data\":", "[{\"data\":[", "[[{\"x\":"}) {
      const auto out = decode(speaks, repeated(piece, 1'000'000), nothing);
      CHECK(out.malformed == 1);
      CHECK(out.first_problem.find("deeper than 32") != std::string::npos);
    }
    const auto closed = repeated("[", 1'000'000) + repeated("]", 1'000'000);
    CHECK(decode(speaks, closed, nothing).malformed == 1);
  });
}

TEST_CASE("16 MiB of anything is read once") {
  constexpr std::size_t large = 16 * 1024 * 1024;
  const std::string blanks(large, ' '), digits(large, '9'), text(large, 'x');
  std::string noise(large, '\0');
  for (std::size_t i = 0; i < noise.size(); ++i)
    noise[i] = static_cast<char>((i * 2654435761U) >> 13);
  const auto read = [](const std::string& frame) {
    for_each_protocol([&](const protocol& speaks) { decode(speaks, frame, symbol_table{}); });
  };
  read(blanks);
  read(digits);
  read(text);
  read(noise);
  read(std::string(large, '\0'));
  read(std::string(large, '"'));
  read("\"" + text + "\"");
  read("[" + repeated("1,", large) + "1]");
  read("[" + repeated("{},", large) + "{}]");
  read("{" + repeated("\"a\":1,", large) + "\"a\":1}");
  read("{" + repeated("\"s\":1,", large) + "\"s\":1}");
  read("{\"e\":\"" + text + "\",\"type\":\"" + text + "\",\"channel\":\"" + text + "\"}");
  read("{\"error\":\"" + text + "\",\"message\":\"" + text + "\",\"type\":\"error\"}");
  read("{\"channel\":\"ticker\",\"data\":[" + repeated("{\"symbol\":7},", large) + "{}]}");
  read("{\"s\":\"" + text + "\",\"u\":1,\"b\":\"" + digits + "\"}");
}

TEST_CASE("NUL, invalid UTF-8 and text behind the frame are malformed") {
  for_each_protocol([](const protocol& speaks) {
    const symbol_table nothing;
    using namespace std::string_view_literals;
    for (const auto frame : {"{}\0{}"sv,
                             "\0"sv,
                             ""sv,
                             "  "sv,
                             "{} {}"sv,
                             "{}x"sv,
                             "{\"a\":\"\xFF\"}"sv,
                             "{\"a\":\"\xED\xA0\x80\"}"sv,
                             "{\"\xC0\x80\":1}"sv,
                             "{\"a\":\"\xEB"sv, // the frame ends inside of a character
                             "{\"a\":\"\xE2\x82"sv,
                             "{\"a\":\"\xF0\x9F\x92"sv,
                             "{\"a\":\"\xF0x\""sv,
                             "{\"a\":NaN}"sv,
                             "{\"a\":Infinity}"sv,
                             "{\"a\":01}"sv,
                             "{\"a\":+1}"sv,
                             "{'a':1}"sv,
                             "{\"a\":\"\\ud800\"}"sv,
                             "{\"a\":1,}"sv,
                             "{\"a\":\"\n\"}\xFF"sv,
                             "null"sv,
                             "5"sv,
                             "\"text\""sv,
                             "true"sv}) {
      CAPTURE(frame);
      const auto out = decode(speaks, frame, nothing);
      CHECK(out.malformed == 1);
      CHECK(out.events.empty());
    }
  });
}

TEST_CASE("problems do not carry an exchange's raw text") {
  const auto& speaks = *find_protocol("binance");
  const auto symbols = table_of(speaks, {"BTCUSDT"});
  const auto out = decode(speaks,
                          "{\"e\":\"24hrTicker\",\"s\":\"BTCUSDT\",\"c\":\"\\u001b[31m\\n" +
                              std::string(5000, '\x41') + "\"}",
                          symbols);
  CHECK(out.malformed == 1);
  CHECK(out.first_problem.starts_with("binance: 24hrTicker BTCUSDT: c is \"?[31m?AAA"));
}
