#include "adapters/config/schema.hpp"
#include "tests/unit/config/config_text.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <limits>
#include <set>

namespace tickboard::config {

namespace {

/// A document in which `one` has the value `toml`, on line 3 if the section repeats, else line 2,
/// and nothing else is wrong.
struct document {
  std::string text;
  std::string place; ///< "f:line:column: section.key: " of the value
};

document with_value(const section& of, const key& one, std::string_view toml,
                    std::size_t column_offset = 0) {
  document out;
  const auto company = one.name == "burst" ? "rate = 1\n" : "";
  if (of.repeated) {
    out.text = fmt::format("\n[[{}]]\n{} = {}\n{}", of.name, one.name, toml, company);
    for (const auto& other : of.keys)
      if (!other.example.empty() && other.name != one.name)
        out.text += fmt::format("{} = {}\n", other.name, other.example);
    if (of.name != "feed")
      out.text += valid_feed;
  } else {
    out.text = fmt::format("[{}]\n{} = {}\n{}{}", of.name, one.name, toml, company, valid_feed);
  }
  out.place = fmt::format("f:{}:{}: {}.{}: ", of.repeated ? 3 : 2,
                          one.name.size() + 4 + column_offset, of.name, one.name);
  return out;
}

void check_refused(const section& of, const key& one, std::string_view toml,
                   std::string_view expected, std::size_t column_offset = 0) {
  const auto doc = with_value(of, one, toml, column_offset);
  const auto found = report(doc.text);
  CAPTURE(doc.text);
  CAPTURE(found);
  CHECK(found.starts_with(doc.place + std::string(expected)));
  CHECK(found.find("; allowed: " + allowed(one)) != found.npos);
  CHECK(found.find('\n') == found.npos); // one mistake, one line
}

void check_taken(const section& of, const key& one, std::string_view toml) {
  const auto doc = with_value(of, one, toml);
  CAPTURE(doc.text);
  CHECK(report(doc.text) == "");
}

template <class Check>
void for_each_key(Check check) {
  for (const auto& of : schema())
    for (const auto& one : of.keys)
      check(of, one);
}

std::string in_unit(unit of, std::uint64_t value) {
  return of == unit::time ? fmt::format("\"{}ms\"", value) : fmt::format("{}", value);
}

} // namespace

TEST_CASE("each key refuses values of other types, at the place of the value") {
  for_each_key([](const section& of, const key& one) {
    check_refused(of, one, "1.5", "is a number with a fraction");
    check_refused(of, one, "1979-05-27", "is a date or time");
    check_refused(of, one, "{ a = 1 }", "is a table");
    if (one.takes.of != unit::none)
      check_refused(of, one, "true", "is true or false");
    if (one.takes.of != unit::count && one.takes.of != unit::bytes)
      check_refused(of, one, "5", "is a whole number");
    if (one.takes.of != unit::list)
      check_refused(of, one, "[]", "is a list");
    else
      check_refused(of, one, "[5]", "is a whole number", 1);
    if (one.takes.of == unit::none || one.takes.of == unit::count || one.takes.of == unit::list)
      check_refused(of, one, "\"5\"", "is a text");
  });
}

TEST_CASE("each number, size and duration takes its range and nothing beyond") {
  for_each_key([](const section& of, const key& one) {
    const auto [kind, min, max, rule] = one.takes;
    if (kind != unit::count && kind != unit::bytes && kind != unit::time)
      return;
    REQUIRE(min <= max);
    // backoff_min and backoff_max also depend on each other; that has a test of its own.
    if (of.name != "supervision" || !one.name.starts_with("backoff")) {
      check_taken(of, one, in_unit(kind, min));
      check_taken(of, one, in_unit(kind, max));
    }
    const auto above = in_unit(kind, max + 1);
    check_refused(of, one, above, above + " is out of range");
    if (min > 1) { // 0 may be the default
      const auto below = in_unit(kind, min - 1);
      check_refused(of, one, below, below + " is out of range");
    }
    if (kind == unit::time)
      check_refused(of, one, "\"-5s\"", "\"-5s\" is not a duration");
    else
      check_refused(of, one, "-1", "-1 is out of range");
  });
}

TEST_CASE("each list takes as many entries as it says") {
  for_each_key([](const section& of, const key& one) {
    if (one.takes.of != unit::list)
      return;
    std::string entries;
    for (std::uint64_t i = 0; i <= one.takes.max; ++i)
      entries += one.takes.rule == &rules::market_pattern ? "\"A/B\","
                 : one.takes.rule == &rules::sentinel     ? "\"a:1\","
                 : one.takes.rule == &rules::asset        ? "\"A\","
                                                          : "\"ticker\",";
    const auto count = fmt::format("has {} entries", one.takes.max + 1);
    check_refused(of, one, fmt::format("[{}]", entries), count);
    if (!one.example.empty())
      check_refused(of, one, "[]", "has 0 entries");
    else
      check_taken(of, one, "[]");
    check_refused(of, one, "[\"\"]", "\"\" is not ", 1);
  });
}

TEST_CASE("texts with control characters are refused everywhere") {
  for_each_key([](const section& of, const key& one) {
    if (one.takes.of != unit::text)
      return;
    const auto found = report(with_value(of, one, "\"a\\u0000b\"").text);
    CHECK(found.find("contains a control character") != found.npos);
    CHECK(found.find('\0') == found.npos);
  });
}

TEST_CASE("each key writes to a member of its own that its range fits") {
  settings all;
  feed_settings feed;
  key_settings api_key;
  std::set<const void*> members;
  for_each_key([&](const section&, const key& one) {
    CAPTURE(one.name);
    const auto where = one.at({all, feed, api_key});
    const auto* address = std::visit([](auto* p) -> const void* { return p; }, where);
    CHECK(members.insert(address).second);
    CHECK(one.meaning.ends_with('.'));
    if (std::holds_alternative<std::uint32_t*>(where))
      CHECK(one.takes.max <= std::numeric_limits<std::uint32_t>::max());
  });
}

TEST_CASE("a value that is written is the value that is read") {
  const auto parsed = parse(R"(
[io]
threads = 3
[http]
gzip = false
max_body_bytes = "2MiB"
max_header_bytes = 4096
idle_timeout = "90s"
[redis]
url = "unix:///run/redis.sock?db=3"
partitions = ["USDT", "ETH"]
[view]
max_age = "250ms"
[daemon]
warmup = "0"
stop_timeout = "3s"
[[feed]]
exchange = "binance"
symbols = ["*/USDT", "BTC/*"]
exclude = ["*UP/USDT"]
max_connection_age = "24h"
[[feed]]
exchange = "binance"
name = "binance-2"
symbols = ["ETH/BTC"]
)",
                            "f");
  REQUIRE(parsed);
  CHECK(parsed->io.threads == 3);
  CHECK(parsed->http.gzip == false);
  CHECK(parsed->http.max_body_bytes == 2 * 1024 * 1024);
  CHECK(parsed->http.max_header_bytes == 4096);
  CHECK(parsed->http.idle_timeout == std::chrono::seconds(90));
  CHECK(parsed->http.write_timeout == settings{}.http.write_timeout);
  CHECK(parsed->redis.url == "unix:///run/redis.sock?db=3");
  CHECK(parsed->redis.partitions == std::vector<std::string>{"USDT", "ETH"});
  CHECK(parsed->view.max_age == milliseconds(250));
  CHECK(parsed->warmup == milliseconds(0));
  CHECK(parsed->stop_timeout == std::chrono::seconds(3));
  REQUIRE(parsed->feeds.size() == 2);
  CHECK(parsed->feeds[0].name == "binance");
  CHECK(parsed->feeds[0].symbols == std::vector<std::string>{"*/USDT", "BTC/*"});
  CHECK(parsed->feeds[0].exclude == std::vector<std::string>{"*UP/USDT"});
  CHECK(parsed->feeds[0].max_connection_age == std::chrono::hours(24));
  CHECK(parsed->feeds[1].name == "binance-2");
}

} // namespace tickboard::config
