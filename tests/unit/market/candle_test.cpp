#include "market/candle_codec.hpp"
#include "market/candle_query.hpp"
#include "market/candle_series.hpp"
#include "market/clock_lag.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <random>
#include <string>

using namespace tickboard;

namespace {

decimal price_of(std::string_view text) {
  return decimal::parse(text).value();
}

candle make_candle(std::int64_t start_ms, std::string_view open, std::string_view high,
                   std::string_view low, std::string_view close) {
  return {start_ms, price_of(open), price_of(high), price_of(low), price_of(close)};
}

std::string text_of(const candle& one) {
  std::string out = std::to_string(one.start_ms);
  for (const auto* price : {&one.open, &one.high, &one.low, &one.close})
    out.append(" ").append(price->text());
  return out;
}

constexpr auto& minutes = candle_rings[0];

std::string encoded(const std::vector<candle>& all, std::int64_t period) {
  std::string out;
  for (const auto& one : all)
    append_candle(out, minutes, period, one);
  return out;
}

/// What is stored, as Redis would hold it.
struct stored_chunks {
  void take(candle_series& from, bool succeeds = true) {
    const auto told = from.chunks();
    from.begin_store();
    from.end_store(succeeds);
    if (succeeds)
      for (const auto& one : told)
        all[{one.ring, one.period}] = one.bytes;
  }

  /// As the history store reads them.
  bool restore(candle_series& into, std::int64_t now_ms) const {
    bool whole = true;
    for (auto ring = candle_rings.size(); ring-- > 0;)
      for (const std::int64_t back : {1, 0}) {
        const auto period = now_ms / candle_rings[ring].chunk_ms() - back;
        if (const auto it = all.find({ring, period}); it != all.end())
          whole = into.restore({ring, period, it->second}) && whole;
      }
    return whole;
  }

  std::vector<candle> candles(std::size_t ring) const {
    std::vector<candle> out;
    for (const auto& [at, bytes] : all)
      if (at.first == ring)
        std::ranges::move(decode_candles(bytes, candle_rings[ring], at.second).value(),
                          std::back_inserter(out));
    return out;
  }

  std::map<std::pair<std::size_t, std::int64_t>, std::string> all;
};

/// Candles by looking at every price that there was.
struct brute_force {
  void take(std::int64_t at_ms, const decimal& price) {
    if (at_ms - at_ms % 60'000 >= latest)
      prices.emplace_back(at_ms, price);
    latest = std::max(latest, at_ms - at_ms % 60'000);
  }

  std::vector<candle> candles(std::int64_t length_ms) const {
    std::map<std::int64_t, std::vector<decimal>> by_start;
    for (const auto& [at_ms, price] : prices)
      by_start[at_ms / length_ms * length_ms].push_back(price);
    const auto less = [](const decimal& a, const decimal& b) { return a.value() < b.value(); };
    std::vector<candle> out;
    for (const auto& [start_ms, those] : by_start)
      out.push_back({start_ms, those.front(), *std::ranges::max_element(those, less),
                     *std::ranges::min_element(those, less), those.back()});
    return out;
  }

  std::vector<std::pair<std::int64_t, decimal>> prices;
  std::int64_t latest = 0;
};

/// Of what differs, the first is told.
void check_same(const std::vector<candle>& is, const std::vector<candle>& should) {
  const auto differs = std::ranges::mismatch(is, should);
  INFO("is ", differs.in1 == is.end() ? "none" : text_of(*differs.in1), ", should be ",
       differs.in2 == should.end() ? "none" : text_of(*differs.in2));
  CHECK(is == should);
}

constexpr std::int64_t begin_ms = 1'699'999'200'000; // a whole hour

} // namespace

TEST_CASE("candles come back from a chunk digit by digit") {
  const std::vector<std::vector<std::array<const char*, 4>>> cases{
      {{"92981.9", "93000.0", "92900.1", "92990.0"}, {"92990.0", "92990.0", "92990.0", "92990.0"}},
      {{"0.00001234", "0.00001300", "0.00001200", "0.00001250"},
       {"1.00000000", "1.00000000", "0.50000000", "0.90000000"}},
      {{"93000", "93000.5", "92999.25", "93000"}, {"93000.5", "93001", "93000", "93000.125"}},
      {{"100", "100", "100", "100"},
       {"100.0", "100.0", "100.0", "100.0"},
       {"100", "100", "100", "100"}},
      {{"1e3", "1000", "999.0", "1e3"}},
      {{"00.5", "0.5", "0.50", ".5e0"}},
      {{"12345678901234567890.123", "12345678901234567890.123", "1", "2"}},
      {{"0.000000000000000000000000000012345", "3", "0.000000000000000000000000000012345", "2"},
       {"2", "3", "1", "2"}},
      {{"999999999999999999", "999999999999999999", "0.000000000000000001",
        "0.000000000000000001"}},
      {{"5", "4", "6", "5"}}, // no candle, and yet nothing is lost
  };
  for (const auto& one : cases) {
    std::vector<candle> all;
    for (std::size_t i = 0; i < one.size(); ++i)
      if (const auto& [open, high, low, close] = one[i];
          decimal::parse(open) && decimal::parse(close))
        all.push_back(
            make_candle(static_cast<std::int64_t>(7 * i) * 60'000, open, high, low, close));
    CAPTURE(one.front()[0]);
    const auto read = decode_candles(encoded(all, 0), minutes, 0);
    REQUIRE(read);
    CHECK(*read == all);
  }
}

TEST_CASE("an ordinary hour takes some nine bytes a candle") {
  std::mt19937_64 random{1};
  std::vector<candle> all;
  std::int64_t price = 93'000'000;
  const auto text = [](std::int64_t steps) { // as Binance writes
    return std::to_string(steps / 1000) + "." + std::to_string(1000 + steps % 1000).substr(1) +
           "00000";
  };
  for (int i = 0; i < 60; ++i) {
    const auto open = price;
    price += static_cast<std::int64_t>(random() % 40'000) - 20'000;
    all.push_back(make_candle(i * 60'000, text(open), text(std::max(open, price) + 7'000),
                              text(std::min(open, price) - 7'000), text(price)));
  }
  const auto bytes = encoded(all, 0);
  CHECK(bytes.size() <= 60 * 13);
  CHECK(decode_candles(bytes, minutes, 0) == all);
}

TEST_CASE("a chunk takes steps where they are exact, and is read within their bounds") {
  const auto flat = [](std::int64_t minute, const char* price) {
    return make_candle(minute * 60'000, price, price, price, price);
  };
  // Behind one with decimals, a price without: written out it would be 100.00.
  const auto flags_of_second = [](const candle& first, const candle& second) {
    return encoded({first, second}, 0)[encoded({first}, 0).size()];
  };
  constexpr char follows_in_steps = 1;
  CHECK(flags_of_second(make_candle(0, "1", "1.25", "1", "1.25"), flat(1, "100")) ==
        follows_in_steps);
  // 18 digits in steps of the form are the most.
  const auto stripped = make_candle(0, "1", "1.25", "1", "1.25");
  CHECK(flags_of_second(stripped, flat(1, "10000000000000000")) == follows_in_steps);
  CHECK(flags_of_second(stripped, flat(1, "10000000000000001")) != follows_in_steps);

  // Version, kind (a new form that follows), scale 0, no zeros, then open, close, above, below.
  const auto chunk = [](std::int64_t open, std::uint64_t above, std::uint64_t below) {
    std::string out{"\x01\x05\x00\x00", 4};
    const auto add = [&out](std::uint64_t value) {
      for (; value >= 0x80; value >>= 7)
        out.push_back(static_cast<char>(value | 0x80));
      out.push_back(static_cast<char>(value));
    };
    add(static_cast<std::uint64_t>(open) << 1);
    add(0);
    add(above);
    add(below);
    return out;
  };
  constexpr std::int64_t most = std::int64_t{1} << 60;
  CHECK(decode_candles(chunk(5, 2, 4), minutes, 0) ==
        std::vector{make_candle(0, "5", "7", "1", "5")});
  CHECK(decode_candles(chunk(5, 2, 5), minutes, 0));
  CHECK_FALSE(decode_candles(chunk(5, 2, 6), minutes, 0));
  CHECK(decode_candles(chunk(most - 1, 0, 0), minutes, 0));
  CHECK(decode_candles(chunk(most - 3, 2, 0), minutes, 0));
  CHECK_FALSE(decode_candles(chunk(most - 3, 3, 0), minutes, 0));
}

TEST_CASE("damaged chunks are no candles, and never more than a chunk has") {
  std::mt19937_64 random{2};
  const auto whole =
      encoded({make_candle(0, "1.5", "2", "1", "1.75"), make_candle(60'000, "1e9", "2e9", "1", "1"),
               make_candle(59 * 60'000, "00.5", "0.55", "0.5", "0.55")},
              0);
  REQUIRE(decode_candles(whole, minutes, 0));
  for (std::size_t size = 2; size < whole.size(); ++size) { // behind the version
    const auto read = decode_candles(std::string_view{whole}.substr(0, size), minutes, 0);
    CHECK((!read || encoded(*read, 0).size() == size)); // it ends behind a candle
  }
  for (int i = 0; i < 20'000; ++i) {
    auto broken = whole;
    for (auto n = 1 + random() % 3; n > 0; --n)
      broken[random() % broken.size()] = static_cast<char>(random());
    if (const auto read = decode_candles(broken, minutes, 0)) {
      CHECK(read->size() <= 60);
      for (const auto& one : *read)
        CHECK(one.start_ms < minutes.chunk_ms());
    }
  }
  CHECK_FALSE(decode_candles("nonsense", minutes, 0));
  CHECK(decode_candles("", minutes, 0)->empty());
}

TEST_CASE("what is stored of random prices are the candles of all prices") {
  for (unsigned seed = 1; seed <= 12; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random{seed};
    const auto pick = [&](std::uint64_t below) {
      return static_cast<std::int64_t>(random() % below);
    };
    candle_series subject;
    stored_chunks redis;
    brute_force truth;
    auto now_ms = begin_ms;
    for (int i = 0; i < 6'000; ++i) {
      const auto gap = pick(200);
      now_ms += gap == 0 ? pick(9 * 3'600'000) : gap < 9 ? pick(400'000) : pick(9'000);
      const auto at_ms = now_ms - (pick(5) == 0 ? pick(60'000) : 0);
      const auto price = price_of(std::to_string(90 + pick(20)) +
                                  (pick(3) == 0 ? "" : "." + std::to_string(1 + pick(9))));
      subject.take(at_ms, price);
      truth.take(at_ms, price);
      if (pick(40) == 0)
        redis.take(subject, pick(4) != 0);
      if (pick(400) == 0) { // another life
        redis.take(subject);
        subject = {};
        now_ms += 61'000; // late prices of before are told to nobody
        if (pick(2) == 0)
          now_ms += pick(7'200'000);
        if (pick(2) == 0) { // it hears something before it has read what was
          const auto early = price_of("100.5");
          subject.take(now_ms, early);
          truth.take(now_ms, early);
        }
        REQUIRE(redis.restore(subject, now_ms));
      }
    }
    redis.take(subject);
    for (std::size_t ring = 0; ring < candle_rings.size(); ++ring) {
      CAPTURE(ring);
      check_same(redis.candles(ring), truth.candles(candle_rings[ring].step_ms));
    }
    CHECK(folded(redis.candles(0), 900'000) == truth.candles(900'000));
    CHECK(folded(redis.candles(1), 14'400'000) == truth.candles(14'400'000));
  }
}

TEST_CASE("a market that nobody stores for long keeps a few chunks, the last ones") {
  candle_series subject;
  for (int hour = 0; hour < 40; ++hour)
    for (int minute = 0; minute < 60; ++minute)
      subject.take(begin_ms + hour * 3'600'000 + minute * 60'000,
                   price_of(std::to_string(100 + hour)));
  CHECK(subject.chunks().size() <= candle_series::max_over + candle_rings.size());
  stored_chunks redis;
  redis.take(subject);
  CHECK(redis.candles(0).back().close == price_of("139"));
  CHECK(redis.candles(1).size() >= 24); // hours are left where minutes are not
}

TEST_CASE("prices count at the exchange's time while it can be right, else at ours") {
  CHECK(candle_time(1'000'000, 1'000'300) == 1'000'000);
  CHECK(candle_time(1'060'300, 1'000'300) == 1'060'300);
  CHECK(candle_time(1'060'301, 1'000'300) == 1'000'300);
  CHECK(candle_time(0, 1'000'300) == 1'000'300);
}

TEST_CASE("a clock that is behind is told from trades that are sent once more") {
  for (unsigned seed = 1; seed <= 40; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random{seed};
    const auto pick = [&](std::int64_t below) {
      return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(below));
    };
    struct traded {
      std::int64_t traded_ms = 0, ts_ms = 0; ///< by our clock and the exchange's
      std::int64_t known_ms = 0;             ///< the writer has seen this one
    };
    std::vector<traded> markets(20);
    clock_lag subject;
    auto now_ms = begin_ms;
    int counted = 0, left_out = 0;
    const auto counts = [&](traded& one) {
      const auto age_ms = now_ms - one.ts_ms;
      const bool is_again = one.ts_ms == one.known_ms;
      subject.note(now_ms, age_ms, one.known_ms != 0 && !is_again);
      one.known_ms = one.ts_ms;
      const bool out = !is_again && subject.is_young(age_ms);
      ++(out ? counted : left_out);
      return out;
    };
    for (int phase = 0; phase < 6; ++phase) {
      constexpr std::array<std::int64_t, 5> choices{0, 61'000, 90'000, 3'600'000, 200'000'000};
      const auto behind_ms = choices[static_cast<std::size_t>(pick(5))];
      const auto settled_ms = now_ms + 2 * clock_lag::span_ms + 10'000;
      for (const auto until = now_ms + 600'000; now_ms < until;) {
        now_ms += pick(2'000);
        const bool settled = now_ms >= settled_ms;
        if (settled && pick(60) == 0) { // everything is subscribed to anew
          const auto outage_ms = pick(3) == 0 ? pick(400'000) : 0;
          for (auto& one : markets)
            if (one.ts_ms != 0 && pick(2) == 0) { // some traded meanwhile
              one.traded_ms = now_ms + pick(outage_ms + 1);
              one.ts_ms = one.traded_ms - behind_ms;
            }
          now_ms += outage_ms;
          for (auto& one : markets)
            if (const auto old_ms = now_ms - one.traded_ms; one.ts_ms != 0 && counts(one))
              CHECK(old_ms <= candle_clock_ms + 1'500);
        }
        const auto delay_ms = pick(1'500);
        // Busy ones and quiet ones.
        auto& one = markets[static_cast<std::size_t>(pick(pick(10) == 0 ? 20 : 3))];
        one.traded_ms = now_ms - delay_ms;
        if (one.traded_ms - behind_ms == one.ts_ms)
          continue;
        one.ts_ms = one.traded_ms - behind_ms;
        const bool out = counts(one);
        if (settled || behind_ms == 0)
          CHECK(out);
      }
    }
    CHECK(counted > 1'000);
    CHECK(left_out > 100);
  }
}

TEST_CASE("a clock that is set back does not stop the candles") {
  candle_series subject;
  subject.take(begin_ms + 7'200'000, price_of("1"));
  subject.take(begin_ms + 7'140'000, price_of("2")); // late
  subject.take(begin_ms, price_of("3"));
  subject.take(begin_ms + 60'000, price_of("4"));
  stored_chunks redis;
  redis.take(subject);
  CHECK(redis.candles(0) == std::vector{make_candle(begin_ms, "3", "3", "3", "3"),
                                        make_candle(begin_ms + 60'000, "4", "4", "4", "4"),
                                        make_candle(begin_ms + 7'200'000, "1", "1", "1", "1")});
}

TEST_CASE("a clock that is set back costs no candle of another time, whatever waits to be stored") {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random{seed};
    const auto pick = [&](std::uint64_t below) {
      return static_cast<std::int64_t>(random() % below);
    };
    candle_series subject;
    stored_chunks redis;
    brute_force truth;
    std::vector<std::pair<std::int64_t, std::int64_t>> twice; // times that came more than once
    auto now_ms = begin_ms;
    const auto store = [&](bool succeeds) {
      if (subject.misses_stored()) { // as the history store does
        subject.fetches_stored();
        REQUIRE(redis.restore(subject, now_ms));
      }
      redis.take(subject, succeeds);
    };
    for (int i = 0; i < 3'000; ++i) {
      now_ms += pick(50) == 0 ? pick(40 * 3'600'000) : pick(400'000);
      if (pick(150) == 0) {
        const auto back = 121'000 + pick(pick(10) == 0 ? 3 * 86'400'000 : 1'800'000);
        twice.emplace_back(now_ms - back - 60'000, now_ms + 60'000);
        now_ms -= back;
        truth.latest = 0;
      }
      const auto price = price_of(std::to_string(90 + pick(20)));
      subject.take(now_ms, price);
      truth.take(now_ms, price);
      if (subject.misses_stored() || pick(5) == 0)
        store(pick(4) != 0);
    }
    store(true);
    for (std::size_t ring = 0; ring < candle_rings.size(); ++ring) {
      CAPTURE(ring);
      const auto length_ms = candle_rings[ring].step_ms;
      const auto came_once = [&](std::vector<candle> all) {
        std::erase_if(all, [&](const auto& one) {
          return std::ranges::any_of(twice, [&](const auto& span) {
            return one.start_ms < span.second && one.start_ms + length_ms > span.first;
          });
        });
        return all;
      };
      const auto should = came_once(truth.candles(length_ms));
      CHECK(should.size() > (ring == 2 ? 3 : 30));
      check_same(came_once(redis.candles(ring)), should);
    }
  }
}

TEST_CASE("a clock that is set forward costs nothing of what an earlier life has stored") {
  constexpr std::int64_t minute = 60'000, hour = 60 * minute;
  stored_chunks redis;
  candle_series earlier;
  for (int i = 0; i < 20; ++i)
    earlier.take(begin_ms + 30 * hour + i * minute, price_of("1"));
  redis.take(earlier);
  candle_series subject;
  REQUIRE(redis.restore(subject, begin_ms)); // as its clock says, so there is nothing
  subject.take(begin_ms, price_of("2"));
  CHECK_FALSE(subject.misses_stored());
  subject.take(begin_ms + hour, price_of("2"));
  CHECK_FALSE(subject.misses_stored()); // the next chunk is nobody else's
  subject.take(begin_ms + 30 * hour + 30 * minute, price_of("3"));
  REQUIRE(subject.misses_stored());
  subject.fetches_stored();
  REQUIRE(redis.restore(subject, begin_ms + 30 * hour + 30 * minute));
  subject.take(begin_ms + 30 * hour + 31 * minute, price_of("3"));
  CHECK_FALSE(subject.misses_stored()); // once is enough
  redis.take(subject);
  CHECK(redis.candles(0).size() == 2 + 20 + 2);
  for (std::size_t ring = 1; ring < candle_rings.size(); ++ring)
    CHECK(redis.candles(ring).back() ==
          make_candle(begin_ms + 30 * hour - (begin_ms + 30 * hour) % candle_rings[ring].step_ms,
                      "1", "3", "1", "3"));
}

TEST_CASE("questions about candles") {
  const auto parse = [](query_parameters given) { return parse_candle_query(given); };
  CHECK(parse({})->length().name == "1m");
  CHECK(parse({})->limit == 500);
  CHECK(parse({{"interval", "4h"}, {"limit", "3"}, {"from_ms", "5"}, {"to_ms", "6"}})
            ->length()
            .length_ms == 14'400'000);
  const auto refused = parse({{"interval", "2m"}}).error();
  CHECK(refused.parameter == "interval");
  CHECK(refused.allowed == "one of 1m, 5m, 15m, 1h, 4h, 1d");
  CHECK(parse({{"limit", "1501"}}).error().allowed == "a whole number from 1 to 1500");
  CHECK(parse({{"limit", "0"}}).error().parameter == "limit");
  CHECK(parse({{"from_ms", "-1"}}).error().parameter == "from_ms");
  CHECK(parse({{"from_ms", "6"}, {"to_ms", "6"}}).error().parameter == "to_ms");
  CHECK(parse({{"to_ms", "99999999999999999999"}}).error().detail == "is out of range");
  CHECK(parse({{"page", "1"}}).error().allowed == "interval, limit, from_ms, to_ms");
  CHECK(parse({{"limit", "3"}})->canonical() != parse({{"limit", "4"}})->canonical());

  // A candle of which a part is forgotten is not shown.
  const candle_counts kept{120, 48, 30};
  CHECK(first_kept_ms(candle_intervals[0], kept, begin_ms + 59'999) == begin_ms - 119 * 60'000);
  CHECK(first_kept_ms(candle_intervals[2], kept, begin_ms + 59'999) == begin_ms - 105 * 60'000);
}
