// What the daemon's hot paths cost: a frame decoded, an update merged, a batch encoded, a page's
// body written, a request routed.
//
//   paths_bench [NAME...]           ns of each, and decoding as a multiple of parsing alone
//   paths_bench --allocations       allocations of each, once warm; 1 if decoding or merging has
//   any paths_bench --counted FEW MANY  so many rounds of each, for `guard`
//   paths_bench --build             what counts depend on beside this program

#include "tests/bench/paths/allocations.hpp"
#include "tests/bench/paths/paths.hpp"
#include "tests/bench/store/figures.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <gnu/libc-version.h>
#include <map>

using namespace tickboard::bench;

// `guard` names these two to valgrind: one is what counts, the other ends a count.
extern "C" {
[[gnu::noinline]] void tickboard_counted_round(const path& one) {
  one.run();
  asm volatile(""); // so that it is called, not jumped to: valgrind is to see where the round ends
}
[[gnu::noinline]] void tickboard_count_ends() {
  asm volatile("");
}
}

void tickboard::bench::fail(std::string_view what) {
  fmt::print(stderr, "error: {}\n", what);
  std::exit(1);
}

namespace {

constexpr int warming_rounds = 20;
constexpr int repeats = 5;
constexpr std::chrono::milliseconds sample_time{40};

constexpr auto groups = {decode_paths, write_paths, read_paths};

std::vector<path> all_paths() {
  std::vector<path> out;
  for (const auto make : groups)
    for (auto& one : make())
      out.push_back(std::move(one));
  return out;
}

void round(const path& one) {
  one.prepare();
  tickboard_counted_round(one);
}

void warm(const path& one) {
  for (int i = 0; i < warming_rounds; ++i)
    round(one);
}

double nanoseconds_an_item(const path& one) {
  using clock = std::chrono::steady_clock;
  clock::duration spent{0};
  std::size_t items = 0;
  while (spent < sample_time) {
    one.prepare();
    const auto begin = clock::now();
    tickboard_counted_round(one);
    spent += clock::now() - begin;
    items += one.items;
  }
  return std::chrono::duration<double, std::nano>(spent).count() / static_cast<double>(items);
}

int show_times(const std::vector<path>& paths) {
  std::map<std::string, figure> taken;
  for (const auto& one : paths)
    warm(one);
  for (int i = 0; i < repeats; ++i)
    for (const auto& one : paths)
      taken[one.name].samples.push_back(nanoseconds_an_item(one));
  print_head({"path", "of each", "ns", "raw parse"}, 2);
  for (const auto& one : paths) {
    constexpr std::string_view decode = "decode:";
    const auto raw = one.name.starts_with(decode)
                         ? taken.find("raw_parse:" + one.name.substr(decode.size()))
                         : taken.end();
    print_row({"`" + one.name + "`", std::string{one.item}, taken[one.name].text(),
               raw == taken.end()
                   ? ""
                   : fmt::format("{:.2f}x", taken[one.name].median() / raw->second.median())});
  }
  return 0;
}

int show_allocations(const std::vector<path>& paths) {
  constexpr std::uint64_t rounds = 200;
  int wrong = 0;
  print_head({"path", "of each", "allocations"}, 2);
  for (const auto& one : paths) {
    warm(one);
    std::uint64_t made = 0;
    for (std::uint64_t i = 0; i < rounds; ++i) {
      one.prepare();
      const auto before = allocations();
      tickboard_counted_round(one);
      made += allocations() - before;
    }
    const bool is_wrong = made > 0 && !one.may_allocate;
    wrong += is_wrong ? 1 : 0;
    print_row(
        {"`" + one.name + "`", std::string{one.item},
         fmt::format("{:g}{}", static_cast<double>(made) / static_cast<double>(rounds * one.items),
                     is_wrong ? " FAILED: must be 0" : "")});
  }
  return wrong == 0 ? 0 : 1;
}

/// Each path twice, so that what every run of rounds has in common falls out of the difference.
/// A group is made only when the ones before it have run, so that they leave it the same memory.
int run_counted(int few, int many) {
  for (const auto make : groups)
    for (const auto& one : make()) {
      for (int i = 0; i < warming_rounds; ++i) {
        one.prepare();
        one.run();
      }
      for (const int rounds : {few, many}) {
        for (int i = 0; i < rounds; ++i)
          round(one);
        tickboard_count_ends();
      }
      fmt::print("{} {}\n", one.name, one.items);
    }
  return 0;
}

} // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> given(argv + 1, argv + argc);
  const auto is = [&](std::string_view option, std::size_t arguments) {
    return given.size() == 1 + arguments && given[0] == option;
  };
  if (is("--build", 0)) {
    fmt::print("{} glibc {}\n", TICKBOARD_BUILT_BY, gnu_get_libc_version());
    return 0;
  }
  if (is("--counted", 2) && std::atoi(argv[2]) > 0 && std::atoi(argv[3]) > std::atoi(argv[2]))
    return run_counted(std::atoi(argv[2]), std::atoi(argv[3]));
  auto paths = all_paths();
  if (is("--allocations", 0))
    return show_allocations(paths);
  for (const auto& name : given)
    if (std::none_of(paths.begin(), paths.end(), [&](const path& one) { return one.name == name; }))
      fail(fmt::format("{} is no path and no option; the paths are those that paths_bench shows",
                       name));
  if (!given.empty())
    std::erase_if(paths, [&](const path& one) {
      return std::find(given.begin(), given.end(), one.name) == given.end();
    });
  return show_times(paths);
}
