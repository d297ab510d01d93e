// What a page costs Redis: boards of 1,000 to 100,000 markets, pages at the beginning, in the
// middle and at the end, with and without filters. The daemon's own code asks a redis-server of its
// own, in which nothing is written meanwhile.
//
//   views_bench [--quick] [--markets N,N,...] [--repeats N]
//
// --quick takes small boards and one sample of each: are the answers right? The exit code is 1 if
// one is not what sorting all markets gives; never because of a time.

#include "tests/bench/store/bench_board.hpp"
#include "tests/bench/store/figures.hpp"

#include <array>
#include <cmath>
#include <map>

using namespace tickboard;
using namespace tickboard::bench;

namespace {

enum class place { first, middle, last };
constexpr std::array places{place::first, place::middle, place::last};

/// A way of looking at a board. `make` sets what is asked for; `to` then leads to one of its pages.
struct way {
  std::string name;
  void (*make)(view_query& query, const bench_board& on);
  enum class by { page, around, cursor, snapshot } paging = by::page;
};

std::size_t field(std::string_view name) {
  return *find_sort_field(name);
}

/// The values of a field are spread evenly: half of the markets are in here.
range_filter middle_half(const bench_board& on, std::string_view name, double step) {
  const auto count = static_cast<double>(on.truth.slots.size());
  return {field(name), std::floor(count / 4) * step, std::floor(count * 3 / 4) * step};
}

const std::vector<way>& ways() {
  static const auto nothing = [](view_query&, const bench_board&) {};
  static const auto few_and_one = [](view_query& query, const bench_board&) {
    query.exchanges.values = {"kraken"};
    query.quotes.values = {"USDT"};
  };
  static const std::vector<way> all{
      {"whole board", nothing},
      {"one quote", [](view_query& query, const bench_board&) { query.quotes.values = {"USDT"}; }},
      {"range of the sort field",
       [](view_query& query, const bench_board& on) {
         query.ranges = {middle_half(on, "last", 1.37)};
       }},
      {"around a market", nothing, way::by::around},
      {"by cursor", nothing, way::by::cursor},
      {"of a snapshot", nothing, way::by::snapshot},
      {"three bases",
       [](view_query& query, const bench_board&) {
         query.bases.values = {"A1", "A2", "A3"};
       }},
      {"category of 40 assets",
       [](view_query& query, const bench_board&) { query.categories.values = {"few"}; }},
      {"exchange and quote", few_and_one},
      {"exchange and quote, by cursor", few_and_one, way::by::cursor},
      {"300 markets, by a range of another field",
       [](view_query& query, const bench_board& on) {
         query.ranges = {{field("volume_usd_24h")}};
         query.ranges[0].lowest = (static_cast<double>(on.truth.slots.size()) - 299.5) * 1234.5;
       }},
      {"half of them, by a range of another field",
       [](view_query& query, const bench_board& on) {
         query.ranges = {middle_half(on, "volume_usd_24h", 1234.5)};
       }},
      {"the same, by cursor",
       [](view_query& query, const bench_board& on) {
         query.ranges = {middle_half(on, "volume_usd_24h", 1234.5)};
       },
       way::by::cursor},
      {"that range and an exchange",
       [](view_query& query, const bench_board& on) {
         query.ranges = {middle_half(on, "volume_usd_24h", 1234.5)};
         query.exchanges.values = {"kraken"};
       }},
      {"category of a tenth of the assets",
       [](view_query& query, const bench_board&) { query.categories.values = {"tenth"}; }},
  };
  return all;
}

/// A question, and the ids that must be in its answer.
struct asked {
  view_query query;
  std::vector<std::string> expected;
};

asked ask_for(bench_board& on, const way& how, place where, std::uint32_t per_page) {
  asked out;
  auto& query = out.query;
  query.sort = field("last");
  query.per_page = per_page;
  how.make(query, on);
  const auto view = on.truth.view(query, on.now_ms());
  // Whole pages, so that all have the same rows.
  const auto pages = std::max<std::size_t>(1, view.size() / per_page);
  if (view.empty())
    fail(how.name + ": no market on this board");
  const auto page = where == place::first ? 0 : where == place::middle ? pages / 2 : pages - 1;
  const auto begin = page * per_page;
  for (auto i = begin; i < std::min(begin + per_page, view.size()); ++i)
    out.expected.push_back(view[i].first.id);
  switch (how.paging) {
  case way::by::around:
    query.around = out.expected.front();
    break;
  case way::by::cursor:
    query.by_cursor = true;
    if (begin > 0)
      query.after = view[begin - 1].first;
    break;
  case way::by::snapshot: {
    auto making = query;
    making.snapshot = snapshot_use::make;
    query.snapshot = snapshot_use::read;
    evaluation_bounds bounds;
    bounds.snapshot_ttl = std::chrono::hours{3};
    query.frozen = *read_snapshot_token(nullptr, on.page(making, bounds).place.snapshot);
    [[fallthrough]];
  }
  case way::by::page:
    query.page = static_cast<std::uint32_t>(page + 1);
  }
  return out;
}

std::string id_of(const std::string& row) {
  return row.substr(7, row.find('"', 7) - 7);
}

/// What a page takes, once it was seen to be right.
struct page_cost {
  question what;
  std::uint64_t entries = 0, calls = 0;
  figure us;
};

page_cost prepare(bench_board& on, const std::string& name, asked question) {
  question.query.explain = true;
  const auto told = on.page(question.query);
  texts ids;
  for (const auto& row : rows_in(*told.body))
    ids.push_back(id_of(row));
  if (ids != question.expected)
    fail(fmt::format("{}: {} rows, and not those that sorting all markets gives: {}", name,
                     ids.size(), question.query.canonical()));
  page_cost out;
  out.entries = number_in(*told.body, "scanned");
  out.calls = number_in(*told.body, "calls");
  question.query.explain = false;
  out.what = on.asks(question.query);
  return out;
}

struct given_options {
  std::vector<std::size_t> markets{1'000, 10'000, 100'000};
  int repeats = 5;
  double milliseconds = 40; ///< of each sample
};

given_options parse(int argc, char** argv) {
  given_options out;
  for (int i = 1; i < argc; ++i) {
    const std::string one = argv[i], next = i + 1 < argc ? argv[i + 1] : "";
    if (one == "--quick") {
      out = {{200, 2'000}, 1, 0};
    } else if (one == "--repeats" && std::atoi(next.c_str()) > 0) {
      out.repeats = std::atoi(argv[++i]);
    } else if (one == "--markets" && !next.empty()) {
      out.markets.clear();
      for (std::size_t at = 0; at < next.size(); at = std::min(next.find(',', at), next.size()) + 1)
        out.markets.push_back(std::strtoull(next.c_str() + at, nullptr, 10));
      ++i;
      if (std::ranges::any_of(out.markets, [](auto count) { return count < 200; }))
        fail("--markets takes numbers of at least 200, separated by commas");
    } else {
      fail(fmt::format("unknown argument {}; allowed: --quick, --markets N,N,..., --repeats N",
                       one));
    }
  }
  return out;
}

std::string three(const std::array<page_cost, places.size()>& of, std::uint64_t page_cost::*what) {
  if (of[0].*what == of[1].*what && of[1].*what == of[2].*what)
    return fmt::format("{}", of[0].*what);
  return fmt::format("{} / {} / {}", of[0].*what, of[1].*what, of[2].*what);
}

} // namespace

int main(int argc, char** argv) {
  const auto given = parse(argc, argv);
  std::vector<std::unique_ptr<bench_board>> boards;
  for (const auto count : given.markets)
    boards.push_back(std::make_unique<bench_board>(count, 1));

  using by_place = std::array<page_cost, places.size()>;
  std::map<std::pair<std::size_t, std::size_t>, by_place> costs; // of way and board
  for (std::size_t w = 0; w < ways().size(); ++w)
    for (std::size_t b = 0; b < boards.size(); ++b)
      for (std::size_t p = 0; p < places.size(); ++p)
        costs[{w, b}][p] =
            prepare(*boards[b], ways()[w].name, ask_for(*boards[b], ways()[w], places[p], 50));
  const std::vector<std::uint32_t> sizes{1, 10, 50, 250};
  std::vector<page_cost> by_size;
  for (const auto size : sizes)
    by_size.push_back(prepare(*boards.back(), "rows",
                              ask_for(*boards.back(), ways().front(), place::first, size)));

  for (const auto& one : boards)
    one->redis.forget_calls();
  for (int repeat = 0; repeat < given.repeats; ++repeat) { // in turn, so that noise falls on all
    for (auto& [of, pages] : costs)
      for (auto& one : pages)
        one.us.samples.push_back(boards[of.second]->redis.cost(one.what, given.milliseconds));
    for (auto& one : by_size)
      one.us.samples.push_back(boards.back()->redis.cost(one.what, given.milliseconds));
  }

  fmt::print(
      "Redis' processor time for a page of 50 rows, microseconds, median (min..max) of {}.  \n"
      "{}\n\n",
      given.repeats, machine());
  print_head({"view", "markets", "first page", "middle", "last", "entries looked at", "calls"}, 1);
  for (const auto& [of, pages] : costs)
    print_row({ways()[of.first].name, fmt::format("{}", given.markets[of.second]),
               pages[0].us.text(), pages[1].us.text(), pages[2].us.text(),
               three(pages, &page_cost::entries), three(pages, &page_cost::calls)});

  const auto most = static_cast<double>(given.markets.back()),
             least = static_cast<double>(given.markets.front());
  fmt::print(
      "\nHow many times as much a page costs with {} times the markets. Their logarithm grows "
      "{:.2f} times.\n\n",
      most / least, std::log(most) / std::log(least));
  print_head({"view", "first page", "middle", "last", "entries, last"}, 1);
  for (std::size_t w = 0; w < ways().size(); ++w) {
    const auto& small = costs[{w, 0}];
    const auto& large = costs[{w, boards.size() - 1}];
    std::vector<std::string> cells{ways()[w].name};
    for (std::size_t p = 0; p < places.size(); ++p)
      cells.push_back(fmt::format("{:.2f}", large[p].us.median() / small[p].us.median()));
    cells.push_back(fmt::format("{:.1f}", static_cast<double>(large[2].entries) /
                                              static_cast<double>(small[2].entries)));
    print_row(cells);
  }

  fmt::print("\nThe whole board, {} markets, first page, by its rows\n\n", given.markets.back());
  print_head({"rows", "us", "us for each further row"}, 0);
  for (std::size_t i = 0; i < sizes.size(); ++i)
    print_row({fmt::format("{}", sizes[i]), by_size[i].us.text(),
               i == 0
                   ? "-"
                   : fmt::format("{:.2f}", (by_size[i].us.median() - by_size[i - 1].us.median()) /
                                               (sizes[i] - sizes[i - 1]))});
  fmt::print("\nHow long the calls held Redis, ms: 99.9 % of them at most, and the longest.\n\n");
  print_head({"markets", "99.9 %", "longest"}, 0);
  for (std::size_t b = 0; b < boards.size(); ++b) {
    const auto [most, longest] = boards[b]->redis.held_by_calls();
    print_row({fmt::format("{}", given.markets[b]), fmt::format("{:.1f}", most),
               fmt::format("{:.1f}", longest)});
  }
}
