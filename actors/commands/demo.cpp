#include "actors/commands/commands.hpp"
#include "actors/commands/signals.hpp"
#include "actors/commands/waiting_get.hpp"
#include "actors/daemon.hpp"
#include "adapters/log/log.hpp"
#include "adapters/log/output.hpp"
#include "adapters/redis/private_server.hpp"
#include "adapters/simulator/simulator.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <memory>

namespace tickboard::commands {

namespace {

struct demo_options {
  std::string listen = "127.0.0.1:8080";
  std::uint32_t markets = 500;
  double rate = 1000;
  std::string log_level = "warn";
};

struct exchange_row {
  const char* name;
  const char* path; ///< of its WebSocket
};

constexpr exchange_row simulated[] = {
    {"binance", "/stream"}, {"coinbaseexchange", ""}, {"kraken", "/v2"}};

/// The simulated exchanges on a thread of their own, as other machines would be.
class exchanges {
public:
  ~exchanges() {
    for (auto& one : running_)
      one->stop();
    running_.clear();
    io_.stop();
  }

  result<std::vector<config::feed_settings>> start(const demo_options& options) {
    std::vector<config::feed_settings> feeds;
    std::uint64_t seed = 1;
    for (const auto& row : simulated) {
      simulator::options wanted;
      wanted.exchange = row.name;
      wanted.markets = options.markets;
      wanted.rate = options.rate;
      wanted.seed = seed++;
      auto started = simulator::start(io_.context(), wanted);
      if (!started)
        return unexpected(started.error());
      const auto port = (*started)->port();
      running_.push_back(std::move(*started));
      config::feed_settings feed;
      feed.exchange = row.name;
      feed.ws_url = fmt::format("ws://127.0.0.1:{}{}", port, row.path);
      feed.rest_url = fmt::format("http://127.0.0.1:{}", port);
      feed.symbols = {"*/*"};
      feeds.push_back(std::move(feed));
    }
    return feeds;
  }

private:
  net::io_thread io_{90};
  std::vector<std::shared_ptr<simulator::simulator>> running_;
};

result<net::http_reply> get(net::io_thread& io, const std::string& url) {
  net::http_get_options options;
  options.url = url;
  options.timeout = std::chrono::milliseconds{2'000};
  return waiting_get(io, options);
}

int demo(const demo_options& options) {
  const signals signals;
  log::set_up({options.log_level});
  const auto fail = [](const std::string& problem) {
    std::fprintf(stderr, "tickboard demo: %s\n", problem.c_str());
    log::shut_down();
    return 1;
  };
  auto redis = redis::start_private_server();
  if (!redis)
    return fail(redis.error());
  exchanges exchanges;
  auto feeds = exchanges.start(options);
  if (!feeds)
    return fail(feeds.error());
  config::settings settings;
  settings.http.listen = options.listen;
  settings.redis.url = (*redis)->url();
  settings.feeds = std::move(*feeds);
  settings.connects.file.clear(); // it leaves nothing behind
  auto daemon = start_daemon(settings);
  if (!daemon)
    return fail(daemon.error());

  net::io_thread io{91};
  const auto base = fmt::format("http://127.0.0.1:{}", (*daemon)->port());
  bool shown = false;
  bool stopping = false;
  while (!stopping) {
    // Its terminal is gone after SIGHUP; there is no config to read again.
    stopping = signals.wait(std::chrono::milliseconds{shown ? 500 : 50}) != signals::told::nothing;
    if (!(*redis)->running()) {
      log::warn("demo", "redis-server ended; starting it again");
      if (const auto again = (*redis)->start(); !again)
        return fail(again.error());
    }
    if (shown || stopping)
      continue;
    const auto ready = get(io, base + "/readyz");
    if (!ready || ready->status != 200)
      continue;
    shown = true;
    const auto example = base + "/v1/markets?quote=USD&sort=-quote_volume_24h&per_page=3";
    std::printf("tickboard demo: 3 simulated exchanges, %u markets and %.0f updates/s each\n\n"
                "  %s/    the live board, in a browser\n"
                "  %s/v1/markets?quote=USDT&sort=-change_24h_pct&page=2\n"
                "  %s/v1/markets?exchange=kraken,binance&base=BTC,ETH\n"
                "  %s/v1/markets/binance:BTC-USDT\n"
                "  %s/v1/assets?sort=-volume_usd_24h\n"
                "  %s/v1/search?q=bitcion\n"
                "  %s/api/v3/coins/markets?vs_currency=usd&order=price_desc\n"
                "  %s/v1/exchanges\n"
                "  %s/docs    every question that can be asked, in a browser\n\n"
                "for example %s\n",
                options.markets, options.rate, base.c_str(), base.c_str(), base.c_str(),
                base.c_str(), base.c_str(), base.c_str(), base.c_str(), base.c_str(), base.c_str(),
                example.c_str());
    if (const auto page = get(io, example))
      std::printf("%s\n", page->body.c_str());
    std::printf("\nCtrl-C ends it, and leaves nothing behind.\n");
    std::fflush(stdout);
  }
  (*daemon)->stop();
  io.stop();
  log::shut_down();
  return 0;
}

} // namespace

void add_demo(CLI::App& app, action& chosen) {
  auto* const command = app.add_subcommand(
      "demo", "Simulated exchanges, a private redis-server and the daemon, without any config");
  auto given = std::make_shared<demo_options>();
  command->add_option("--listen", given->listen, "host:port; port 0 takes a free one")
      ->capture_default_str();
  command->add_option("--markets", given->markets, "of each exchange")->capture_default_str();
  command->add_option("--rate", given->rate, "updates/s of each exchange")->capture_default_str();
  command->add_option("--log-level", given->log_level, "debug, info, warn or error")
      ->check(CLI::IsMember({"debug", "info", "warn", "error"}))
      ->capture_default_str();
  command->callback([&chosen, given] { chosen = [given] { return demo(*given); }; });
}

} // namespace tickboard::commands
