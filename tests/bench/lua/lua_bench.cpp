// What the scripts of lua/ cost Redis, beside what one would do without each, and beside RediSearch
// (Debian: redis-redisearch) where it can give the same answer.
//
//   lua_bench [--quick] [--markets N] [--repeats N] [--redisearch FILE]
//
// --quick takes few markets and one sample of each: are all answers equal? The exit code is 1 if
// they are not; never because of a time.

#include "tests/bench/lua/contest.hpp"

#include <fmt/format.h>

#include <cstdlib>

using namespace tickboard;
using namespace tickboard::bench;

namespace {

struct options {
  std::size_t markets = 3'000, assets = 2'000;
  int repeats = 7;
  double milliseconds = 40; ///< of each sample
  std::string module_file = "/usr/lib/redis/modules/redisearch.so";
};

options parse(int argc, char** argv) {
  options out;
  for (int i = 1; i < argc; ++i) {
    const std::string one = argv[i];
    const char* const next = i + 1 < argc ? argv[i + 1] : "";
    if (one == "--quick") {
      out.markets = out.assets = 400;
      out.repeats = 1;
      out.milliseconds = 0;
    } else if (one == "--markets" && std::atoi(next) >= 400) {
      out.markets = std::strtoull(argv[++i], nullptr, 10);
    } else if (one == "--repeats" && std::atoi(next) > 0) {
      out.repeats = std::atoi(argv[++i]);
    } else if (one == "--redisearch" && *next != 0) {
      out.module_file = argv[++i];
    } else {
      fail(fmt::format("{} is no argument, or lacks its value; allowed: --quick, --markets N "
                       "(at least 400), --repeats N, --redisearch FILE",
                       one));
    }
  }
  return out;
}

/// What a contender says, or what is then stored: of writes both of their states.
texts told_by(const contender& one) {
  auto out = one.on->ask(one.ask);
  if (!one.observe)
    return out;
  out = one.on->ask(one.observe);
  one.on->ask(one.ask);
  const auto second = one.on->ask(one.observe);
  if (second == out)
    fail("a write changed nothing");
  out.insert(out.end(), second.begin(), second.end());
  return out;
}

/// Everyone in it, ours first.
std::vector<contender*> all_of(contest& one) {
  std::vector<contender*> out{&one.ours};
  for (auto& other : one.instead)
    out.push_back(&other);
  if (one.search)
    out.push_back(&*one.search);
  return out;
}

void expect_equal(contest& one) {
  const auto wanted = told_by(one.ours);
  if (wanted.empty())
    fail(fmt::format("{}: {}: no answer", one.script, one.what));
  for (auto* const other : all_of(one)) {
    const auto told = told_by(*other);
    if (told == wanted)
      continue;
    const auto at = std::mismatch(told.begin(), told.end(), wanted.begin(), wanted.end());
    fail(
        fmt::format("{}: {}: {} answers {} texts and not {}; the first that differs: {} and not {}",
                    one.script, one.what,
                    other == &one.ours    ? "asked again, the script"
                    : other->name.empty() ? "RediSearch"
                                          : other->name,
                    told.size(), wanted.size(), at.first == told.end() ? "none" : *at.first,
                    at.second == wanted.end() ? "none" : *at.second));
  }
}

/// "12000 (11000..12500)" a second.
std::string per_second(const figure& us) {
  figure out;
  for (const auto one : us.samples)
    out.samples.push_back(1e6 / one);
  return out.text();
}

std::string ratio(const figure& ours, const figure& other) {
  return fmt::format("{:.2f}", other.median() / ours.median());
}

} // namespace

int main(int argc, char** argv) {
  const auto given = parse(argc, argv);
  arena in{given.markets, given.assets, given.module_file};
  std::vector<contest> contests;
  // Those of writes last: they move the board when they are made.
  for (auto* const some : {page_contests, gather_contests, asset_contests, write_contests})
    for (auto& one : some(in)) {
      expect_equal(one);
      contests.push_back(std::move(one));
    }
  for (int repeat = 0; repeat < given.repeats; ++repeat) // in turn, so that noise falls on all
    for (auto& one : contests)
      for (auto* const each : all_of(one))
        each->us.samples.push_back(each->on->cost(each->ask, given.milliseconds));

  fmt::print("Answers for one second of Redis' processor, median (min..max) of {}; {} markets, {} "
             "assets.  \n{}{}\n\n",
             given.repeats, given.markets, given.assets, machine(),
             in.search ? "" : "; no RediSearch: " + given.module_file + " is not there");
  print_head({"script", "question", "answers/s", "instead", "answers/s", "script is", "RediSearch",
              "script is"},
             2);
  for (const auto& one : contests)
    for (std::size_t i = 0; i < one.instead.size(); ++i) {
      const bool first = i == 0;
      const auto& other = one.instead[i];
      print_row({!first               ? ""
                 : one.script.empty() ? "no script"
                                      : "`" + one.script + ".lua`",
                 first ? one.what : "", first ? per_second(one.ours.us) : "", other.name,
                 per_second(other.us), ratio(one.ours.us, other.us) + "x",
                 !first       ? ""
                 : one.search ? per_second(one.search->us)
                              : "-",
                 !first       ? ""
                 : one.search ? ratio(one.ours.us, one.search->us) + "x"
                              : "-"});
    }
}
