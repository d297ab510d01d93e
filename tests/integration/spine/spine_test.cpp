#include "tests/integration/spine/truth.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <unistd.h>

using namespace tickboard;
using namespace tickboard::test;

namespace {

/// Empty if every row is valued, all of a quote asset at one rate, which lies between the least and
/// the most that markets with USD, or with BTC and ETH, say. Rates may be 5 bps behind, and shown
/// values are rounded.
std::string misvalued(const std::map<std::string, std::string>& rows) {
  constexpr double slack = 1.2e-3;
  struct range {
    double least = 1e300, most = 0;
    void take(double value) {
      least = std::min(least, value);
      most = std::max(most, value);
    }
  };
  std::map<std::string, double> rates;
  std::map<std::string, range> said; // of a dollar's worth
  for (const bool with_usd : {true, false})
    for (const auto& [id, row] : rows) {
      const auto json = parse_json(row);
      const auto base = text_of(json, "base"), quote = text_of(json, "quote");
      const double price = std::stod(text_of(json, "last"));
      const bool hub = base == "BTC" || base == "ETH";
      if (with_usd && quote == "USD")
        said[base].take(price);
      if (!with_usd && hub && quote != "USD") {
        said[quote].take(said[base].least / price);
        said[quote].take(said[base].most / price);
      }
    }
  if (rows.empty())
    return "there are no rows";
  for (const auto& [id, row] : rows) {
    const auto json = parse_json(row);
    const auto price = text_of(json, "price_usd"), volume = text_of(json, "volume_usd_24h");
    if (price.empty() || volume.empty())
      return id + " is not valued";
    const auto quote = text_of(json, "quote");
    const double rate = std::stod(price) / std::stod(text_of(json, "last"));
    const auto [known, first] = rates.emplace(quote, rate);
    if (std::abs(rate - known->second) > 1e-8 * rate)
      return id + " has another rate than others of its quote";
    const auto turnover = text_of(json, "quote_volume_24h");
    if (!turnover.empty() && std::abs(std::stod(volume) / std::stod(turnover) - rate) > 1e-8 * rate)
      return id + " has another rate for its turnover";
    const range bounds = quote == "USD" ? range{1, 1} : said[quote];
    if (rate < bounds.least * (1 - slack) || rate > bounds.most * (1 + slack))
      return id + " is valued at " + std::to_string(rate) + " a " + quote + ", not between " +
             std::to_string(bounds.least) + " and " + std::to_string(bounds.most);
  }
  return {};
}

/// Empty if /v1/assets has exactly these, by rank, each with its markets and a price among theirs.
std::string misshown_assets(world& on, const std::map<std::string, std::set<std::string>>& bases) {
  std::set<std::string> seen;
  for (int page = 1; seen.size() < bases.size(); ++page) {
    const auto got = on.get("/v1/assets?sort=rank&per_page=250&page=" + std::to_string(page));
    if (got.status != 200)
      return got.body;
    const auto json = parse_json(got.body);
    if (json["data"].Empty())
      return std::to_string(seen.size()) + " assets are shown";
    for (const auto& row : json["data"].GetArray()) {
      const auto symbol = text_of(row, "symbol");
      seen.insert(symbol);
      if (text_of(row, "rank") != std::to_string(seen.size()))
        return symbol + " is ranked " + text_of(row, "rank");
      const auto markets = bases.find(symbol);
      if (markets == bases.end() ||
          text_of(row, "markets") != std::to_string(markets->second.size()))
        return symbol + " has " + text_of(row, "markets") + " markets";
    }
  }
  for (const auto* symbol : {"BTC", "ETH"}) {
    const auto json = parse_json(on.get(std::string{"/v1/assets/"} + symbol).body);
    std::set<std::string> ids;
    double least = INFINITY, most = 0;
    for (const auto& row : json["markets"].GetArray()) {
      ids.insert(text_of(row, "id"));
      if (const auto price = text_of(row, "price_usd"); !price.empty()) {
        least = std::min(least, std::stod(price));
        most = std::max(most, std::stod(price));
      }
    }
    if (ids != bases.at(symbol))
      return std::string{symbol} + " comes with other markets";
    const auto price = text_of(json["data"], "price_usd");
    if (price.empty() || std::stod(price) < least || std::stod(price) > most)
      return std::string{symbol} + " costs " + price;
  }
  return {};
}

} // namespace

TEST_CASE("three exchanges, 1,500 markets: every row is the exchange's, every page in order") {
  world on{three_exchanges(20'000, 4'000, false)};
  const auto rows = converged_rows(on);
  CHECK(rows.size() == 1500);
  ask_random_questions(on, rows, 500);

  {
    INFO("search finds each market by its id, with its row");
    for (const auto& [id, row] : rows)
      if (id.size() % 7 == 0) {
        const auto answer = on.get("/v1/search?q=" + id).body;
        INFO(row << " in " << answer.substr(0, 1000));
        CHECK(without_derived(answer).find(R"({"kind":"market","match":"exact","market":)" + row +
                                           "}") != std::string::npos);
      }
    CHECK(on.get("/v1/search?q=").status == 400);
  }
  {
    INFO("one market at a time");
    for (const auto& [id, row] : rows)
      if (id.size() % 7 == 0)
        CHECK(without_derived(on.get("/v1/markets/" + id).body) == row);
    CHECK(on.get("/v1/markets/binance:NOPE-NOPE").status == 404);
  }
  {
    INFO("every row is valued in dollars, by a rate that the board's own markets give");
    std::string last;
    on.wait_until("dollar values have settled", [&] {
      auto now = misvalued(on.whole_rows());
      if (now != last)
        MESSAGE("not yet: " << now);
      last = std::move(now);
      return last.empty();
    });
  }
  {
    INFO("the exchanges' page tells of every connection");
    const auto json = parse_json(on.get("/v1/exchanges").body);
    REQUIRE(json["data"].Size() == 3);
    for (const auto& one : json["data"].GetArray())
      for (const auto& link : one["connections"].GetArray()) {
        CHECK(text_of(link, "state") == "live");
        CHECK(text_of(link, "malformed") == "0");
        CHECK(std::stoi(text_of(link, "patches")) > 0);
      }
  }
  {
    INFO("every base asset is there, with its markets");
    std::map<std::string, std::set<std::string>> bases;
    for (const auto& [id, row] : rows)
      bases[text_of(parse_json(row), "base")].insert(id);
    std::string last;
    on.wait_until("assets show the markets", [&] {
      auto now = misshown_assets(on, bases);
      if (now != last)
        MESSAGE("not yet: " << now);
      last = std::move(now);
      return last.empty();
    });
    CHECK(on.get("/v1/assets/NOPE").status == 404);
    CHECK(on.get("/v1/assets?sort=bid").status == 400);
    const auto movers = parse_json(on.get("/v1/movers?window=24h&min_volume_usd=0&limit=100").body);
    REQUIRE(movers["data"].Size() > 1);
    for (rapidjson::SizeType i = 0; i < movers["data"].Size(); ++i) {
      const auto change = [&](rapidjson::SizeType at) {
        return std::stod(text_of(movers["data"][at], "change_24h_pct"));
      };
      CHECK(change(i) > 0);
      CHECK((i == 0 || change(i - 1) >= change(i)));
    }
    const auto totals = parse_json(on.get("/v1/global").body);
    CHECK(text_of(totals["data"], "markets") == "1500");
    CHECK(text_of(totals["data"], "exchanges") == "3");
    CHECK(text_of(totals["data"], "assets") == std::to_string(bases.size()));
    CHECK(parse_json(on.get("/v1/categories").body)["data"].Size() > 0);
  }
  {
    INFO("it ends in order on SIGTERM");
    on.daemon->kill(SIGTERM);
    CHECK(on.daemon->wait() == 0);
  }
}

TEST_CASE("over TLS, with the exchange's CA, and not without it") {
  const auto directory =
      std::filesystem::temp_directory_path() / ("tickboard-ca-" + std::to_string(::getpid()));
  std::filesystem::create_directory(directory);
  const auto ca = (directory / "ca.pem").string();
  simulated exchange{"kraken",
                     "kraken",
                     {"--markets", "20", "--count", "200", "--rate", "0", "--tls", "--ca-out", ca},
                     {}};
  SUBCASE("trusted") {
    exchange.ca_file = ca;
    world on{{exchange}};
    std::map<std::string, std::string> rows;
    on.wait_until("its markets are served", [&] { return on.rows().size() == 20; });
  }
  SUBCASE("not trusted") {
    world on{{exchange}};
    on.wait_until("the feed says why", [&] {
      return on.get("/v1/exchanges").body.find("certificate") != std::string::npos;
    });
    CHECK(on.get("/v1/markets").status == 503);
  }
  std::filesystem::remove_all(directory);
}

TEST_CASE("Binance's streams of parts of a ticker merge into the whole of it") {
  const std::vector<std::string> options{"--markets", "60", "--count", "3000", "--rate", "3000"};
  SUBCASE("one stream of all mini tickers, and book tickers") {
    world on{{{"binance", "binance", options, {"!miniTicker@arr", "bookTicker"}}}};
    CHECK(converged_rows(on).size() == 60);
  }
  SUBCASE("a mini ticker and a book ticker of each") {
    world on{{{"binance", "binance", options, {"miniTicker", "bookTicker"}}}};
    CHECK(converged_rows(on).size() == 60);
  }
}

TEST_CASE("what is recorded from an exchange normalises to that exchange's markets") {
  world on{{{"kraken", "kraken", {"--markets", "20", "--rate", "500"}, {}}}};
  const auto recording = on.redis->directory() + "/kraken.jsonl";
  const auto host = "127.0.0.1:" + std::to_string(on.simulators[0].port());
  const auto run = [](const std::string& arguments) {
    return std::system((std::string{TICKBOARD_PROGRAM} + " " + arguments).c_str());
  };
  REQUIRE(run("record kraken --symbols '*/*' --frames 200 --ws-url ws://" + host +
              "/v2 --rest-url http://" + host + " --output " + recording) == 0);
  REQUIRE(run("normalize kraken " + recording + " > " + recording + ".out") == 0);
  std::ifstream in{recording + ".out"};
  std::set<std::string> markets;
  std::size_t lines = 0;
  for (std::string line; std::getline(in, line); ++lines) {
    const auto json = parse_json(line);
    CHECK_FALSE(text_of(json, "last").empty());
    markets.insert(text_of(json, "native"));
  }
  CHECK(markets.size() == 20);
  CHECK(lines > 100); // acks and heartbeats are frames too
}
