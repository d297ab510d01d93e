// Budgets and bans, against a model that remembers everything and tries every moment.

#include "adapters/exchange/connect_ledger.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <vector>

using namespace tickboard;
using namespace tickboard::exchange;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t some_time = 1'790'000'000'000;
constexpr std::int64_t second = 1'000, minute = 60 * second, hour = 60 * minute, day = 24 * hour;
const std::string host = "stream.exchange.test:443";

struct model {
  connect_budget budget;
  std::vector<std::int64_t> attempts;
  std::int64_t banned_until = 0, last_ban = 0;
  int in_a_row = 0;

  void believe(std::int64_t now) {
    for (auto& one : attempts)
      one = std::min(one, now);
    banned_until = std::min(banned_until, now + 3 * day);
    if (banned_until != 0 && now >= banned_until) {
      last_ban = banned_until;
      banned_until = 0;
    }
    last_ban = std::min(last_ban, now);
  }
  void attempt(std::int64_t now) {
    std::erase_if(attempts, [&](auto one) { return one <= now - budget.window.count(); });
    attempts.push_back(now);
  }
  /// What is over for long is not in the file; if the clock is set back then, it is not known.
  void forget(std::int64_t now) {
    const auto last = attempts.empty() ? 0 : attempts.back();
    if (now - last >= day && banned_until == 0 && now - last_ban >= 10 * minute)
      *this = {budget, {}, 0, 0, 0};
  }
  bool fits(std::int64_t at) const {
    const auto within = std::count_if(attempts.begin(), attempts.end(), [&](std::int64_t one) {
      return one > at - budget.window.count();
    });
    return budget.attempts == 0 || static_cast<std::size_t>(within) < budget.attempts;
  }
  std::int64_t next(std::int64_t now) const {
    auto out = now + 100 * day;
    auto moments = attempts;
    for (auto& one : moments)
      one += budget.window.count();
    moments.push_back(now);
    for (const auto one : moments)
      if (one >= now && fits(one))
        out = std::min(out, one);
    return std::max(out, banned_until);
  }
  void refuse(unsigned status, std::int64_t retry_after, std::int64_t now) {
    if (status != 418 && status != 429 && (status != 503 || retry_after == 0))
      return;
    const bool in_force = now < banned_until;
    if (in_force && retry_after == 0)
      return;
    if (!in_force)
      in_a_row = now - last_ban < 10 * minute ? in_a_row + 1 : 1;
    auto wait = retry_after * second;
    if (retry_after == 0)
      for (wait = minute; in_a_row > 1 && wait < hour && wait < (minute << (in_a_row - 1));)
        wait *= 2;
    wait = std::min(wait, retry_after == 0 || status == 503 ? hour : 3 * day);
    banned_until = std::max(banned_until, now + wait);
  }
};

std::int64_t pick(std::mt19937_64& random, std::int64_t least, std::int64_t most) {
  return std::uniform_int_distribution{least, most}(random);
}

} // namespace

TEST_CASE("budgets and bans are kept exactly, through any jump of the clock and any restart") {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random{seed};
    connect_ledger ledger;
    model naive;
    naive.budget.attempts = static_cast<std::size_t>(pick(random, 0, 12));
    naive.budget.window = std::chrono::milliseconds{pick(random, 1, 20) * 30 * second};
    std::int64_t now = some_time;
    for (int step = 0; step < 200; ++step) {
      CAPTURE(step);
      switch (random() % 8) {
      case 0:
        now += pick(random, 0, hour);
        break;
      case 1:
        if (random() % 10 == 0) // set back, or far ahead
          now += pick(random, -5 * day, 5 * day);
        break;
      case 2: {
        const unsigned status = std::array{418U, 429U, 429U, 503U, 500U, 0U}[random() % 6];
        const auto wait = random() % 2 == 0 ? 0 : pick(random, 1, 5 * day / second);
        naive.believe(now);
        const auto before = naive.banned_until;
        naive.refuse(status, wait, now);
        const auto changed = ledger.refused(host, status, std::chrono::seconds{wait}, now);
        CHECK(changed == (naive.banned_until > before));
        break;
      }
      case 3: {
        auto again = connect_ledger::parse(ledger.text(now), now);
        REQUIRE_MESSAGE(again, (again ? "" : again.error()));
        naive.believe(now);
        naive.forget(now);
        ledger = *again;
        break;
      }
      default:
        now += pick(random, 0, 30 * second);
        naive.believe(now);
        if (random() % 4 == 0 || naive.next(now) <= now) { // also against the advice
          ledger.attempted(host, naive.budget, now);
          if (naive.budget.attempts != 0)
            naive.attempt(now);
        }
      }
      naive.believe(now);
      const auto told = ledger.look(host, naive.budget, now);
      REQUIRE(told.at_ms == naive.next(now));
      CHECK((told.why == connect_obstacle::none) == (told.at_ms == now));
      if (told.why == connect_obstacle::ban) {
        CHECK(told.at_ms == naive.banned_until);
        CHECK((told.status == 418 || told.status == 429 || told.status == 503));
      }
      CHECK(told.at_ms <= now + std::max<std::int64_t>(3 * day, naive.budget.window.count()));
      CHECK(ledger.look("another:443", naive.budget, now).at_ms == now); // hosts do not share
    }
  }
}

TEST_CASE("a window never sees more attempts than the budget, and none is left unused") {
  std::mt19937_64 random{7};
  const connect_budget budget{40, 5min};
  connect_ledger ledger;
  std::vector<std::int64_t> made;
  for (std::int64_t now = some_time; now < some_time + 2 * hour; now += pick(random, 1, second)) {
    if (ledger.look(host, budget, now).at_ms > now)
      continue;
    ledger.attempted(host, budget, now);
    made.push_back(now);
  }
  for (std::size_t i = 40; i < made.size(); ++i) {
    CHECK(made[i] - made[i - 40] >= 5 * minute);
  }
  CHECK(made.size() > 40 * 23);
  CHECK(ledger.text(made.back()).size() < 1'000); // what no window needs is forgotten
}

TEST_CASE("how long a host is left alone") {
  const auto waits = [](unsigned status, std::chrono::seconds retry_after, int times = 1) {
    connect_ledger ledger;
    auto now = some_time;
    std::vector<std::int64_t> out;
    for (int i = 0; i < times; ++i) {
      ledger.refused(host, status, retry_after, now);
      out.push_back((ledger.look(host, {}, now).at_ms - now) / second);
      now += out.back() * second + 1;
    }
    return out;
  };
  CHECK(waits(429, 7s) == std::vector<std::int64_t>{7});
  CHECK(waits(418, 48h) == std::vector<std::int64_t>{172'800});
  CHECK(waits(418, 2000h) == std::vector<std::int64_t>{259'200});
  CHECK(waits(503, 30s) == std::vector<std::int64_t>{30});
  CHECK(waits(503, 48h) == std::vector<std::int64_t>{3'600});
  CHECK(waits(503, 0s) == std::vector<std::int64_t>{0});
  CHECK(waits(500, 30s) == std::vector<std::int64_t>{0});
  CHECK(waits(429, -5s) == std::vector<std::int64_t>{60});
  CHECK(waits(429, 0s, 9) ==
        std::vector<std::int64_t>{60, 120, 240, 480, 960, 1'920, 3'600, 3'600, 3'600});

  connect_ledger ledger; // what comes in peace for long is a new beginning
  ledger.refused(host, 429, 0s, some_time);
  CHECK_FALSE(ledger.refused(host, 429, 0s, some_time + 1)); // was under way with the first
  CHECK(ledger.refused(host, 429, 0s, some_time + minute));
  CHECK(ledger.refused(host, 429, 0s, some_time + 13 * minute));
  CHECK(ledger.look(host, {}, some_time + 13 * minute).at_ms == some_time + 14 * minute);
}

TEST_CASE("memory is bounded by hosts and attempts, and hosts that matter are kept") {
  connect_ledger ledger;
  ledger.refused(host, 418, 48h, some_time);
  for (int i = 0; i < 5'000; ++i) {
    ledger.attempted("host" + std::to_string(i) + ":1", {3, 5min}, some_time + i);
    ledger.attempted("busy:1", {100'000, 5min}, some_time + i);
  }
  CHECK(ledger.look(host, {}, some_time + 5'000).at_ms == some_time + 48 * hour);
  CHECK(ledger.look("busy:1", {100'000, 5min}, some_time + 5'000).why == connect_obstacle::budget);
  ledger.attempted("busy:1", {3, 5min}, some_time + 5'000); // one with a smaller budget
  CHECK(ledger.look("busy:1", {900, 5min}, some_time + 5'000).why == connect_obstacle::budget);
  const auto text = ledger.text(some_time + 5'000);
  CHECK(std::count(text.begin(), text.end(), '\n') == connect_ledger::most_hosts + 1);
  CHECK(text.size() < connect_ledger::most_text_bytes);
  CHECK(connect_ledger::parse(text, some_time + 5'000));
  CHECK(ledger.text(some_time + 4 * day) == "{\"version\":1,\"hosts\":{}}\n"); // all is over
}

TEST_CASE("a file that is wrong is refused, and the error says where") {
  const auto error = [](std::string_view text) {
    const auto out = connect_ledger::parse(text, some_time);
    return out ? std::string{"none"} : out.error();
  };
  CHECK(error("").starts_with("is not JSON: "));
  CHECK(error("{\"version\":1,").find("(byte 13)") != std::string::npos);
  CHECK(error("[]") == "expected an object with the members version and hosts");
  CHECK(error(R"({"hosts":{}})") == "version: expected 1");
  CHECK(error(R"({"version":2,"hosts":{}})") == "version: expected 1");
  CHECK(error(R"({"version":1})") == "hosts: expected an object of at most 256 members");
  CHECK(error(R"({"version":1,"hosts":{"a:1":7}})") == R"(hosts, "a:1": expected an object)");
  CHECK(error(R"({"version":1,"hosts":{"":{}}})") ==
        R"(hosts, "": expected host:port, of at most 300 bytes)");
  for (const auto* bad : {"-1", "1.5", "\"1\"", "null", "99999999999999999999"})
    CHECK(error(std::string{R"({"version":1,"hosts":{"a:1":{"banned_until_ms":)"} + bad + "}}}") ==
          R"(hosts, "a:1": banned_until_ms: expected a whole number that is not negative)");
  for (const auto* bad : {"7", "[-1]", "[1.5]", "[[]]", "{}"})
    CHECK(error(std::string{R"({"version":1,"hosts":{"a:1":{"attempts_ms":)"} + bad + "}}}") ==
          R"(hosts, "a:1": attempts_ms: expected at most 1000 whole numbers, of Unix ms)");
  CHECK(error(R"({"version":1,"hosts":{"a:1":{}},"more":[]})") == "none");
  CHECK(error(std::string(1'000'000, '[')).starts_with("is not JSON: "));
  CHECK(error("{\"a\":" + std::string(100'000, '[') + std::string(100'000, ']') + "}") ==
        "version: expected 1");

  // Whatever it says of the future is believed for three days at most.
  auto far =
      connect_ledger::parse(R"({"version":1,"hosts":{"a:1":{"banned_until_ms":)"
                            R"(9223372036854775807,"status":429,"refusals":9223372036854775807,)"
                            R"("attempts_ms":[9223372036854775807,0,9223372036854775807]}}})",
                            some_time);
  REQUIRE(far);
  CHECK(far->look("a:1", {2, 5min}, some_time).at_ms == some_time + 3 * day);
  const auto later = far->look("a:1", {2, 5min}, some_time + 3 * day);
  CHECK(later.at_ms == some_time + 3 * day);
  CHECK(far->refused("a:1", 429, 0s, some_time + 3 * day));
  CHECK(far->look("a:1", {}, some_time + 3 * day).at_ms == some_time + 3 * day + hour);
}

TEST_CASE("no damage to a file does more than have it refused, or make us wait too long") {
  connect_ledger ledger;
  ledger.refused(host, 429, 2min, some_time);
  for (int i = 0; i < 5; ++i)
    ledger.attempted(host, {20, 10min}, some_time + i);
  const auto whole = ledger.text(some_time);
  std::mt19937_64 random{11};
  for (int i = 0; i < 20'000; ++i) {
    auto text = whole;
    for (auto n = random() % 3 + 1; n > 0; --n) {
      const auto at = random() % text.size();
      switch (random() % 3) {
      case 0:
        text[at] = static_cast<char>(random());
        break;
      case 1:
        text.erase(at, 1 + random() % 20);
        break;
      default:
        text.insert(at, text.substr(random() % text.size(), random() % 30));
      }
      if (text.empty())
        break;
    }
    auto read = connect_ledger::parse(text, some_time);
    if (!read) {
      CHECK_FALSE(read.error().empty());
      continue;
    }
    CHECK(read->look(host, {2, 10min}, some_time).at_ms <= some_time + 3 * day);
    CHECK(connect_ledger::parse(read->text(some_time), some_time));
  }
}
