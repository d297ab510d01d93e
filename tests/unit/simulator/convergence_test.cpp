// The property that everything else builds on: what a client was sent last about a market is
// what /sim/state says, digit by digit, whoever subscribed when and however fast he reads.

#include "support.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <map>
#include <set>

using namespace tickboard::simulator;
using namespace tickboard::simulator::test;

namespace {

using rows = std::map<std::string, std::map<std::string, std::string>>;

struct venue_case {
  const char* exchange;
  const char* target;
  std::string (*subscribe)(const std::vector<std::string>& natives);
  const char* symbol;                         // the frame's member for the native name
  std::map<std::string, const char*> members; // /sim/state's to the frame's
};

std::string joined(const std::vector<std::string>& natives, bool lower_ticker) {
  std::string list;
  for (auto name : natives) {
    if (lower_ticker)
      for (auto& c : name)
        c = static_cast<char>(std::tolower(c));
    list += fmt::format("{}\"{}{}\"", list.empty() ? "" : ",", name, lower_ticker ? "@ticker" : "");
  }
  return list;
}

const venue_case cases[] = {
    {"binance",
     "/ws",
     [](const std::vector<std::string>& natives) {
       return fmt::format(R"({{"method":"SUBSCRIBE","params":[{}],"id":1}})",
                          joined(natives, true));
     },
     "s",
     {{"last", "c"},
      {"bid", "b"},
      {"ask", "a"},
      {"bid_size", "B"},
      {"ask_size", "A"},
      {"open_24h", "o"},
      {"high_24h", "h"},
      {"low_24h", "l"},
      {"volume_24h", "v"},
      {"quote_volume_24h", "q"},
      {"change_24h_pct", "P"},
      {"ts_ms", "C"}}},
    {"coinbaseexchange",
     "/",
     [](const std::vector<std::string>& natives) {
       return fmt::format(R"({{"type":"subscribe","product_ids":[{}],"channels":["ticker"]}})",
                          joined(natives, false));
     },
     "product_id",
     {{"last", "price"},
      {"bid", "best_bid"},
      {"ask", "best_ask"},
      {"bid_size", "best_bid_size"},
      {"ask_size", "best_ask_size"},
      {"open_24h", "open_24h"},
      {"high_24h", "high_24h"},
      {"low_24h", "low_24h"},
      {"volume_24h", "volume_24h"}}},
    {"kraken",
     "/v2",
     [](const std::vector<std::string>& natives) {
       return fmt::format(
           R"({{"method":"subscribe","params":{{"channel":"ticker","symbol":[{}]}},"req_id":1}})",
           joined(natives, false));
     },
     "symbol",
     {{"last", "last"},
      {"bid", "bid"},
      {"ask", "ask"},
      {"bid_size", "bid_qty"},
      {"ask_size", "ask_qty"},
      {"high_24h", "high"},
      {"low_24h", "low"},
      {"volume_24h", "volume"},
      {"change_24h_pct", "change_pct"}}},
};

/// Takes the frame's figures into `seen` if it is a ticker.
void take(const venue_case& venue, const std::string& frame, rows& seen) {
  auto document = parsed(frame);
  const rapidjson::Value* ticker = &document;
  if (document.IsObject() && document.HasMember("data"))
    ticker = &document["data"][0];
  const auto name = text(*ticker, venue.symbol);
  if (name == "(missing)" || text(*ticker, venue.members.at("last")) == "(missing)")
    return;
  auto& row = seen[name];
  for (const auto& [ours, theirs] : venue.members)
    row[ours] = text(*ticker, theirs);
}

rows expected(const venue_case& venue, const running& exchange) {
  rows all;
  const auto state = exchange.state();
  for (const auto& row : state.GetArray())
    for (const auto& [ours, theirs] : venue.members)
      all[text(row, "native")][ours] = text(row, ours.c_str());
  return all;
}

std::vector<std::string> names(const running& exchange) {
  std::vector<std::string> all;
  const auto state = exchange.state();
  for (const auto& row : state.GetArray())
    all.push_back(text(row, "native"));
  return all;
}

/// Reads until what was seen equals the final state of `natives`.
void read_to_the_end(const venue_case& venue, ws_client& client, const running& exchange,
                     const std::vector<std::string>& natives) {
  exchange.wait([](const auto& now) { return text(now, "sent") == text(now, "count"); });
  const auto final_rows = expected(venue, exchange);
  std::set<std::string> missing(natives.begin(), natives.end());
  rows seen;
  while (!missing.empty()) {
    const auto frame = client.read();
    REQUIRE(!frame.empty());
    rows now;
    take(venue, frame, now);
    for (const auto& [name, row] : now) {
      row == final_rows.at(name) ? missing.erase(name) : (missing.insert(name), 0u);
      seen[name] = row;
    }
  }
  for (const auto& name : natives)
    CHECK(seen[name] == final_rows.at(name));
}

} // namespace

TEST_CASE("early, late and separate subscribers all end with the state of /sim/state") {
  for (const auto& venue : cases) {
    for (const double rate : {0.0, 20'000.0}) {
      CAPTURE(venue.exchange);
      CAPTURE(rate);
      running exchange({.exchange = venue.exchange, .markets = 60, .rate = rate, .count = 6000});
      const auto all = names(exchange);
      const std::vector<std::string> front(all.begin(), all.begin() + 30),
          back(all.begin() + 30, all.end());
      ws_client first(exchange.port(), venue.target), second(exchange.port(), venue.target);
      first.send(venue.subscribe(front));
      second.send(venue.subscribe(back));
      // The second does not read while the first gets everything.
      read_to_the_end(venue, first, exchange, front);
      ws_client late(exchange.port(), venue.target);
      late.send(venue.subscribe(all));
      read_to_the_end(venue, late, exchange, all);
      read_to_the_end(venue, second, exchange, back);
      exchange.wait([](const auto& now) { return text(now, "done") == "true"; });
      const auto state = exchange.state();
      for (const auto& row : state.GetArray())
        CHECK(text(row, "updates") == "100");
    }
  }
}

TEST_CASE("nothing is sent before the first subscriber, nor while held") {
  running exchange({.markets = 5, .rate = 0, .count = 50, .hold = true});
  ws_client client(exchange.port(), "/ws");
  CHECK(text(exchange.status(), "sent") == "0");
  client.send(cases[0].subscribe({"BTCUSDT"}));
  CHECK(client.read() == R"({"result":null,"id":1})");
  CHECK(text(exchange.status(), "sent") == "0");
  CHECK(text(exchange.status(), "done") == "false");
  CHECK(exchange.http("POST", "/sim/go").status == 200);
  read_to_the_end(cases[0], client, exchange, {"BTCUSDT"});
}

TEST_CASE("rate and count change while running") {
  running exchange({.markets = 5, .rate = 0, .count = 50});
  ws_client client(exchange.port(), "/ws");
  client.send(cases[0].subscribe({"BTCUSDT"}));
  read_to_the_end(cases[0], client, exchange, {"BTCUSDT"});
  CHECK(exchange.http("POST", "/sim/rate", R"({"rate":5000,"count":500})").status == 200);
  read_to_the_end(cases[0], client, exchange, {"BTCUSDT"});
  const auto refused = exchange.http("POST", "/sim/rate", R"({"count":7})");
  CHECK(refused.status == 400);
  CHECK(refused.body.find("at least the 500 sent") != std::string::npos);
}
