#pragma once

#include "tests/integration/reliability/row_watcher.hpp"
#include "tests/integration/spine/truth.hpp"
#include "tests/support/stopwatch.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <string>

namespace tickboard::test {

inline constexpr int markets_each = 60;

/// Says `rate` updates a second, without end. Its rows are stale soon after its connection is down,
/// which is tried anew at once.
inline simulated exchange_on(const std::string& protocol, std::shared_ptr<tcp_proxy> through = {},
                             int rate = 600) {
  simulated out{
      protocol,
      protocol,
      {"--markets", std::to_string(markets_each), "--rate", std::to_string(rate), "--seed", "23"},
      {}};
  // More reconnects than the exchanges allow would otherwise be put off.
  out.feed_options = "stall_timeout = \"2s\"\nstale_after = \"300ms\"\nconnect_attempts = 1000\n";
  out.through = std::move(through);
  return out;
}

/// The daemon on exchanges of which some can be reached through a proxy alone.
class feed_world : public world {
public:
  /// What /v1/exchanges says, over all connections of an exchange.
  struct account {
    std::string state;    ///< of the first connection
    std::string problems; ///< of the feed and its connections, last errors included
    std::uint64_t restarts = 0, patches = 0, malformed = 0, rejected = 0;
  };

  explicit feed_world(std::vector<simulated> with, const std::string& options = {})
      : world(std::move(with), "[daemon]\nwarmup = \"3s\"\n[supervision]\nbackoff_min = \"20ms\"\n"
                               "backoff_max = \"200ms\"\nbudget = 10000\n" +
                                   options) {
    wait_until("every market is served", [this] {
      const auto rows = this->rows();
      return rows.size() == exchanges.size() * markets_each;
    });
  }

  account look(std::size_t i) {
    account out;
    const auto told = parse_json(get("/v1/exchanges").body);
    for (const auto& feed : told["data"].GetArray()) {
      if (text_of(feed, "exchange") != exchanges[i].name)
        continue;
      out.problems = text_of(feed, "problem");
      for (const auto& one : feed["connections"].GetArray()) {
        if (out.state.empty())
          out.state = text_of(one, "state");
        out.problems += " " + text_of(one, "last_error");
        out.restarts += std::stoull(text_of(one, "restarts"));
        out.patches += std::stoull(text_of(one, "patches"));
        out.malformed += std::stoull(text_of(one, "malformed"));
        out.rejected += std::stoull(text_of(one, "rejected"));
      }
    }
    return out;
  }

  bool has_stale(std::size_t i) {
    const auto page = get("/v1/markets?stale=true&per_page=1&exchange=" + exchanges[i].name);
    return page.status == 200 && page.body.find("\"data\":[]") == std::string::npos;
  }

  void fault(std::size_t i, const std::string& body) { post_exchange(i, "/sim/fault", body); }
  void clear_faults(std::size_t i) { post_exchange(i, "/sim/fault", "", "DELETE"); }

  /// `more` updates of the exchange's have gone to Redis and are shown, as far as that is seen by
  /// one market's row.
  void wait_for_updates(std::size_t i, const std::string& symbol, int more = 3) {
    std::set<std::string> seen;
    wait_until("a row goes on being updated", [&] {
      const auto row = get("/v1/markets/" + exchanges[i].name + ":" + symbol);
      if (row.status == 200)
        seen.insert(text_of(parse_json(row.body), "received_ms"));
      return seen.size() > static_cast<std::size_t>(more);
    });
  }

  /// The exchanges say a little more and then nothing; every row is as they have it.
  std::map<std::string, std::string> converges() {
    for (std::size_t i = 0; i < exchanges.size(); ++i) {
      const auto status = parse_json(ask_exchange(i, "/sim/status").body);
      const auto sent = std::stoull(text_of(status, "sent"));
      post_exchange(i, "/sim/rate",
                    R"({"rate":2000,"count":)" + std::to_string(sent + 20 * markets_each) + "}");
    }
    return converged_rows(*this);
  }
};

} // namespace tickboard::test
