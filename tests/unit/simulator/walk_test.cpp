#include "adapters/simulator/catalogue.hpp"
#include "adapters/simulator/digits.hpp"
#include "adapters/simulator/subscriber.hpp"

#include <doctest/doctest.h>

#include <map>
#include <set>

using namespace tickboard::simulator;

namespace {

constexpr std::string_view exchanges[] = {"binance", "coinbaseexchange", "kraken"};

std::vector<instrument> listed(std::string_view exchange, std::uint32_t markets) {
  auto made = make_catalogue(exchange, markets);
  REQUIRE(made.has_value());
  return std::move(made->trading);
}

/// What must be equal between two states of the same update; the time depends on the clock.
auto figures(const market_state& s) {
  return std::tuple(s.last, s.bid, s.ask, s.open, s.high, s.low, s.vwap, s.last_size, s.bid_size,
                    s.ask_size, s.volume, s.updates, s.sequence, s.trades);
}

/// Remembers what was rendered.
struct spy final : renderer {
  struct frame {
    std::size_t market;
    market_state state;
    bool snapshot;
  };
  std::vector<frame> frames;

  void render(std::string& out, std::size_t market, const market_state& state, channel_mask,
              bool snapshot) override {
    frames.push_back({market, state, snapshot});
    out += "0123456789";
  }
};

void drain(subscriber& of) {
  std::string out;
  while (of.produce(out, 1 << 30)) {
  }
}

} // namespace

TEST_CASE("every state of every simulated market is consistent") {
  for (const auto exchange : exchanges) {
    const auto markets = listed(exchange, 300);
    for (std::size_t i = 0; i < markets.size(); ++i) {
      auto state = first_state(markets[i], 3, i, 0);
      for (int n = 0; n < 500; ++n) {
        CAPTURE(markets[i].native);
        CAPTURE(n);
        REQUIRE(state.bid > 0);
        REQUIRE(state.bid < state.ask);
        REQUIRE(state.low > 0);
        for (const auto price : {state.last, state.open, state.vwap}) {
          REQUIRE(price >= state.low);
          REQUIRE(price <= state.high);
        }
        REQUIRE((state.last == state.bid || state.last == state.ask));
        REQUIRE(state.bid_size > 0);
        REQUIRE(state.ask_size > 0);
        REQUIRE(state.last_size > 0);
        REQUIRE(state.volume > 0);
        REQUIRE(quote_volume_e8(markets[i], state) > 0);
        const auto before = state;
        step(state, markets[i], n);
        REQUIRE(state.sequence > before.sequence);
        REQUIRE(state.updates == before.updates + 1);
      }
    }
  }
}

TEST_CASE("a catalogue has distinct names, majors first, mostly against the main quote") {
  for (const auto exchange : exchanges) {
    const auto made = make_catalogue(exchange, 2000);
    REQUIRE(made.has_value());
    std::set<std::string> names;
    std::map<std::string, int> quotes;
    for (const auto* list : {&made->trading, &made->halted})
      for (const auto& of : *list) {
        CHECK_MESSAGE(names.insert(of.native).second, of.native);
        ++quotes[of.quote];
      }
    CHECK(made->trading.size() == 2000);
    CHECK(!made->halted.empty());
    CHECK(made->trading.front().base == "BTC");
    CHECK(quotes[made->trading.front().quote] > 1000);
    CHECK(quotes.size() >= 5);
  }
  CHECK(!make_catalogue("binance", 0).has_value());
  CHECK(!make_catalogue("binance", max_markets + 1).has_value());
  CHECK(make_catalogue("mtgox", 1).error().find("kraken") != std::string::npos);
}

TEST_CASE("each round visits every market once, and seeking finds the same place as walking") {
  for (const std::size_t markets : {1U, 2U, 3U, 10U, 97U, 360U}) {
    tape_cursor walked(11, markets);
    for (int round = 0; round < 4; ++round) {
      std::set<std::size_t> seen;
      for (std::size_t i = 0; i < markets; ++i, walked.next()) {
        tape_cursor sought(11, markets);
        sought.seek(walked.index());
        CHECK(sought.market() == walked.market());
        CHECK(sought.round() == walked.round());
        seen.insert(walked.market());
      }
      CHECK(seen.size() == markets);
    }
  }
}

TEST_CASE("the same seed gives the same sequence, another seed another one") {
  const auto run = [](std::uint64_t seed) {
    tape updates(listed("kraken", 50), seed, {.rate = 0, .count = 1234});
    updates.first_subscribed();
    updates.advance(5000);
    CHECK(updates.sent() == 1234);
    CHECK(updates.still());
    std::vector<decltype(figures(updates.state(0)))> all;
    for (std::size_t i = 0; i < updates.markets(); ++i)
      all.push_back(figures(updates.state(i)));
    return all;
  };
  CHECK(run(5) == run(5));
  CHECK(run(5) != run(6));
}

TEST_CASE("a subscriber gets each update of its markets once, in order, ending as the tape does") {
  tape updates(listed("binance", 20), 1, {.rate = 0, .count = 2000});
  spy first_frames, second_frames;
  subscriber first(updates, first_frames), second(updates, second_frames);
  for (std::size_t market = 0; market < 20; ++market)
    (market % 2 == 0 ? first : second).follow(market, 1, false);
  drain(first);
  // The second one has not read a thing yet and still gets everything.
  CHECK(first_frames.frames.size() == 1000);
  drain(second);
  CHECK(second_frames.frames.size() == 1000);
  std::map<std::size_t, market_state> last;
  for (const auto* frames : {&first_frames.frames, &second_frames.frames})
    for (const auto& [market, state, snapshot] : *frames) {
      CHECK(!snapshot);
      CHECK(state.updates == last[market].updates + 1);
      CHECK(state.ts_us > last[market].ts_us);
      last[market] = state;
    }
  for (const auto& [market, state] : last) {
    CHECK(figures(state) == figures(updates.state(market)));
    CHECK(state.ts_us == updates.state(market).ts_us);
  }
  CHECK(first.caught_up());
  CHECK(second.caught_up());
}

TEST_CASE("who subscribes after the last update gets each market's last state once") {
  tape updates(listed("binance", 10), 1, {.rate = 0, .count = 100});
  spy driving, late;
  subscriber driver(updates, driving), latecomer(updates, late);
  driver.follow(0, 1, false);
  drain(driver);
  REQUIRE(updates.still());
  latecomer.follow(3, 1, false);
  latecomer.follow(4, 1, false);
  drain(latecomer);
  CHECK(late.frames.empty());
  CHECK(!latecomer.caught_up());
  latecomer.repeat_missed();
  drain(latecomer);
  CHECK(late.frames.size() == 2);
  CHECK(latecomer.caught_up());
  latecomer.repeat_missed();
  drain(latecomer);
  CHECK(late.frames.size() == 2);
  for (const auto& [market, state, snapshot] : late.frames)
    CHECK(figures(state) == figures(updates.state(market)));
}

TEST_CASE("disorder and muting never lose a market's last state") {
  tape updates(listed("kraken", 6), 1, {.rate = 1, .count = 60});
  spy frames;
  subscriber reader(updates, frames);
  for (std::size_t market = 0; market < 6; ++market)
    reader.follow(market, 1, true);
  disturbance bad;
  bad.out_of_order = bad.duplicate = true;
  bad.muted = {2};
  reader.set_disturbance(bad);
  while (!updates.still()) {
    const auto before = updates.state(0).ts_ms();
    updates.advance(6);
    drain(reader);
    // Old frames are repeated only if their time tells them from new ones.
    while (!updates.still() && std::chrono::system_clock::now().time_since_epoch() <
                                   std::chrono::milliseconds(before + 2)) {
    }
  }
  std::map<std::size_t, std::uint64_t> newest;
  bool went_back = false;
  for (const auto& [market, state, snapshot] : frames.frames) {
    CHECK(market != 2);
    went_back = went_back || state.updates < newest[market];
    newest[market] = std::max(newest[market], state.updates);
  }
  CHECK(went_back);
  CHECK(newest[5] == 10);
  reader.set_disturbance({});
  reader.repeat_missed();
  frames.frames.clear();
  drain(reader);
  REQUIRE(frames.frames.size() == 1);
  CHECK(frames.frames[0].market == 2);
  CHECK(frames.frames[0].state.updates == 10);
}

TEST_CASE("numbers are written with the digits asked for") {
  const auto fixed = [](std::int64_t value, unsigned decimals, unsigned padded = 0) {
    return std::string(frame_text{}.fixed(value, decimals, padded).view());
  };
  CHECK(fixed(123456, 2) == "1234.56");
  CHECK(fixed(123456, 2, 8) == "1234.56000000");
  CHECK(fixed(-5, 3) == "-0.005");
  CHECK(fixed(0, 2, 8) == "0.00000000");
  CHECK(fixed(17, 0) == "17");
  CHECK(fixed(17, 0, 8) == "17.00000000");
  const auto trimmed = [](std::int64_t value, unsigned decimals) {
    return std::string(frame_text{}.trimmed(value, decimals).view());
  };
  CHECK(trimmed(10286150, 2) == "102861.5");
  CHECK(trimmed(3188800, 2) == "31888");
  CHECK(trimmed(1000, 0) == "1000");
  CHECK(frame_text{}.time(1786562940962486).view() == "2026-08-12T19:29:00.962486Z");
  CHECK(frame_text{}.time(951782400000007).view() == "2000-02-29T00:00:00.000007Z");
}
