#include "actors/commands/commands.hpp"
#include "actors/commands/file_limit.hpp"
#include "actors/commands/logging.hpp"
#include "actors/commands/signals.hpp"
#include "actors/commands/watchdog.hpp"
#include "actors/daemon.hpp"
#include "adapters/systemd/service_manager.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <cstdio>
#include <memory>

namespace tickboard::commands {

namespace {

/// Takes over from the file what can be changed while the daemon runs: feeds and log.level.
void reload(const std::string& file, config::settings& now, daemon& running) {
  auto wanted = config::load(file);
  if (!wanted) {
    spdlog::error("reload refused, everything stays as it is:\n{}", wanted.error());
    return;
  }
  for (const auto& key : config::differences(now, *wanted))
    if (key != "log.level")
      spdlog::warn("reload: {} changes at the next start only", key);
  now.log.level = wanted->log.level;
  set_log_level(now.log.level);
  now.feeds = std::move(wanted->feeds);
  running.change_feeds(now.feeds);
  spdlog::info("reload: done, {} feeds", now.feeds.size());
}

int serve(const std::string& file) {
  auto settings = config::load(file);
  if (!settings) {
    std::fprintf(stderr, "%s\n", settings.error().c_str());
    return 1;
  }
  const signals signals;
  set_up_logging(settings->log.level);
  raise_file_limit(settings->http.max_connections);
  auto running = start_daemon(*settings);
  if (!running) {
    spdlog::error("{}", running.error());
    spdlog::shutdown();
    return 1;
  }
  // On stdout for whoever started us with port 0; everything else is log.
  std::printf("listening on port %u\n", unsigned{(*running)->port()});
  if ((*running)->admin_port() != 0)
    std::printf("admin listening on port %u\n", unsigned{(*running)->admin_port()});
  std::fflush(stdout);
  systemd::tell_ready(fmt::format("listening on port {}; /readyz says whether pages are served",
                                  (*running)->port()));
  watchdog alive{**running};
  for (auto told = signals::told::nothing; told != signals::told::to_stop;
       told = signals.wait(alive.step())) {
    if (told == signals::told::to_reload)
      reload(file, *settings, **running);
    alive.look();
  }
  signals.let_go();
  systemd::tell_stopping();
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
