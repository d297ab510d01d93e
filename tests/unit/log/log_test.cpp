#include "adapters/log/encoding.hpp"
#include "adapters/log/repeats.hpp"
#include "market/json_text.hpp"

#include <doctest/doctest.h>
#include <rapidjson/document.h>

#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

using namespace tickboard;
using namespace tickboard::log;
using namespace std::chrono_literals;

namespace {

using members = std::map<std::string, std::string>;

const auto some_time = std::chrono::system_clock::time_point{1'764'177'201'234ms};

std::string whole_line(const line_options& options, level of, std::string_view message,
                       std::span<const field> fields) {
  std::string out;
  append_line(out, options, of, some_time, encode_body(options.how, "writer", message, fields));
  REQUIRE(out.ends_with('\n'));
  out.pop_back();
  return out;
}

std::string text_of(const rapidjson::Value& one) {
  if (one.IsString())
    return {one.GetString(), one.GetStringLength()};
  if (one.IsDouble())
    return fmt::format("{}", one.GetDouble());
  return std::to_string(one.IsInt64() ? one.GetInt64() : -1);
}

std::optional<members> read_json(const std::string& line) {
  rapidjson::Document json;
  json.Parse<rapidjson::kParseValidateEncodingFlag>(line.c_str(), line.size());
  if (json.HasParseError() || !json.IsObject())
    return std::nullopt;
  members out;
  for (const auto& [name, value] : json.GetObject())
    if (!out.emplace(text_of(name), text_of(value)).second)
      return std::nullopt;
  return out;
}

/// https://brandur.org/logfmt; quoted values as JSON has them.
std::optional<members> read_logfmt(const std::string& line) {
  members out;
  std::size_t at = 0;
  while (at < line.size()) {
    const auto equals = line.find('=', at);
    if (equals == std::string::npos || equals == at)
      return std::nullopt;
    const auto key = line.substr(at, equals - at);
    at = equals + 1;
    std::string value;
    if (at < line.size() && line[at] == '"') {
      auto end = at + 1;
      while (end < line.size() && line[end] != '"')
        end += line[end] == '\\' ? 2 : 1;
      if (end >= line.size())
        return std::nullopt;
      const auto read = read_json("{\"v\":" + line.substr(at, end + 1 - at) + "}");
      if (!read)
        return std::nullopt;
      value = read->at("v");
      at = end + 1;
    } else {
      const auto end = std::min(line.find(' ', at), line.size());
      value = line.substr(at, end - at);
      if (value.empty() || value.find_first_of("=\"\\") != std::string::npos)
        return std::nullopt;
      at = end;
    }
    if (!out.emplace(key, value).second)
      return std::nullopt;
    if (at < line.size() && line[at++] != ' ')
      return std::nullopt;
  }
  return out;
}

/// What is not UTF-8, each byte as U+FFFD.
std::string repaired(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto length = utf8_length(text);
    out += length == 0 ? "\xEF\xBF\xBD" : std::string{text.substr(0, length)};
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return out;
}

std::string random_text(std::mt19937& random) {
  static const std::vector<std::string> pieces{"a",
                                               "b c",
                                               "=",
                                               "\"",
                                               "\\",
                                               "\n",
                                               "\r",
                                               "\t",
                                               "\x1b[31m",
                                               "\x7f",
                                               "\xc2\x85",
                                               "é",
                                               "\xe2\x82\xac",
                                               "\xf0\x9f\x98\x80",
                                               "\xff",
                                               "\xc2",
                                               "\xed\xa0\x80",
                                               "{}",
                                               "<3>",
                                               "\\u0000",
                                               "level=error"};
  std::string out;
  for (auto left = random() % 12; left > 0; --left)
    out += random() % 4 == 0 ? std::string(1, static_cast<char>(random() % 256))
                             : pieces[random() % pieces.size()];
  return out;
}

} // namespace

TEST_CASE("a line is read back as it was meant, whatever its values are, in either form") {
  std::mt19937 random{29};
  for (int i = 0; i < 20'000; ++i) {
    const auto message = random_text(random), text = random_text(random);
    const auto number = static_cast<std::int64_t>(random()) - 2'000'000'000;
    const std::vector<field> fields{{"text", text}, {"number", number}, {"ratio", 0.25}};
    for (const auto how : {style::logfmt, style::json}) {
      const auto line = whole_line({how}, level::warn, message, fields);
      CAPTURE(line);
      const auto read = how == style::json ? read_json(line) : read_logfmt(line);
      REQUIRE(read);
      CHECK(*read == members{{"ts", "2025-11-26T17:13:21.234Z"},
                             {"level", "warn"},
                             {"component", "writer"},
                             {"msg", repaired(message)},
                             {"text", repaired(text)},
                             {"number", std::to_string(number)},
                             {"ratio", "0.25"}});
      CHECK(std::ranges::none_of(
          line, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }));
      CHECK(line.find("\xc2\x85") == std::string::npos);
      CHECK(repaired(line) == line);
    }
  }
}

TEST_CASE("lines as people see them") {
  const std::vector<field> fields{{"writer", 0}, {"reason", "Connection refused"}, {"up", true}};
  CHECK(whole_line({style::logfmt}, level::warn, "Redis is away", fields) ==
        R"(ts=2025-11-26T17:13:21.234Z level=warn component=writer msg="Redis is away" writer=0 )"
        R"(reason="Connection refused" up=true)");
  CHECK(whole_line({style::json}, level::error, "away", {}) ==
        R"({"ts":"2025-11-26T17:13:21.234Z","level":"error","component":"writer","msg":"away"})");
  CHECK(whole_line({style::logfmt, true}, level::info, "ready", {}) ==
        "<6>level=info component=writer msg=ready");
  CHECK(whole_line({style::json, true}, level::error, "away", {}) ==
        R"(<3>{"level":"error","component":"writer","msg":"away"})");
  CHECK(whole_line({style::logfmt, true}, level::debug, "x", {}).starts_with("<7>"));
  CHECK(whole_line({style::logfmt, true}, level::warn, "x", {}).starts_with("<4>"));
  const std::vector<field> odd{{"nothing", ""}, {"nan", std::nan("")}};
  CHECK(whole_line({style::json}, level::info, "x", odd).ends_with(R"("nothing":"","nan":"nan"})"));
  CHECK(whole_line({style::logfmt}, level::info, "x", odd).ends_with(R"(nothing="" nan=nan)"));
}

TEST_CASE("of one place and subject so many lines a minute, then how many were left out") {
  repeats subject;
  repeats::clock::time_point now{1h};
  const auto say = [&](const char* about, unsigned line = 7) {
    return subject.admit({"a.cpp", line, level::warn, "writer", "Redis is away", "writer", about},
                         now);
  };
  for (std::uint32_t i = 0; i < repeats::most_of_subject; ++i)
    CHECK(say("0"));
  for (int i = 0; i < 25; ++i)
    CHECK_FALSE(say("0"));
  CHECK(say("1"));    // is about another
  CHECK(say("0", 9)); // is said elsewhere
  now += 59s;
  CHECK_FALSE(say("0"));
  CHECK(subject.take_due(now).empty());
  now += 1s;
  const auto due = subject.take_due(now);
  REQUIRE(due.size() == 1);
  CHECK(due[0].times == 26);
  CHECK(due[0].message == "Redis is away");
  CHECK(due[0].component == "writer");
  CHECK(due[0].subject_key == "writer");
  CHECK(due[0].subject == "0");
  CHECK(due[0].of == level::warn);
  CHECK(subject.take_due(now + 10min).empty()); // told once
  CHECK(say("0"));
  for (std::uint32_t i = 1; i < repeats::most_of_subject; ++i)
    CHECK(say("0"));
  CHECK_FALSE(say("0"));
  CHECK(subject.take_all().size() == 1);
}

TEST_CASE("a place that speaks of many does not fill the log, or the memory, either") {
  repeats subject;
  repeats::clock::time_point now{1h};
  std::uint64_t written = 0, times = 5'000;
  for (std::uint64_t i = 0; i < times; ++i)
    written += subject.admit({"a.cpp", 7, level::error, "writer", "a row is damaged", "market",
                              std::to_string(i)},
                             now)
                   ? 1
                   : 0;
  CHECK(written == repeats::most_of_place);
  const auto rest = subject.take_due(now + repeats::window);
  std::uint64_t left_out = 0;
  for (const auto& one : rest)
    left_out += one.times;
  CHECK(left_out == times - written);
  CHECK(rest.size() == 1);
}

TEST_CASE(
    "whatever is said when, each line is written or counted as left out, and never too many") {
  std::mt19937 random{31};
  repeats subject;
  repeats::clock::time_point now{1h};
  std::uint64_t said = 0, written = 0, left_out = 0;
  std::vector<repeats::clock::time_point> of_first; // when lines of the first subject were written
  for (int i = 0; i < 30'000; ++i) {
    now += std::chrono::milliseconds{random() % 100};
    const auto about = std::to_string(random() % 3);
    ++said;
    if (subject.admit({"a.cpp", 1, level::info, "x", "y", "n", about}, now)) {
      ++written;
      if (about == "0")
        of_first.push_back(now);
    }
    if (random() % 20 == 0)
      for (const auto& one : subject.take_due(now))
        left_out += one.times;
  }
  for (const auto& one : subject.take_all())
    left_out += one.times;
  CHECK(written + left_out == said);
  CHECK(left_out > written);
  // A minute begins with its first line: any span of a minute touches two.
  for (std::size_t i = 2 * repeats::most_of_subject; i < of_first.size(); ++i)
    CHECK(of_first[i] - of_first[i - 2 * repeats::most_of_subject] >= repeats::window);
}
