// Random faults for as long as TICKBOARD_SOAK_SECONDS says, from TICKBOARD_SOAK_SEED or one that is
// printed; then everything must be as the exchanges last said, and the daemon as small as it was.
// tests/soak runs it for longer.

#include "tests/integration/spine/truth.hpp"

#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <random>
#include <thread>

using namespace tickboard;
using namespace tickboard::test;

namespace {

using steady = std::chrono::steady_clock;

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* const text = std::getenv(variable);
  return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

/// So that what was seen can be told from what was done.
std::string since_start() {
  static const auto start = steady::now();
  return std::to_string(
             std::chrono::duration_cast<std::chrono::milliseconds>(steady::now() - start).count()) +
         " ms";
}

/// What must stay flat while the daemon lives.
struct footprint {
  std::size_t memory_kb = 0, descriptors = 0;
};

footprint footprint_of(const process& of) {
  return {of.resident_kb(), of.descriptors()};
}

/// Asks all the time, in a thread of its own: a page is in order and not empty, or refused.
class reader {
public:
  reader(world& on, const std::atomic<std::uint16_t>& port, std::uint64_t seed)
      : thread_([this, &on, &port, seed] {
          std::mt19937_64 random{seed};
          while (!stop_) {
            view_query query;
            query.sort = id_field + 1 + random() % (sort_field_count - 1); // numbers
            query.descending = random() % 2 == 0;
            query.per_page = 1 + static_cast<std::uint32_t>(random() % 100);
            look_at(query, on.get(port, page_target(query, 1)));
          }
        }) {}
  ~reader() { finish(); }

  void finish() {
    stop_ = true;
    if (thread_.joinable())
      thread_.join();
  }

  std::uint64_t good() const { return good_; }
  std::uint64_t refused() const { return refused_; }
  std::string complaint() const { return complaint_; } ///< after `finish`

private:
  void look_at(const view_query& query, const response& answer) {
    if (answer.status != 200) {
      ++refused_;
      if (answer.status != 0 && answer.status != 503 && complaint_.empty())
        complaint_ = "answered " + std::to_string(answer.status) + ": " + answer.body;
      return;
    }
    ++good_;
    if (!complaint_.empty())
      return;
    if (answer.body.find("\"data\":[]") != std::string::npos)
      complaint_ = "an empty page";
    else if (const auto what = disorder(answer.body, query); !what.empty())
      complaint_ = "out of order at " + since_start() + ": " + what + " in " +
                   page_target(query, 1) + "\n" + answer.body;
  }

  std::atomic<bool> stop_{false};
  std::atomic<std::uint64_t> good_{0}, refused_{0};
  std::string complaint_;
  std::thread thread_;
};

/// The world and what can go wrong in it.
class trouble {
public:
  trouble(world& on, std::uint64_t seed) : on_(on), random_(seed) { port = on.daemon->port(); }

  /// One fault, and for those that must be ended, its end.
  void happen(bool to_the_daemon) {
    const auto kind = pick(to_the_daemon ? 12 : 10);
    switch (kind) {
    case 0:
      note("redis-server is killed");
      on_.redis->kill(SIGKILL);
      on_.wait_until("redis-server is gone", [&] { return !on_.redis->running(); });
      pause(1'000);
      REQUIRE(on_.redis->start());
      break;
    case 1:
      note("redis-server is frozen");
      on_.redis->kill(SIGSTOP);
      pause(2'500);
      on_.redis->kill(SIGCONT);
      break;
    case 2:
      note("Redis forgets its scripts and its clients");
      on_.command({"SCRIPT", "FLUSH"});
      on_.command({"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"});
      break;
    case 3:
      note("Redis is full");
      on_.command({"CONFIG", "SET", "maxmemory", "1"});
      pause(1'500);
      on_.command({"CONFIG", "SET", "maxmemory", "0"});
      break;
    case 4: {
      const auto which = pick(on_.exchanges.size());
      note(on_.exchanges[which].name + " is killed");
      on_.restart_exchange(which);
      break;
    }
    case 5: {
      const auto which = pick(on_.exchanges.size());
      note(on_.exchanges[which].name + " is not followed for a while");
      std::set<std::size_t> others;
      for (std::size_t i = 0; i < on_.exchanges.size(); ++i)
        if (i != which)
          others.insert(i);
      reload(others);
      pause(1'500);
      reload({});
      break;
    }
    case 6: {
      const auto which = pick(on_.exchanges.size());
      const auto state = parse_json(on_.ask_exchange(which, "/sim/state").body);
      const auto symbol =
          text_of(state[static_cast<rapidjson::SizeType>(pick(state.Size()))], "native");
      note(on_.exchanges[which].name + " does not list " + symbol + " for a while");
      const auto list = [&](const char* listed) {
        on_.post_exchange(which, "/sim/listing",
                          R"({"symbol":")" + symbol + R"(","listed":)" + listed + "}");
      };
      list("false");
      pause(2'000);
      list("true");
      break;
    }
    default: {
      static constexpr std::array kinds{"drop", "close",   "shutdown",  "refuse",      "stall",
                                        "slow", "garbage", "duplicate", "out_of_order"};
      const auto which = pick(on_.exchanges.size());
      const std::string fault = kinds[pick(kinds.size())];
      const auto seconds = std::to_string(1 + pick(4));
      note(on_.exchanges[which].name + ": " + fault + " for " + seconds + " s");
      on_.post_exchange(which, "/sim/fault",
                        R"({"kind":")" + fault + R"(","seconds":)" + seconds + "}");
      break;
    }
    case 10:
    case 11:
      note(kind == 10 ? "the daemon is killed" : "the daemon is stopped");
      on_.daemon->kill(kind == 10 ? SIGKILL : SIGTERM);
      CHECK(on_.daemon->wait() == (kind == 10 ? -SIGKILL : 0));
      on_.start_daemon();
      port = on_.daemon->port();
      break;
    }
    pause(2'000);
  }

  /// Everything is there again, and the exchanges say a little more and then nothing.
  void calm_down() {
    for (std::size_t i = 0; i < on_.exchanges.size(); ++i) {
      on_.wait_until("the exchange has no faults",
                     [&] { return text_of_status(i, "faults").empty(); });
      const auto sent = std::stoull(text_of_status(i, "sent"));
      on_.post_exchange(i, "/sim/rate",
                        R"({"rate":2000,"count":)" + std::to_string(sent + 4'000) + "}");
    }
  }

  void go_on() {
    for (std::size_t i = 0; i < on_.exchanges.size(); ++i)
      on_.post_exchange(i, "/sim/rate", R"({"rate":600,"count":0})");
  }

  std::atomic<std::uint16_t> port; ///< the daemon's

private:
  std::size_t pick(std::size_t below) { return random_() % below; }

  void pause(std::size_t up_to_ms) {
    std::this_thread::sleep_for(std::chrono::milliseconds{pick(up_to_ms)}); // while it is so
  }

  void note(const std::string& what) { MESSAGE(since_start() << ": " << what); }

  void reload(const std::set<std::size_t>& which) {
    on_.write_config(on_.daemon_options(), which);
    on_.daemon->kill(SIGHUP);
  }

  std::string text_of_status(std::size_t exchange, const char* member) {
    const auto status = parse_json(on_.ask_exchange(exchange, "/sim/status").body);
    if (status[member].IsArray())
      return status[member].Empty() ? "" : "some";
    return text_of(status, member);
  }

  world& on_;
  std::mt19937_64 random_;
};

} // namespace

TEST_CASE("whatever happens, it ends as the exchanges last said, in as much memory as before") {
  const auto seconds = std::chrono::seconds{number_from("TICKBOARD_SOAK_SECONDS", 60)};
  const auto seed = number_from("TICKBOARD_SOAK_SEED", std::random_device{}());
  MESSAGE("seed " << seed << ", " << seconds.count() << " s");
  auto exchanges = three_exchanges(0, 600, false);
  for (auto& one : exchanges) // more attempts than exchanges would put up with
    one.feed_options =
        "listing_interval = \"1s\"\nstall_timeout = \"3s\"\nconnect_attempts = 1000\n";
  world on{exchanges, "[daemon]\nwarmup = \"3s\"\n[supervision]\nbackoff_max = \"1s\"\n"
                      "budget = 1000\nslow_retry = \"2s\"\n[view]\ncache_bytes = \"1MiB\""};
  on.wait_until("pages are served", [&] { return on.get("/readyz").status == 200; });
  trouble trouble{on, seed};
  reader first{on, trouble.port, seed + 1}, second{on, trouble.port, seed + 2};

  const auto begin = steady::now();
  while (steady::now() - begin < seconds / 3)
    trouble.happen(true);

  // From here on the daemon lives.
  trouble.calm_down();
  converged_rows(on);
  const auto before = footprint_of(*on.daemon);
  trouble.go_on();
  while (steady::now() - begin < seconds)
    trouble.happen(false);

  trouble.calm_down();
  const auto rows = converged_rows(on);
  CHECK(rows.size() == 1'500);
  first.finish();
  second.finish();
  ask_random_questions(on, rows, 50, true);
  const auto after = footprint_of(*on.daemon);
  for (const auto* one : {&first, &second}) {
    CHECK(one->complaint() == "");
    CHECK(one->good() > 0);
  }
  MESSAGE("pages " << first.good() + second.good() << ", refused "
                   << first.refused() + second.refused() << "; memory " << before.memory_kb
                   << " KB before, " << after.memory_kb << " after; descriptors "
                   << before.descriptors << ", " << after.descriptors);
  CHECK(after.memory_kb < before.memory_kb + before.memory_kb / 4 + 8 * 1'024);
  CHECK(after.descriptors <= before.descriptors + 4);
}
