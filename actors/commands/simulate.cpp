#include "actors/commands/bound_address.hpp"
#include "actors/commands/commands.hpp"
#include "actors/commands/signals.hpp"
#include "adapters/net/io_thread.hpp"
#include "adapters/simulator/simulator.hpp"

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdio>
#include <memory>

namespace tickboard::commands {

namespace {

int simulate(const simulator::options& options) {
  const signals signals;
  net::io_thread io; // its thread runs from here on, but has nothing to do before `start`
  auto running = simulator::start(io.context(), options);
  if (!running) {
    std::fprintf(stderr, "%s\n", running.error().c_str());
    return 1;
  }
  std::printf("listening on %s\n", bound_address(options.listen, (*running)->port()).c_str());
  std::fflush(stdout);
  while (signals.wait(std::chrono::hours{1}) == signals::told::nothing) {
  }
  (*running)->stop();
  running->reset();
  io.stop();
  return 0;
}

} // namespace

void add_simulate(CLI::App& app, action& chosen) {
  auto* const command = app.add_subcommand(
      "simulate", "Play an exchange on loopback: its WebSocket, its symbol listing, its faults");
  auto given = std::make_shared<simulator::options>();
  command->add_option("--exchange", given->exchange, "binance, coinbaseexchange or kraken")
      ->capture_default_str();
  command->add_option("--listen", given->listen, "host:port; port 0 takes a free one")
      ->capture_default_str();
  command->add_option("--markets", given->markets, "number of markets")->capture_default_str();
  command
      ->add_option("--rate", given->rate, "updates/s over all markets; 0: as fast as clients read")
      ->capture_default_str();
  command->add_option("--seed", given->seed, "of the random walk")->capture_default_str();
  command->add_option("--count", given->count, "updates in all, then hold still; 0: no end")
      ->capture_default_str();
  command->add_option("--replay", given->replay, "play this recording instead of random markets");
  command->add_flag("--hold", given->hold, "begin only at POST /sim/go");
  command->add_flag("--tls", given->tls, "serve wss and https, with a CA made at start");
  command->add_option("--ca-out", given->ca_out, "with --tls: where to write the CA's certificate");
  command->add_option("--markers", given->markers,
                      "host:port: tell a probe by UDP when updates leave (not with --rate 0)");
  command->add_option("--marker-every", given->marker_every, "updates from one marker to the next")
      ->capture_default_str();
  command->callback([&chosen, given] { chosen = [given] { return simulate(*given); }; });
}

} // namespace tickboard::commands
