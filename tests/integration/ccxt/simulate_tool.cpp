// A simulated exchange as a program of its own, with the flags of `tickboard simulate`.

#include "adapters/simulator/simulator.hpp"

#include <CLI/CLI.hpp>
#include <boost/asio/signal_set.hpp>
#include <fmt/format.h>

#include <csignal>
#include <cstdio>

int main(int argc, char** argv) {
  tickboard::simulator::options options;
  CLI::App app("A simulated exchange on loopback");
  app.add_option("--exchange", options.exchange);
  app.add_option("--listen", options.listen);
  app.add_option("--markets", options.markets);
  app.add_option("--rate", options.rate);
  app.add_option("--seed", options.seed);
  app.add_option("--count", options.count);
  app.add_option("--replay", options.replay);
  app.add_flag("--hold", options.hold);
  app.add_flag("--tls", options.tls);
  app.add_option("--ca-out", options.ca_out);
  CLI11_PARSE(app, argc, argv);

  boost::asio::io_context io(1);
  auto started = tickboard::simulator::start(io, options);
  if (!started) {
    fmt::print(stderr, "{}\n", started.error());
    return 1;
  }
  fmt::print("listening on 127.0.0.1:{}\n", (*started)->port());
  std::fflush(stdout);
  boost::asio::signal_set signals(io, SIGINT, SIGTERM);
  signals.async_wait([&](boost::system::error_code, int) { (*started)->stop(); });
  io.run();
  return 0;
}
