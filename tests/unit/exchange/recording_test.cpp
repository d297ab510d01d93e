#include "adapters/exchange/gzip.hpp"
#include "adapters/exchange/normalize.hpp"
#include "adapters/exchange/recording.hpp"
#include "tests/unit/exchange/support.hpp"

#include <doctest/doctest.h>

#include <random>
#include <sstream>

using namespace tickboard;
using namespace tickboard::exchange;

namespace {

/// The error of the first line that has one; empty if all of them can be read.
std::string first_error(const std::string& text) {
  std::istringstream in(text);
  recording_reader reader(in, "file");
  recorded_frame frame;
  while (true) {
    const auto more = reader.next(frame);
    if (!more)
      return more.error();
    if (!*more)
      return {};
  }
}

} // namespace

TEST_CASE("what is written is read back") {
  std::mt19937 random(std::random_device{}());
  std::vector<recorded_frame> frames{
      {1633998512.0633569, "wss://a/b?c=\"d\"", true, false, R"({"e":"x"})"},
      {std::nullopt, "", false, false, ""},
      {1.5, "wss://x", true, true, "[1]"},
      {0.0, "u", true, true, std::string("\x1f\x8b\x00\xff", 4) + "not gzip"}};
  frames.pop_back();
  for (int i = 0; i < 200; ++i) {
    std::string bytes;
    for (auto size = random() % 60; size > 0; --size)
      bytes.push_back(static_cast<char>(random() % 256));
    if (bytes.starts_with("\x1f\x8b"))
      continue;
    const bool binary = random() % 2 == 0;
    frames.push_back({i * 0.25, "wss://x", random() % 2 == 0, binary, bytes});
  }
  std::string text;
  for (const auto& one : frames)
    append_recorded_frame(text, one);
  std::istringstream in(text);
  recording_reader reader(in, "file");
  recorded_frame frame;
  for (const auto& one : frames) {
    const auto more = reader.next(frame);
    REQUIRE_MESSAGE(more, more.error());
    REQUIRE(*more);
    CHECK(frame.t == one.t);
    CHECK(frame.url == one.url);
    CHECK(frame.incoming == one.incoming);
    CHECK(frame.frame == one.frame);
    if (one.binary)
      CHECK(frame.binary);
  }
  CHECK(reader.next(frame) == result<bool>(false));
  CHECK(reader.line() == frames.size());
}

TEST_CASE("compressed frames of a recording are opened") {
  const auto frames = incoming_frames("htx.noise.jsonl");
  for (const auto& one : frames)
    CHECK_MESSAGE(one.frame.starts_with("{\""), one.frame.substr(0, 40));
}

TEST_CASE("a line that is no frame is refused by file and line") {
  const std::string good = "{\"t\":null,\"url\":\"u\",\"dir\":\"in\",\"frame\":\"{}\"}\n";
  CHECK(first_error(good + "\r\n\n" + good + good.substr(0, good.size() - 1)).empty());
  CHECK(first_error("").empty());
  CHECK(first_error(good + "{").starts_with("file:2: not JSON: "));
  CHECK(first_error(good + "\n[]").starts_with("file:3: expected an object"));
  CHECK(first_error(R"({"dir":"up","frame":""})") ==
        "file:1: \"dir\" is \"up\", expected \"in\" or \"out\"");
  CHECK(first_error(R"({"t":"now","dir":"in","frame":""})") ==
        "file:1: \"t\" must be Unix time in seconds, or null");
  CHECK(first_error(R"({"dir":"in"})").starts_with("file:1: expected either"));
  CHECK(first_error(R"({"dir":"in","frame":7})").starts_with("file:1: expected either"));
  CHECK(first_error(R"({"dir":"in","frame":"","frame_b64":""})").starts_with("file:1: expected"));
  CHECK(first_error(R"({"dir":"in","frame_b64":"a b="})") == "file:1: \"frame_b64\" is not base64");
  CHECK(first_error(R"({"dir":"in","frame_b64":"H4s="})") ==
        "file:1: \"frame_b64\" is broken or cut off gzip data");
  CHECK(first_error(std::string("{}\0{}", 5)) ==
        "file:1: the line has a NUL character, expected JSON");
  CHECK(first_error("{\"frame\":\"\xE2\x82") ==
        "file:1: the line ends inside of a UTF-8 character, expected JSON");
  CHECK(first_error(std::string(100'000, '[')).starts_with("file:1: "));
}

TEST_CASE("a line without end is refused, not stored") {
  CHECK(first_error(std::string(max_recording_line + 1000, ' ') + "\n") ==
        "file:1: the line is longer than 67108864 bytes");
}

TEST_CASE("decompression stops at its bound") {
  // 16 KiB of zeros, compressed by gzip -9.
  const auto bytes =
      decode_base64("H4sIAAAAAAACA+3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA");
  REQUIRE(bytes);
  CHECK(is_gzip(*bytes));
  const auto open = gunzip(*bytes, 1'000'000);
  REQUIRE_MESSAGE(open, open.error());
  CHECK(open->size() == 16384);
  CHECK(gunzip(*bytes, 16383).error() == "decompresses to more than 16383 bytes");
}

TEST_CASE("normalising counts and reports what it could not use") {
  const auto line = [](std::string_view frame) {
    std::string out;
    append_recorded_frame(out, {1.0, "u", true, false, std::string(frame)});
    return out;
  };
  const std::string mini = R"({"e":"24hrMiniTicker","E":5,"s":"BTCUSDT","c":"1"})";
  std::istringstream in(line(mini) + line("{") + line(R"({"e":"trade"})") +
                        line(R"({"e":"24hrMiniTicker","E":5,"s":"WHATISTHIS","c":"1"})") +
                        R"({"t":1,"url":"u","dir":"out","frame":"{"})" + "\n" +
                        line(R"({"e":"24hrMiniTicker","E":5,"s":"BTCUSDT"})"));
  std::ostringstream out;
  const auto source = find_recording_source("binanceus");
  REQUIRE(source);
  const auto report = normalize(*source->speaks, source->feed_name, in, out, "rec");
  REQUIRE_MESSAGE(report, report.error());
  CHECK(report->lines == 6);
  CHECK(report->frames == 5);
  CHECK(report->tickers == 1);
  CHECK(report->malformed == 2);
  CHECK(report->ignored == 2);
  CHECK(report->unknown_symbols == 1);
  REQUIRE(report->problems.size() == 3);
  CHECK(report->problems[0].starts_with("rec:2: binance: the frame is not JSON: "));
  CHECK(report->problems[1] ==
        "rec:4: binance: symbol \"WHATISTHIS\" ends in no known quote asset");
  CHECK(report->problems[2] ==
        "rec:6: binance: 24hrMiniTicker BTCUSDT: c is absent, expected a decimal number");
  CHECK(out.str().find(R"("exchange":"binanceus")") != std::string::npos);

  std::istringstream again(line(mini));
  std::ostringstream full;
  full.setstate(std::ios::badbit);
  CHECK(normalize(*source->speaks, "x", again, full, "rec").error() ==
        "rec:1: its tickers cannot be written");
  CHECK(find_recording_source("nyse").error() ==
        "there is no exchange \"nyse\"; there are binance, coinbaseexchange, kraken, binanceus");
}
