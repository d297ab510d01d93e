#include "actors/commands/commands.hpp"
#include "actors/commands/logging.hpp"
#include "actors/commands/signals.hpp"
#include "actors/daemon.hpp"

#include <CLI/CLI.hpp>
#include <spdlog/spdlog.h>

#include <cstdio>
#include <memory>

namespace tickboard::commands {

namespace {

int serve(const std::string& file) {
  const auto settings = config::load(file);
  if (!settings) {
    std::fprintf(stderr, "%s\n", settings.error().c_str());
    return 1;
  }
  const stop_signals signals;
  set_up_logging(settings->log.level);
  auto running = start_daemon(*settings);
  if (!running) {
    spdlog::error("{}", running.error());
    spdlog::shutdown();
    return 1;
  }
  // On stdout for whoever started us with port 0; everything else is log.
  std::printf("listening on port %u\n", unsigned{(*running)->port()});
  std::fflush(stdout);
  while (!signals.wait(std::chrono::hours{1})) {
  }
  signals.let_go();
  spdlog::info("stopping; a second signal ends the program at once");
  (*running)->stop();
  spdlog::info("stopped");
  spdlog::shutdown();
  return 0;
}

} // namespace

void add_serve(CLI::App& app, action& chosen) {
  auto* const command = app.add_subcommand("serve", "Run the daemon with a config file");
  auto file = std::make_shared<std::string>();
  command->add_option("--config", *file, "TOML; config/reference.toml explains every key")
      ->required();
  command->callback([&chosen, file] { chosen = [file] { return serve(*file); }; });
}

} // namespace tickboard::commands
