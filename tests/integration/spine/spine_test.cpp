#include "adapters/redis/layout.hpp"
#include "market/price_history.hpp"
#include "tests/integration/spine/world.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <set>
#include <thread>
#include <unistd.h>

using namespace tickboard;
using namespace tickboard::test;

namespace {

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
    out.push_back({name, name, std::move(options), {}});
  }
  return out;
}

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

/// Empty once every market of every exchange is served as that exchange has it, and no other.
std::string difference_from_exchanges(world& on, const std::map<std::string, std::string>& rows) {
  std::size_t markets = 0;
  for (std::size_t i = 0; i < on.exchanges.size(); ++i) {
    const auto truth = parse_json(on.ask_exchange(i, "/sim/state").body);
    for (const auto& market : truth.GetArray()) {
      ++markets;
      const auto id =
          on.exchanges[i].name + ":" + text_of(market, "base") + "-" + text_of(market, "quote");
      const auto row = rows.find(id);
      if (row == rows.end())
        return id + " is missing";
      if (const auto what = difference(market, parse_json(row->second)); !what.empty())
        return id + ": " + what;
    }
  }
  return markets == rows.size() ? "" : "there are rows that no exchange has";
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

void ask_random_questions(world& on, const std::map<std::string, std::string>& rows, int count) {
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
  for (int i = 0; i < count; ++i) {
    view_query query;
    if (pick(3) != 0)
      query.quotes.values = some_of(quotes);
    if (pick(3) == 0)
      query.exchanges.values = some_of({"binance", "coinbaseexchange", "kraken", "elsewhere"});
    if (pick(4) == 0)
      query.bases.values = some_of(bases);
    query.sort = pick(sort_field_count);
    query.descending = pick(2) == 0;
    query.per_page = 1 + static_cast<std::uint32_t>(pick(250));
    query.page = 1 + static_cast<std::uint32_t>(pick(4));
    const auto target = page_target(query, query.page);
    INFO(target);
    const auto answer = on.get(target);
    REQUIRE(answer.status == 200);
    const auto rest = answer.body.find(",\"as_of_ms\":");
    REQUIRE(rest != std::string::npos);
    const auto page = answer.body.substr(0, rest);
    if (is_derived(sort_fields[query.sort])) {
      REQUIRE(disorder(answer.body, query) == "");
      query.sort = id_field; // the same totals
      const auto tail = [](const std::string& of) { return of.substr(of.rfind("\"page\":")); };
      REQUIRE(tail(page) == tail(brute_force_page(rows, query)));
      continue;
    }
    const bool equal = without_derived(page) == brute_force_page(rows, query); // too long to print
    REQUIRE(equal);
  }
}

/// Asks all the time, in a thread of its own: no page may ever be an empty 200.
class suspicious_reader {
public:
  explicit suspicious_reader(world& on)
      : thread_([this, &on] {
          while (!stop_) {
            const auto answer = on.get("/v1/markets?quote=USD&per_page=1");
            if (answer.status == 200 && answer.body.find("\"data\":[]") != std::string::npos)
              ++empty_;
            ++(answer.status == 200 ? good_ : other_);
          }
        }) {}
  ~suspicious_reader() { finish(); }

  void finish() {
    stop_ = true;
    if (thread_.joinable())
      thread_.join();
  }
  int empty() const { return empty_; }
  int good() const { return good_; }

private:
  std::atomic<bool> stop_{false};
  std::atomic<int> empty_{0}, good_{0}, other_{0};
  std::thread thread_;
};

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
      if (id.size() % 7 == 0)
        CHECK(without_derived(on.get("/v1/search?q=" + id).body)
                  .find(R"({"kind":"market","match":"exact","market":)" + row + "}") !=
              std::string::npos);
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

TEST_CASE("while everything moves, each page is in the order of what its rows show") {
  world on{
      {{"binance", "binance", {"--markets", "300", "--count", "1000000", "--rate", "4000"}, {}}}};
  on.wait_until("pages are served", [&] { return on.get("/readyz").status == 200; });
  const redis::layout layout{"tb", {}};
  on.wait_until("indexes that nobody asks for lag", [&] {
    constexpr std::string_view behind = R"lua(
      local rows, behind = redis.call('HGETALL', KEYS[1]), 0
      for i = 1, #rows, 2 do
        local bid = string.match(rows[i + 1], '"bid":"([^"]*)"')
        if tonumber(bid) ~= tonumber(redis.call('ZSCORE', KEYS[2], rows[i])) then
          behind = behind + 1
        end
      end
      return behind)lua";
    return on.command({"EVAL", behind, "2", layout[0].row, layout[0].by[*find_sort_field("bid")]}) >
           10;
  });
  std::size_t valued = 0;
  // The first to ask for a field must not get what was right before anybody asked.
  for (const auto& field : sort_fields)
    for (const std::string asked : {"USDT&sort=-", "USDT&sort=", "!USDT&sort=-", "!USDT&sort="}) {
      const auto view = "/v1/markets?per_page=250&quote=" + asked + std::string{field.name};
      CAPTURE(view);
      const auto page = on.get(view);
      REQUIRE(page.status == 200);
      const auto json = parse_json(page.body);
      REQUIRE(json["data"].Size() > 10);
      std::optional<double> before;
      bool nulls = false;
      for (const auto& row : json["data"].GetArray()) {
        const auto text = text_of(row, std::string{field.name}.c_str());
        if (field.score == nullptr)
          continue; // ids do not move
        if (text.empty()) {
          nulls = true;
          continue;
        }
        CHECK_FALSE(nulls); // they come last
        const double now = std::stod(text);
        if (before) {
          CAPTURE(*before);
          CAPTURE(now);
          const bool in_order = asked.back() == '-' ? *before >= now : *before <= now;
          CHECK(in_order);
        }
        before = now;
        ++valued;
      }
    }
  CHECK(valued > 1000);
}

TEST_CASE(
    "a restarted daemon knows how far prices have moved, and nothing else of its earlier life") {
  world on{{{"kraken", "kraken", {"--markets", "20", "--count", "200", "--rate", "0"}, {}}}};
  on.wait_until("its markets are served", [&] { return on.rows().size() == 20; });
  on.daemon->kill(SIGKILL);
  on.daemon->wait();

  // As if it had run for an hour: 50,000 at first, 80,000 for the last seven minutes.
  const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(
                       std::chrono::system_clock::now().time_since_epoch())
                       .count();
  price_history lived;
  lived.set(now - 4'000'000, 50'000);
  lived.set(now - 420'000, 80'000);
  lived.changes(now - 1'000);
  on.command({"HSET", redis::layout{"tb", {}}.history(now / (4 * 3'600'000)), "kraken:BTC-USD",
              lived.encode()});
  on.command({"HSET", redis::layout{"tb", {}}[0].row, "kraken:GONE-USD", "{}"});

  on.start_daemon();
  on.wait_until("it serves again, with history", [&] {
    const auto rows = on.whole_rows();
    if (rows.size() != 20)
      return false;
    const auto row = parse_json(rows.at("kraken:BTC-USD"));
    if (text_of(row, "change_1h_pct").empty())
      return false;
    const auto moved = [&](double from) {
      return std::round((std::stod(text_of(row, "last")) - from) / from * 1e6) / 1e4;
    };
    CHECK(std::stod(text_of(row, "change_5m_pct")) == moved(80'000));
    CHECK(std::stod(text_of(row, "change_15m_pct")) == moved(50'000));
    CHECK(std::stod(text_of(row, "change_1h_pct")) == moved(50'000));
    CHECK(text_of(parse_json(rows.at("kraken:ETH-USD")), "change_1h_pct").empty());
    return true;
  });
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

TEST_CASE("redis-server and each exchange are killed meanwhile: it ends in the same final state") {
  world on{three_exchanges(30'000, 3'000, false), "[daemon]\nwarmup = \"3s\""};
  on.wait_until("pages are served", [&] { return on.get("/readyz").status == 200; });
  suspicious_reader reader{on};

  on.redis->kill(SIGKILL);
  on.wait_until("redis-server is gone", [&] { return !on.redis->running(); });
  REQUIRE(on.redis->start()); // empty
  for (std::size_t i = 0; i < on.exchanges.size(); ++i)
    on.restart_exchange(i); // plays the same updates from the beginning
  on.wait_until("pages are served again", [&] { return on.get("/readyz").status == 200; });

  const auto rows = converged_rows(on);
  reader.finish();
  CHECK(rows.size() == 1500);
  CHECK(reader.good() > 0);
  CHECK(reader.empty() == 0);
  ask_random_questions(on, rows, 100);

  {
    INFO("an emptied Redis is refilled from memory, though no exchange says anything");

    on.redis->kill(SIGKILL);
    on.wait_until("redis-server is gone", [&] { return !on.redis->running(); });
    CHECK(on.get("/v1/markets?quote=USD").status == 503);
    REQUIRE(on.redis->start());
    std::map<std::string, std::string> again;
    on.wait_until("the rows are back", [&] {
      again = on.rows();
      return !again.empty();
    });
    const bool equal = again == rows;
    CHECK(equal);
  }
  {
    INFO("rows of an exchange that is gone are served on, marked stale");
    on.simulators[0].kill(SIGKILL);
    on.wait_until("its rows are stale", [&] {
      const auto page = on.get("/v1/markets?exchange=binance&per_page=250");
      return page.status == 200 && page.body.find("\"stale\":true") != std::string::npos &&
             page.body.find("\"stale\":false") == std::string::npos;
    });
    const auto other = on.get("/v1/markets?exchange=kraken&per_page=250");
    CHECK(other.body.find("\"stale\":true") == std::string::npos);
    on.restart_exchange(0);
    converged_rows(on); // which are not stale
  }
}
