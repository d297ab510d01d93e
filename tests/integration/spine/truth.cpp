#include "tests/integration/spine/truth.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdlib>
#include <random>
#include <set>

namespace tickboard::test {

namespace {

/// Empty if the row says what the exchange says of the market, else the difference.
std::string difference(const rapidjson::Value& truth, const rapidjson::Value& row) {
  for (const auto* member : {"last", "bid", "ask", "bid_size", "ask_size", "open_24h", "high_24h",
                             "low_24h", "volume_24h", "quote_volume_24h", "ts_ms"}) {
    const auto expected = text_of(truth, member);
    if (!expected.empty() && text_of(row, member) != expected)
      return std::string{member} + ": the exchange has " + expected + ", the row " +
             text_of(row, member);
  }
  const auto change = text_of(truth, "change_24h_pct");
  if (!change.empty() &&
      std::abs(std::stod(change) - std::stod("0" + text_of(row, "change_24h_pct"))) > 0.01 &&
      std::abs(std::stod(change) - std::atof(text_of(row, "change_24h_pct").c_str())) > 0.01)
    return "change_24h_pct: the exchange has " + change + ", the row " +
           text_of(row, "change_24h_pct");
  if (text_of(row, "stale") != "false")
    return "the row is stale";
  return {};
}

} // namespace

namespace {

/// An exchange that has said everything is not taken for dead while a slow machine looks at what it
/// said: a connection made anew tells all once more, as received now.
const std::string said_everything = "stall_timeout = \"10m\"\n";

} // namespace

std::vector<simulated> three_exchanges(std::uint64_t count, double rate, bool hold) {
  std::vector<simulated> out;
  std::uint64_t seed = 11;
  for (const auto* name : {"binance", "coinbaseexchange", "kraken"}) {
    std::vector<std::string> options{"--markets", "500",
                                     "--count",   std::to_string(count),
                                     "--rate",    std::to_string(rate),
                                     "--seed",    std::to_string(seed++)};
    if (hold)
      options.push_back("--hold");
    out.push_back({name, name, std::move(options), {}, count == 0 ? "" : said_everything});
  }
  return out;
}

std::vector<simulated> two_exchanges() {
  std::vector<simulated> out;
  for (const auto* name : {"coinbaseexchange", "kraken"})
    out.push_back({name,
                   name,
                   {"--markets", "60", "--count", "600", "--rate", "0", "--seed", "7", "--hold"},
                   {},
                   said_everything});
  return out;
}

std::map<std::string, std::string> converged_rows(world& on) {
  std::map<std::string, std::string> rows;
  std::string last_difference;
  on.wait_until("every row equals the exchanges' final state", [&] {
    for (std::size_t i = 0; i < on.exchanges.size(); ++i) {
      const auto status = on.ask_exchange(i, "/sim/status");
      if (status.status != 200 || text_of(parse_json(status.body), "done") != "true")
        return false;
    }
    rows = on.rows();
    auto now = difference_from_exchanges(on, rows);
    if (!now.empty() && now != last_difference)
      MESSAGE("not yet: " << now);
    last_difference = now;
    return now.empty();
  });
  return rows;
}

namespace {

/// Empty if each market of exchange `i` is as that has it; `markets` counts them.
std::string difference_from(world& on, std::size_t i,
                            const std::map<std::string, std::string>& rows, std::size_t& markets) {
  const auto truth = parse_json(on.ask_exchange(i, "/sim/state").body);
  for (const auto& market : truth.GetArray()) {
    if (text_of(market, "listed") == "false")
      continue;
    ++markets;
    const auto id =
        on.exchanges[i].name + ":" + text_of(market, "base") + "-" + text_of(market, "quote");
    const auto row = rows.find(id);
    if (row == rows.end())
      return id + " is missing";
    if (const auto what = difference(market, parse_json(row->second)); !what.empty())
      return id + ": " + what;
  }
  return {};
}

/// What is around a place.
std::string excerpt(const std::string& of, std::size_t at) {
  const auto from = at < 300 ? 0 : at - 300;
  return of.substr(from, 600);
}

} // namespace

std::string difference_from_exchange(world& on, std::size_t i,
                                     const std::map<std::string, std::string>& rows) {
  std::size_t markets = 0;
  if (auto what = difference_from(on, i, rows, markets); !what.empty())
    return what;
  return markets == rows.size() ? "" : "there are rows that the exchange has not";
}

std::string difference_from_exchanges(world& on, const std::map<std::string, std::string>& rows) {
  std::size_t markets = 0;
  for (std::size_t i = 0; i < on.exchanges.size(); ++i)
    if (auto what = difference_from(on, i, rows, markets); !what.empty())
      return what;
  return markets == rows.size() ? "" : "there are rows that no exchange has";
}

void ask_random_questions(world& on, std::map<std::string, std::string> rows, int count,
                          bool renewed) {
  std::vector<std::string> quotes, bases;
  std::set<std::string> seen_quotes, seen_bases;
  for (const auto& [id, row] : rows) {
    const auto json = parse_json(row);
    seen_quotes.insert(text_of(json, "quote"));
    seen_bases.insert(text_of(json, "base"));
  }
  quotes.assign(seen_quotes.begin(), seen_quotes.end());
  bases.assign(seen_bases.begin(), seen_bases.end());
  const std::uint64_t seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937_64 random{seed};
  const auto pick = [&](std::size_t below) { return random() % below; };
  const auto some_of = [&](const std::vector<std::string>& from) {
    std::set<std::string> out;
    for (auto n = 1 + pick(3); n > 0; --n)
      out.insert(from[pick(from.size())]);
    return std::vector<std::string>{out.begin(), out.end()};
  };
  std::vector<std::string> feeds;
  for (const auto& one : on.exchanges)
    feeds.push_back(one.name);
  for (int i = 0; i < count; ++i) {
    view_query query;
    if (pick(3) != 0)
      query.quotes.values = some_of(quotes);
    if (pick(3) == 0)
      query.exchanges.values = some_of(feeds);
    if (pick(4) == 0)
      query.bases.values = some_of(bases);
    query.sort = pick(sort_field_count);
    query.descending = pick(2) == 0;
    query.per_page = 1 + static_cast<std::uint32_t>(pick(250));
    query.page = 1 + static_cast<std::uint32_t>(pick(4));
    const auto target = page_target(query, query.page);
    INFO(target);
    response answer;
    const auto ask = [&] {
      answer = on.get(target);
      REQUIRE(answer.status == 200);
      const auto rest = answer.body.find(",\"as_of_ms\":");
      REQUIRE(rest != std::string::npos);
      return answer.body.substr(0, rest);
    };
    const auto page = ask();
    if (is_derived(sort_fields[query.sort])) {
      REQUIRE(disorder(answer.body, query) == "");
      query.sort = id_field; // the same totals
      const auto tail = [](const std::string& of) { return of.substr(of.rfind("\"page\":")); };
      REQUIRE(tail(page) == tail(brute_force_page(rows, query)));
      continue;
    }
    auto got = without_derived(page), wanted = brute_force_page(rows, query);
    for (int left = renewed ? 50 : 0; left > 0 && got != wanted; --left) { // all comes in batches
      rows = converged_rows(on);
      got = without_derived(ask());
      wanted = brute_force_page(rows, query);
    }
    const auto differs = static_cast<std::size_t>(std::ranges::mismatch(got, wanted).in1 -
                                                  got.begin()); // all of it is too long to print
    INFO("question " << i << ", got:    " << excerpt(got, differs));
    INFO("question " << i << ", wanted: " << excerpt(wanted, differs));
    REQUIRE(differs == std::max(got.size(), wanted.size()));
  }
}

} // namespace tickboard::test
