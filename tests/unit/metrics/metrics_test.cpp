#include "adapters/metrics/process_figures.hpp"
#include "adapters/metrics/registry.hpp"
#include "tests/support/exposition.hpp"
#include "tests/support/temporary_directory.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <thread>
#include <unistd.h>
#include <vector>

using namespace tickboard;
using namespace tickboard::metrics;
using namespace std::chrono_literals;

namespace {

test::exposition_text text_of(const registry& of) {
  return test::exposition_text{exposition(of.read())};
}

} // namespace

TEST_CASE("a histogram counts each duration in the first bucket whose bound it does not exceed") {
  std::mt19937_64 random{23};
  std::exponential_distribution<double> seconds{4};
  histogram subject;
  std::vector<std::chrono::nanoseconds> all{0ns, -5ms, 3h};
  for (const auto bound : histogram::bounds)
    for (const auto off : {-1ns, 0ns, 1ns})
      all.push_back(bound + off);
  for (int i = 0; i < 2'000; ++i)
    all.push_back(std::chrono::nanoseconds{static_cast<std::int64_t>(1e9 * seconds(random))});
  std::chrono::nanoseconds sum{0};
  for (const auto one : all) {
    subject.observe(one);
    sum += std::max(one, 0ns);
  }
  const auto read = subject.read();
  CHECK(read.sum == sum);
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < read.counts.size(); ++i) {
    below += read.counts[i];
    const auto expected =
        i < histogram::bounds.size()
            ? std::ranges::count_if(all, [i](auto one) { return one <= histogram::bounds[i]; })
            : std::ssize(all);
    CHECK(below == static_cast<std::uint64_t>(expected));
  }
}

TEST_CASE("who asks for a counter again goes on counting it") {
  registry subject;
  auto& first = subject.count({"a_total", "A"}, {{"part", "x"}});
  first.add(3);
  auto& again = subject.count({"a_total", "A"}, {{"part", "x"}});
  again.add();
  CHECK(&first == &again);
  CHECK(&first != &subject.count({"a_total", "A"}, {{"part", "y"}}));
  const auto told = text_of(subject);
  CHECK(told.value(R"(a_total{part="x"})") == 4);
  CHECK(told.value(R"(a_total{part="y"})") == 0);
  CHECK(told.types().at("a_total") == "counter");
}

TEST_CASE("many threads count, and nothing is lost") {
  registry subject;
  constexpr int threads = 4, times = 20'000;
  std::vector<std::thread> all;
  for (int t = 0; t < threads; ++t)
    all.emplace_back([&subject] {
      auto& counts = subject.count({"c_total", "C"});
      auto& level = subject.level({"level", "L"});
      auto& took = subject.duration({"took_seconds", "T"});
      for (int i = 0; i < times; ++i) {
        counts.add();
        level.add(i % 2 == 0 ? 2 : -1);
        took.observe(1ms);
        if (i % 4'000 == 0)
          static_cast<void>(subject.read());
      }
    });
  for (auto& one : all)
    one.join();
  const auto told = text_of(subject);
  CHECK(told.value("c_total") == threads * times);
  CHECK(told.value("level") == threads * times / 2);
  CHECK(told.value("took_seconds_count") == threads * times);
  CHECK(told.value(R"(took_seconds_bucket{le="0.001"})") == threads * times);
  CHECK(told.value(R"(took_seconds_bucket{le="0.0005"})") == 0);
  CHECK(std::abs(told.value("took_seconds_sum") - threads * times / 1e3) < 1e-6);
}

TEST_CASE("what is watched is asked for when it is read") {
  registry subject;
  double now = 1.5;
  subject.watch({"watched", "W"}, kind::gauge, {{"listener", "api"}}, [&now] { return now; });
  CHECK(text_of(subject).value(R"(watched{listener="api"})") == 1.5);
  now = 7;
  CHECK(text_of(subject).value(R"(watched{listener="api"})") == 7);
}

TEST_CASE("promtool reads what is written, whatever labels hold") {
  registry subject;
  subject.count({"a_total", "Counts"}, {{"feed", "a\"b\\c\nd {}, = é"}}).add();
  subject.level({"some_level", "Is"}).set(12'345'678'901);
  subject.duration({"took_seconds", "Took"}, {{"route", "/v1/markets/{id}"}}).observe(3ms);
  const test::temporary_directory directory;
  const auto told = text_of(subject);
  CHECK(test::promtool_on(told, directory.path()) == "");
  CHECK(told.value("some_level") == 12'345'678'901);
}

TEST_CASE("the process tells of itself") {
  const auto told = test::exposition_text{exposition(process_figures())};
  const test::temporary_directory directory;
  CHECK(test::promtool_on(told, directory.path()) == "");
  CHECK(told.value("process_resident_memory_bytes") > 1e6);
  CHECK(told.value("process_resident_memory_bytes") < told.value("process_virtual_memory_bytes"));
  CHECK(told.value("process_max_fds") >= told.value("process_open_fds"));
  const auto open = told.value("process_open_fds");
  const int more = ::dup(0);
  CHECK(test::exposition_text{exposition(process_figures())}.value("process_open_fds") == open + 1);
  ::close(more);
  const auto now =
      std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch());
  CHECK(told.value("process_start_time_seconds") <= now.count() + 2);
  CHECK(told.value("process_start_time_seconds") > now.count() - 86'400);
  CHECK(told.has("process_cpu_seconds_total"));
}
