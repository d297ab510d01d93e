#include "actors/status.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/exposition.hpp"

#include <rapidjson/document.h>
#include <rapidjson/error/en.h>

#include <limits>
#include <random>

using namespace tickboard;
using namespace tickboard::test;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t some_time = 1'700'000'000'000;

rapidjson::Document parsed(const std::string& text) {
  rapidjson::Document out;
  out.Parse<rapidjson::kParseValidateEncodingFlag>(text.c_str(), text.size());
  REQUIRE_MESSAGE(!out.HasParseError(), rapidjson::GetParseError_En(out.GetParseError())
                                            << " in " << text);
  return out;
}

connection_status account(std::string state) {
  connection_status out;
  out.feed = "binance";
  out.connection = 1;
  out.state = std::move(state);
  out.markets = 98;
  out.rejected = 2;
  out.last_frame_ms = some_time;
  out.frames_per_second = 12.34;
  out.frames = 1'000;
  out.patches = 900;
  out.malformed = 3;
  out.quarantined = 4;
  out.mute = 7;
  out.mute_markets = {"kraken:A-USD", "kraken:B\"-USD"};
  return out;
}

/// RapidJSON's own comparisons do not come to an end in C++20.
std::string text(const rapidjson::Value& of) {
  REQUIRE(of.IsString());
  return {of.GetString(), of.GetStringLength()};
}

/// The only connection of the only feed.
struct shown {
  explicit shown(const status_state& of, std::int64_t now_ms = some_time)
      : whole(parsed(of.json(now_ms))), at(whole["data"][0]["connections"][0]) {}

  rapidjson::Document whole;
  const rapidjson::Value& at;
};

} // namespace

TEST_CASE("nothing known yet is an empty list") {
  CHECK(status_state{}.json(some_time) ==
        R"({"data":[],"as_of_ms":)" + std::to_string(some_time) + "}");
}

TEST_CASE("a feed and its connection show what they told") {
  status_state state;
  state.take(feed_status{"binance-eu", "binance", "following", "", 98, 3, {"A/\"B", "!*/C"}});
  auto told = account("live");
  told.feed = "binance-eu";
  state.take(told);
  const auto whole = parsed(state.json(some_time + 1'500));
  REQUIRE(whole["data"].Size() == 1);
  const auto& feed = whole["data"][0];
  CHECK(text(feed["exchange"]) == "binance-eu");
  CHECK(text(feed["protocol"]) == "binance");
  CHECK(text(feed["state"]) == "following");
  CHECK(feed["problem"].IsNull());
  CHECK(feed["markets"].GetInt64() == 98);
  CHECK(feed["unmatched"].GetInt64() == 3);
  REQUIRE(feed["unmatched_symbols"].Size() == 2);
  CHECK(text(feed["unmatched_symbols"][0]) == "A/\"B");
  REQUIRE(feed["connections"].Size() == 1);
  const auto& one = feed["connections"][0];
  CHECK(one["connection"].GetInt64() == 1);
  CHECK(text(one["state"]) == "live");
  CHECK(one["restarts"].GetInt64() == 0);
  CHECK(one["alarm"].GetBool() == false);
  CHECK(one["last_frame_age_ms"].GetInt64() == 1'500);
  CHECK(one["markets"].GetInt64() == 98);
  CHECK(one["rejected"].GetInt64() == 2);
  CHECK(one["frames_per_second"].GetDouble() == doctest::Approx(12.3));
  CHECK(one["frames"].GetInt64() == 1'000);
  CHECK(one["patches"].GetInt64() == 900);
  CHECK(one["malformed"].GetInt64() == 3);
  CHECK(one["quarantined"].GetInt64() == 4);
  CHECK(one["mute"].GetInt64() == 7);
  REQUIRE(one["mute_markets"].Size() == 2);
  CHECK(text(one["mute_markets"][1]) == "kraken:B\"-USD");
  CHECK(one["last_error"].IsNull());
  CHECK(one["last_error_age_ms"].IsNull());
}

TEST_CASE("feeds and connections are listed in order, with what is known of them so far") {
  status_state state;
  state.take(feed_status{"kraken", "kraken", "failed", "api.kraken.com answered 503", 0});
  for (const std::uint32_t number : {3u, 1u, 2u}) {
    auto one = account("connecting");
    one.connection = number;
    state.take(one);
  }
  const auto whole = parsed(state.json(some_time));
  REQUIRE(whole["data"].Size() == 2);
  CHECK(text(whole["data"][0]["exchange"]) == "binance");
  REQUIRE(whole["data"][0]["connections"].Size() == 3);
  for (unsigned i = 0; i < 3; ++i)
    CHECK(whole["data"][0]["connections"][i]["connection"].GetInt64() == i + 1);
  CHECK(text(whole["data"][1]["problem"]) == "api.kraken.com answered 503");
  CHECK(whole["data"][1]["connections"].Empty());
}

TEST_CASE("an ended connection shows its error, its restarts and its alarm until it is live") {
  status_state state;
  state.take(account("live"));
  for (unsigned restart = 1; restart <= 3; ++restart) {
    state.take(connection_ended{"binance", 1, "reset by peer", 250ms, restart == 3});
    const shown now{state};
    CHECK(text(now.at["state"]) == (restart == 3 ? "alarm" : "waiting"));
    CHECK(now.at["restarts"].GetInt64() == restart);
    CHECK(now.at["alarm"].GetBool() == (restart == 3));
    CHECK(text(now.at["last_error"]) == "reset by peer");
    CHECK(now.at["uptime_ms"].IsNull());
    CHECK(now.at["frames_per_second"].GetDouble() == 0.0);
  }
  state.take(account("connecting"));
  CHECK(shown{state}.at["alarm"].GetBool() == true);
  state.take(account("live"));
  const shown now{state};
  CHECK(text(now.at["state"]) == "live");
  CHECK(now.at["alarm"].GetBool() == false);
  CHECK(now.at["restarts"].GetInt64() == 3);
  CHECK(text(now.at["last_error"]) == "reset by peer");
}

TEST_CASE("ages count from the newest, and a clock that goes back makes none negative") {
  status_state state;
  auto told = account("live");
  state.take(told);
  told.state = "connecting"; // a new life has no frames yet
  told.last_frame_ms = 0;
  state.take(told);
  CHECK(shown(state, some_time + 700).at["last_frame_age_ms"].GetInt64() == 700);
  CHECK(shown(state, some_time - 700).at["last_frame_age_ms"].GetInt64() == 0);

  status_state fresh;
  fresh.take(told);
  CHECK(shown{fresh}.at["last_frame_age_ms"].IsNull());
}

TEST_CASE("uptime and the error's age advance with the clock") {
  constexpr std::int64_t far = 10'000'000'000'000; // of the year 2286
  status_state state;
  state.take(connection_ended{"binance", 1, "reset", 250ms, false});
  state.take(account("live"));
  state.take(account("live")); // being live already does not begin anew
  const auto up_since = state.feeds.at("binance").connections.at(1).up_since_ms;
  CHECK(up_since > some_time);
  const shown now{state, far}, later{state, far + 1'000};
  CHECK(now.at["uptime_ms"].GetInt64() == far - up_since);
  CHECK(later.at["uptime_ms"].GetInt64() - now.at["uptime_ms"].GetInt64() == 1'000);
  CHECK(later.at["last_error_age_ms"].GetInt64() - now.at["last_error_age_ms"].GetInt64() == 1'000);
}

TEST_CASE("whatever an exchange says, the answer is JSON") {
  std::mt19937 random{11};
  for (int round = 0; round < 400; ++round) {
    std::string hostile;
    for (std::size_t i = random() % 60; i > 0; --i)
      hostile += random() % 3 == 0 ? "\"\\\n\t{}[]:,\x7f"[random() % 11]
                                   : static_cast<char>(random() % 256);
    hostile += "\xF0\x9F\x92\xA9";
    status_state state;
    state.take(feed_status{hostile, hostile, hostile, hostile, 1});
    auto told = account(hostile);
    told.feed = hostile;
    told.frames_per_second = random() % 2 == 0 ? 0.0 : 1e12;
    told.frames = std::numeric_limits<std::uint64_t>::max();
    state.take(told);
    state.take(connection_ended{hostile, 1, hostile, 1ms, false});
    const shown now{state};
    CHECK(text(now.at["last_error"]).ends_with("\xF0\x9F\x92\xA9"));
    CHECK(now.at["frames"].GetUint64() == told.frames);
  }
}

TEST_CASE("the actor answers with what it was told") {
  actor_fixture system;
  const auto subject = system.spawn(status);
  probe<std::string> reader{system};
  system.send(subject, feed_status{"kraken", "kraken", "discovering", "", 0});
  auto told = account("live");
  told.feed = "kraken";
  system.send(subject, told);
  system.send(subject, connection_ended{"kraken", 1, "gone", 1ms, true});
  caf::send_as(reader.handle(), subject, status_asked{});
  system.run();
  REQUIRE(reader.all<std::string>().size() == 1);
  const auto whole = parsed(reader.all<std::string>()[0]);
  CHECK(text(whole["data"][0]["exchange"]) == "kraken");
  CHECK(text(whole["data"][0]["connections"][0]["last_error"]) == "gone");
}

TEST_CASE("metrics tell of every feed and connection, over all lives of a connection") {
  status_state state;
  CHECK(metrics::exposition(state.figures(some_time)).find("tickboard_connection_frames_total{") ==
        std::string::npos);
  const auto counts = std::make_shared<source_counts>();
  counts->frames.add(1'234);
  counts->patches.add(1'200);
  counts->malformed.add(3);
  counts->last_data_ms.set(static_cast<std::size_t>(some_time));
  auto told = account("live");
  told.counts = counts;
  state.take(feed_status{"binance", "binance", "following", "", 98});
  state.take(told);
  connection_ended end;
  end.feed = "binance";
  end.connection = 1;
  end.reason = "gone";
  state.take(end);
  auto next = account("connecting");
  next.frames = next.patches = 0; // of its new life
  next.counts = counts;
  state.take(next);
  counts->frames.add(6);
  const exposition_text text{metrics::exposition(state.figures(some_time + 2'500))};
  const auto of = [&](const std::string& metric, const std::string& more = {}) {
    return text.value("tickboard_connection_" + metric + R"({feed="binance",connection="1")" +
                      more + "}");
  };
  CHECK(of("frames_total") == 1'240);
  CHECK(of("patches_total") == 1'200);
  CHECK(of("malformed_total") == 3);
  CHECK(of("quarantined_total") == 0);
  CHECK(of("restarts_total") == 1);
  CHECK(of("markets") == 98);
  CHECK(of("rejected_markets") == 2);
  CHECK(of("mute_markets") == 7);
  CHECK(of("data_age_seconds") == 2.5);
  CHECK(of("state", R"(,state="connecting")") == 1);
  CHECK(of("state", R"(,state="live")") == 0);
  CHECK(text.sum("tickboard_connection_state") == 1);
  CHECK(text.value(R"(tickboard_feed_state{feed="binance",state="following"})") == 1);
  CHECK(text.value(R"(tickboard_feed_markets{feed="binance"})") == 98);

  state.take(connection_gone{"binance", 1});
  const exposition_text after{metrics::exposition(state.figures(some_time))};
  CHECK(after.sum("tickboard_connection_frames_total") == 0);
  CHECK(after.text().find("connection=") == std::string::npos);
}
