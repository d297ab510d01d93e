// What is followed changes while the daemon runs: by its config, and by what exchanges list.

#include "tests/integration/spine/truth.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <fstream>
#include <set>

using namespace tickboard;
using namespace tickboard::test;

namespace {

std::set<std::string> feeds_shown(world& on) {
  std::set<std::string> out;
  const auto told = parse_json(on.get("/v1/exchanges").body);
  for (const auto& feed : told["data"].GetArray())
    out.insert(text_of(feed, "exchange"));
  return out;
}

/// What must not change of a connection that is left alone: frames only grow, it never restarts.
struct left_alone {
  left_alone(world& on, std::string feed) : on_(on), feed_(std::move(feed)) {
    frames_ = look().first;
  }
  void check() {
    const auto [frames, restarts] = look();
    CHECK(restarts == 0);
    CHECK(frames >= frames_);
  }

private:
  std::pair<std::uint64_t, std::uint64_t> look() {
    std::uint64_t frames = 0, restarts = 0;
    const auto told = parse_json(on_.get("/v1/exchanges").body);
    for (const auto& feed : told["data"].GetArray())
      if (text_of(feed, "exchange") == feed_)
        for (const auto& one : feed["connections"].GetArray()) {
          frames += std::stoull(text_of(one, "frames"));
          restarts += std::stoull(text_of(one, "restarts"));
        }
    return {frames, restarts};
  }

  world& on_;
  std::string feed_;
  std::uint64_t frames_;
};

/// No key names a market of this exchange, but those that end by themselves.
bool is_forgotten(world& on, const std::string& exchange) {
  for (const auto& key : on.command({"KEYS", "tb:2:*"}).elements) {
    if (on.command({"PTTL", key.text}).integer >= 0)
      continue; // histories and candles
    if (key.text.find(exchange + ":") != key.text.npos)
      return false;
    const auto type = on.command({"TYPE", key.text}).text;
    const auto held = type == "zset"   ? on.command({"ZRANGE", key.text, "0", "-1"})
                      : type == "hash" ? on.command({"HKEYS", key.text})
                                       : copied_reply{};
    for (const auto& one : held.elements)
      if (one.text.find(exchange + ":") != one.text.npos || one.text.starts_with(exchange + "|"))
        return false;
  }
  return true;
}

bool has_candles(world& on, const std::string& exchange) {
  for (const auto& key : on.command({"KEYS", "tb:2:candles:*"}).elements)
    for (const auto& id : on.command({"HKEYS", key.text}).elements)
      if (id.text.starts_with(exchange + ":"))
        return true;
  return false;
}

bool has_stale(world& on) {
  return on.get("/v1/markets?stale=true").body.find("\"data\":[]") == std::string::npos;
}

} // namespace

TEST_CASE("SIGHUP: feeds end, start and change, and the others do not notice") {
  world on{three_exchanges(20'000, 2'000, false)};
  on.wait_until("all are served", [&] { return on.rows().size() == 1'500; });
  left_alone kraken{on, "kraken"};

  on.wait_until("candles of Binance are held", [&] { return has_candles(on, "binance"); });
  on.write_config(on.daemon_options(), {1, 2});
  on.daemon->kill(SIGHUP);
  on.wait_until("Binance has left", [&] {
    return on.rows().size() == 1'000 && is_forgotten(on, "binance") &&
           feeds_shown(on) == std::set<std::string>{"coinbaseexchange", "kraken"};
  });
  CHECK(on.get("/v1/markets/binance:BTC-USDT").status == 404);
  on.wait_until("it is no value of exchange any more", [&] {
    const auto refused = on.get("/v1/markets?exchange=Binance");
    return refused.status == 400 &&
           refused.body.find("allowed: coinbaseexchange, kraken,") != std::string::npos;
  });
  kraken.check();

  {
    INFO("a bad file is refused, whatever else it says");
    std::ofstream{on.redis->directory() + "/tickboard.toml"}
        << "[[feed]]\nexchange = \"nowhere\"\n";
    on.daemon->kill(SIGHUP);
    on.wait_until("it is refused", [&] {
      const auto log = on.log_text();
      return log.find("msg=\"refused, everything stays as it is\"") != log.npos &&
             log.find("feed.exchange") != log.npos;
    });
    CHECK(feeds_shown(on) == std::set<std::string>{"coinbaseexchange", "kraken"});
    on.wait_until("health and metrics tell it", [&] {
      return on.get("/healthz").body.find(R"("config":{"state":"refused",)") != std::string::npos &&
             on.get("/metrics").body.find("\ntickboard_config_reload_ok 0\n") != std::string::npos;
    });
    kraken.check();
  }

  const auto usual = on.exchanges[1].feed_options;
  on.exchanges[1].feed_options += "exclude = [\"*/USD\"]\n";
  on.write_config(on.daemon_options() + "\n[rates]\nmax_age = \"200s\"");
  on.daemon->kill(SIGHUP);
  bool stale = false;
  on.wait_until("Binance is back, and Coinbase Exchange without USD", [&] {
    stale = stale || has_stale(on);
    const auto rows = on.rows();
    std::size_t dollars = 0, binance = 0;
    for (const auto& [id, row] : rows) {
      dollars += id.starts_with("coinbaseexchange:") && id.ends_with("-USD");
      binance += id.starts_with("binance:");
    }
    return binance == 500 && dollars == 0 && !rows.empty();
  });
  CHECK(on.log_text().find("msg=\"changes at the next start only\" key=rates.max_age") !=
        std::string::npos);
  on.wait_until("health says what waits for the next start", [&] {
    return on.get("/healthz")
               .body.find(R"("config":{"state":"waiting","problem":"these keys take )"
                          R"(effect at the next start: rates.max_age"}})") != std::string::npos;
  });
  CHECK(on.get("/metrics").body.find("\ntickboard_config_reload_ok 1\n") != std::string::npos);
  kraken.check();

  on.exchanges[1].feed_options = usual;
  on.write_config(on.daemon_options());
  on.daemon->kill(SIGHUP);
  on.wait_until("all are served", [&] {
    stale = stale || has_stale(on);
    return on.rows().size() == 1'500;
  });
  CHECK_FALSE(stale); // other symbols are no new start
  CHECK(on.log_text().find("msg=\"follows other symbols\" feed=coinbaseexchange") !=
        std::string::npos);
  CHECK(converged_rows(on).size() == 1'500);
  kraken.check();

  const auto connections_shown = [&on] {
    std::size_t out = 0;
    const auto told = parse_json(on.get("/v1/exchanges").body);
    for (const auto& feed : told["data"].GetArray())
      if (text_of(feed, "exchange") == "coinbaseexchange")
        out = feed["connections"].Size();
    return out;
  };
  CHECK(connections_shown() > 1);
  on.exchanges[1].feed_options += "streams_per_connection = 1000\n";
  on.write_config(on.daemon_options());
  on.daemon->kill(SIGHUP);
  on.wait_until("connections of before are shown no more",
                [&] { return connections_shown() == 1; });
  kraken.check();
}

TEST_CASE("a market that is delisted leaves the board, and is back when it is listed again") {
  auto exchanges = three_exchanges(0, 1'000, false);
  for (auto& one : exchanges)
    one.feed_options = "listing_interval = \"1s\"\n";
  world on{exchanges};
  on.wait_until("all are served", [&] { return on.rows().size() == 1'500; });
  const std::vector<std::pair<std::string, std::string>> markets{
      {"BTCUSDT", "binance:BTC-USDT"},
      {"BTC-USD", "coinbaseexchange:BTC-USD"},
      {"BTC/USD", "kraken:BTC-USD"}};
  const auto list = [&](const char* listed) {
    for (std::size_t i = 0; i < markets.size(); ++i)
      on.post_exchange(i, "/sim/listing",
                       R"({"symbol":")" + markets[i].first + R"(","listed":)" + listed + "}");
  };
  bool stale = false;
  const auto served = [&](std::size_t count) {
    stale = stale || has_stale(on);
    return on.rows().size() == count;
  };
  list("false");
  on.wait_until("they have left", [&] { return served(1'497); });
  for (const auto& [native, id] : markets)
    CHECK(on.get("/v1/markets/" + id).status == 404);
  on.wait_until("search does not find them", [&] {
    const auto found = on.get("/v1/search?q=kraken%3ABTC-USD");
    return found.status == 200 && found.body.find("\"id\":\"kraken:BTC-USD\"") == std::string::npos;
  });
  list("true");
  on.wait_until("they are back", [&] { return served(1'500); });
  CHECK_FALSE(stale); // nobody was disconnected
  for (std::size_t i = 0; i < 3; ++i) {
    const auto sent =
        std::stoull(text_of(parse_json(on.ask_exchange(i, "/sim/status").body), "sent"));
    on.post_exchange(i, "/sim/rate", R"({"rate":0,"count":)" + std::to_string(sent + 20'000) + "}");
  }
  CHECK(converged_rows(on).size() == 1'500);
}
