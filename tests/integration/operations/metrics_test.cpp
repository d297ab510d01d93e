// GET /metrics of a real daemon, against what the exchanges, the clients and Redis say themselves.

#include "tests/integration/operations/scraped.hpp"
#include "tests/support/temporary_directory.hpp"

#include <doctest/doctest.h>

#include <csignal>

using namespace tickboard;
using namespace tickboard::test;

namespace {

std::string live(const std::string& feed) {
  return of_first("tickboard_connection_state", feed, R"(,state="live")");
}

/// Calls of a command, by Redis' own count.
double calls_of(world& on, const std::string& command) {
  const auto told = on.command({"INFO", "commandstats"}).text;
  const auto at = told.find("cmdstat_" + command + ":calls=");
  return at == std::string::npos ? 0 : std::stod(told.substr(told.find('=', at) + 1));
}

/// Of scripts alone.
double script_calls(const exposition_text& told) {
  constexpr auto name = "tickboard_redis_call_duration_seconds_count";
  return told.sum(name) - told.sum(name, R"(call="command")") -
         told.sum(name, R"(call="transaction")");
}

} // namespace

TEST_CASE("what is counted is what the exchanges say and Redis does; promtool has no complaint") {
  metered_world on{two_exchanges()};
  begin(on);
  const temporary_directory directory;
  const auto before = on.scrape();
  CHECK(promtool_on(before, directory.path()) == "");

  constexpr int more = 2'000;
  const std::vector<std::string> feeds{"coinbaseexchange", "kraken"};
  for (std::size_t i = 0; i < feeds.size(); ++i)
    on.post_exchange(i, "/sim/rate", R"({"rate":0,"count":)" + std::to_string(600 + more) + "}");
  converged_rows(on);
  const auto after = on.scrape();
  for (std::size_t i = 0; i < feeds.size(); ++i) {
    INFO(feeds[i]);
    CHECK(on.sent_by(i) == 600 + more);
    const auto grown = [&](const std::string& metric) {
      const auto series = of_first(metric, feeds[i]);
      return after.value(series) - before.value(series);
    };
    CHECK(grown("tickboard_connection_patches_total") == more);
    CHECK(grown("tickboard_connection_frames_total") >= more); // there are heartbeats
    CHECK(grown("tickboard_connection_frames_total") < more + 300);
    CHECK(grown("tickboard_connection_malformed_total") == 0);
    CHECK(grown("tickboard_connection_restarts_total") == 0);
    CHECK(after.value(live(feeds[i])) == 1);
    CHECK(after.sum("tickboard_connection_state", feeds[i]) == 1);
    CHECK(after.value(of_first("tickboard_connection_markets", feeds[i])) == 60);
    CHECK(after.value(R"(tickboard_feed_state{feed=")" + feeds[i] + R"(",state="following"})") ==
          1);
  }

  {
    INFO("each update is accounted for on its way");
    const auto patches = after.sum("tickboard_writer_patches_total");
    CHECK(patches == after.sum("tickboard_connection_patches_total"));
    const auto firsts = patches - after.sum("tickboard_writer_patches_unchanged_total") -
                        after.sum("tickboard_writer_patches_conflated_total");
    CHECK(firsts >= 120); // of each market
    CHECK(after.sum("tickboard_writer_rows_total") >= firsts);
    CHECK(after.value(R"(tickboard_writer_markets{writer="0"})") == 120);
    const auto measured = after.value("tickboard_tick_to_queryable_seconds_count");
    CHECK(measured > before.value("tickboard_tick_to_queryable_seconds_count"));
    CHECK(measured <= firsts);
    CHECK(after.value("tickboard_tick_to_redis_seconds_count") == measured);
    CHECK(after.value("tickboard_tick_to_redis_seconds_sum") <=
          after.value("tickboard_tick_to_queryable_seconds_sum"));
    CHECK(after.value("tickboard_tick_to_writer_seconds_count") > 0);
    CHECK(after.value("tickboard_tick_to_writer_seconds_count") <= patches);
  }
  {
    INFO("Redis counts as many calls");
    on.wait_until("both stand still", [&] {
      const auto scripts = calls_of(on, "evalsha"), transactions = calls_of(on, "exec");
      const auto told = on.scrape();
      return scripts == script_calls(told) &&
             transactions ==
                 told.value(R"(tickboard_redis_call_duration_seconds_count{call="transaction"})") &&
             scripts == calls_of(on, "evalsha");
    });
  }
  {
    INFO("all parts run, and nobody has much to do");
    CHECK(after.value("tickboard_ready") == 1);
    CHECK(after.value(R"(tickboard_part_running{part="query"})") == 1);
    CHECK(after.sum("tickboard_part_restarts_total") == 0);
    for (const auto* part : {"writer 0", "keeper", "assets", "query 0", "query 3"})
      CHECK(after.value(fmt::format(R"(tickboard_redis_connected{{part="{}"}})", part)) == 1);
    for (const auto* actor : {"writer 0", "normalizer 0", "query", "keeper", "status", "search"}) {
      CHECK(after.value(fmt::format(R"(tickboard_mailbox_messages{{actor="{}"}})", actor)) < 100);
      CHECK(after.value(fmt::format(R"(tickboard_mailbox_wait_seconds{{actor="{}"}})", actor)) <
            0.5);
    }
  }
  {
    INFO("labels are of bounded sets: no market, no path, no client");
    CHECK(after.text().find("BTC") == std::string::npos);
    CHECK(after.text().find("127.0.0.1") == std::string::npos);
    on.get("/v1/markets/kraken:" + std::string(40, 'X') + "-USD");
    on.get("/no/such/path");
    CHECK(on.scrape().series().size() == after.series().size());
  }
}

TEST_CASE("requests are counted by route and class, durations and open ones too") {
  metered_world on{two_exchanges()};
  begin(on);
  struct asked {
    std::string target, route;
    unsigned status;
    int times;
  };
  const std::vector<asked> questions{
      {"/v1/markets?per_page=1", "/v1/markets", 200, 7},
      {"/v1/markets?sort=nothing", "/v1/markets", 400, 3},
      {"/v1/markets/kraken:BTC-USD", "/v1/markets/{id}", 200, 2},
      {"/v1/markets/kraken:NOPE-USD", "/v1/markets/{id}", 404, 4},
      {"/v1/assets/BTC", "/v1/assets/{symbol}", 200, 2},
      {"/v1/search?q=btc", "/v1/search", 200, 3},
      {"/api/v3/ping", "/api/v3/ping", 200, 2},
      {"/", "/", 200, 2},
      {"/healthz", "/healthz", 200, 5},
      {"/no/such", "other", 404, 3},
      {"/v1/markets/a/b", "other", 404, 1},
  };
  const auto before = on.scrape();
  std::map<std::string, int> expected{
      {R"(tickboard_http_requests_total{route="/metrics",class="2xx"})", 1}};
  std::map<std::string, int> by_route{{"/metrics", 1}};
  for (const auto& one : questions)
    for (int i = 0; i < one.times; ++i) {
      CHECK(on.get(one.target).status == one.status);
      ++expected[fmt::format(R"(tickboard_http_requests_total{{route="{}",class="{}xx"}})",
                             one.route, one.status / 100)];
      ++by_route[one.route];
    }
  const auto after = on.scrape();
  for (const auto& [series, value] : after.series()) {
    INFO(series);
    if (series.starts_with("tickboard_http_requests_total{"))
      CHECK(value - before.value(series) == expected[series]);
    constexpr std::string_view count = "tickboard_http_request_duration_seconds_count{route=\"";
    if (series.starts_with(count))
      CHECK(value - before.value(series) ==
            by_route[series.substr(count.size(), series.size() - count.size() - 2)]);
  }
  CHECK(after.value("tickboard_http_requests_open") == 1); // the scrape itself
  const auto grown = [&](const std::string& metric, const std::string& question) {
    const auto series = metric + "{question=\"" + question + "\"}";
    return after.value(series) - before.value(series);
  };
  CHECK(grown("tickboard_questions_total", "markets") == 7);
  CHECK(grown("tickboard_questions_total", "market") == 6);
  CHECK(grown("tickboard_questions_total", "search") == 3);
  CHECK(grown("tickboard_evaluation_duration_seconds_count", "markets") +
            grown("tickboard_questions_reused_total", "markets") ==
        7); // one client, which never asks twice at once
}

TEST_CASE("a feed that goes silent shows, and so does one that is away") {
  auto talking = [](const char* name) {
    return simulated{name, name, {"--markets", "20", "--rate", "200", "--seed", "7"}, {}};
  };
  metered_world on{{talking("coinbaseexchange"), talking("kraken")}};
  on.wait_until("pages are served", [&] { return on.get("/readyz").status == 200; });
  const auto age = [](const exposition_text& told, const std::string& feed) {
    return told.value(of_first("tickboard_connection_data_age_seconds", feed));
  };
  on.wait_for_metrics("both tell of data", [&](const exposition_text& told) {
    return told.has(of_first("tickboard_connection_data_age_seconds", "kraken")) &&
           told.has(of_first("tickboard_connection_data_age_seconds", "coinbaseexchange"));
  });
  on.post_exchange(1, "/sim/fault", R"({"kind":"stall","seconds":600})");
  on.wait_for_metrics("one is silent, the other is not", [&](const exposition_text& told) {
    return age(told, "kraken") > 4 && age(told, "coinbaseexchange") < 2 &&
           told.value(live("kraken")) == 1;
  });
  on.post_exchange(1, "/sim/fault", "", "DELETE");
  on.wait_for_metrics("it is heard again",
                      [&](const exposition_text& told) { return age(told, "kraken") < 2; });

  const auto frames = [](const exposition_text& told) {
    return told.value(of_first("tickboard_connection_frames_total", "kraken"));
  };
  const auto before = on.scrape();
  on.simulators[1].kill(SIGKILL);
  on.wait_for_metrics("it is away", [&](const exposition_text& told) {
    return told.value(live("kraken")) == 0 &&
           told.value(of_first("tickboard_connection_restarts_total", "kraken")) >
               before.value(of_first("tickboard_connection_restarts_total", "kraken"));
  });
  CHECK(on.scrape().value(live("coinbaseexchange")) == 1);
  const auto away = on.scrape();
  CHECK(frames(away) >= frames(before)); // it goes on where the connection's last life ended
  on.restart_exchange(1);
  on.wait_for_metrics("it is back", [&](const exposition_text& told) {
    return told.value(live("kraken")) == 1 && frames(told) > frames(away);
  });
}

TEST_CASE("while Redis is away that shows, and each answer that is given once more is counted") {
  metered_world on{two_exchanges(), "[view]\ntimeout = \"1s\"\nmax_stale = \"10m\"\n",
                   redis_setup{{},
                               "reply_timeout = \"700ms\"\nconnect_timeout = \"700ms\"\n"
                               "backoff_max = \"200ms\"\n"}};
  begin(on);
  CHECK(on.get("/v1/markets?per_page=3").status == 200);
  on.redis->kill(SIGKILL);
  on.wait_for_metrics("it shows", [](const exposition_text& told) {
    return told.value("tickboard_ready") == 0 && told.sum("tickboard_redis_connected") == 0;
  });
  const auto before = on.scrape();
  constexpr int times = 6;
  for (int i = 0; i < times; ++i) {
    const auto got = on.get("/v1/markets?per_page=3");
    CHECK(got.status == 200);
    CHECK(got.body.find("stale_since_ms") != std::string::npos);
    CHECK(on.get("/v1/markets?per_page=7&page=2").status == 503);
  }
  const auto after = on.scrape();
  const auto grown = [&](const std::string& series) {
    return after.value(series) - before.value(series);
  };
  CHECK(grown(R"(tickboard_answers_stale_total{question="markets"})") == times);
  CHECK(grown(R"(tickboard_evaluations_failed_total{question="markets"})") == 2 * times);
  CHECK(grown(R"(tickboard_http_requests_total{route="/v1/markets",class="5xx"})") == times);
  CHECK(after.sum("tickboard_redis_losses_total") > 0);
}

TEST_CASE("Prometheus can ask where clients need a key, and not where it is told not to") {
  metered_world on{two_exchanges(), "[clients]\nkey_required = true\n[http]\nmetrics = false\n"};
  CHECK(on.get(on.admin(), "/metrics").status == 200);
  CHECK(on.get("/metrics").status == 401);
  metered_world open{two_exchanges(), "[http]\nmetrics = false\n"};
  CHECK(open.get(open.admin(), "/metrics").status == 200);
  CHECK(open.get("/metrics").status == 404);
  metered_world usual{two_exchanges()};
  CHECK(usual.get("/metrics").status == 200);
}
