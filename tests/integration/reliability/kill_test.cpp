// Whatever moment a daemon is killed at, what it leaves in Redis agrees with itself.

#include "tests/integration/reliability/verified.hpp"
#include "tests/support/stopwatch.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <random>
#include <thread>

using namespace tickboard;
using namespace tickboard::test;

namespace {

/// The seed is random, and told if the test fails.
std::uint64_t draw_seed() {
  return std::random_device{}();
}

} // namespace

TEST_CASE("a daemon killed under full load leaves nothing that disagrees") {
  const auto seed = draw_seed();
  CAPTURE(seed);
  std::mt19937_64 random{seed};
  world on{three_exchanges(0, 0, false)};
  std::size_t behind = 0;
  for (int round = 0; round < 6; ++round) {
    CAPTURE(round);
    if (round % 3 != 2) { // else in the middle of its start
      wait_until_ready(on);
      const auto& field = sort_fields[random() % sort_field_count]; // another index is kept up
      on.get("/v1/markets?sort=" + std::string{field.name});
    }
    std::this_thread::sleep_for(std::chrono::milliseconds{random() % 2'000}); // any moment
    on.daemon->kill(SIGKILL);
    on.daemon->wait();
    const auto found = verify(on);
    INFO(found.text);
    CHECK(found.status == 0);
    behind += found.text.find(" are behind their rows") != found.text.npos;
    if (round % 2 == 1) { // a repair also brings what the daemon had yet to bring
      CHECK(verify(on, "--repair").status == 0);
      const auto after = verify(on);
      INFO(after.text);
      CHECK(after.status == 0);
      CHECK(after.text.find(" are behind their rows") == after.text.npos);
    }
    on.start_daemon();
  }
  const stopwatch since;
  wait_until_ready(on);
  MESSAGE("ready " << since.ms() << " ms after the last start");
  MESSAGE("seed " << seed << ": entries were behind their rows after " << behind << " of 6 kills");
}
