#include "actors/commands/bound_address.hpp"
#include "actors/commands/commands.hpp"
#include "actors/commands/file_limit.hpp"
#include "actors/commands/signals.hpp"
#include "actors/commands/watchdog.hpp"
#include "actors/daemon.hpp"
#include "adapters/log/log.hpp"
#include "adapters/log/output.hpp"
#include "adapters/redis/endpoint.hpp"
#include "adapters/systemd/service_manager.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <sstream>
#include <string>
#include <unistd.h>

namespace tickboard::commands {

namespace {

/// What a running daemon takes over. A certificate cannot come or go while it runs, but be another.
bool is_taken_over(const std::string& key, const config::settings& now,
                   const config::settings& wanted) {
  if (key == "http.tls_certificate" || key == "http.tls_key")
    return now.http.tls_certificate.empty() == wanted.http.tls_certificate.empty();
  return key == "log.level" || key == "key" || key.starts_with("clients.");
}

/// Takes over from the file what can be changed while the daemon runs.
void reload(const std::string& file, config::settings& now, daemon& running) {
  auto wanted = config::load(file);
  if (!wanted) {
    std::istringstream problems{wanted.error()};
    for (std::string one; std::getline(problems, one);)
      log::error("reload", "the file is wrong", {{"problem", one}});
    log::error("reload", "refused, everything stays as it is", {{"file", file}});
    running.file().refuse();
    return;
  }
  std::vector<std::string> waiting;
  for (const auto& key : config::differences(now, *wanted))
    if (!is_taken_over(key, now, *wanted)) {
      log::warn("reload", "changes at the next start only", {{"key", key}});
      waiting.push_back(key);
    }
  now.log.level = wanted->log.level;
  log::set_level(now.log.level);
  const auto access = running.change_access(*wanted);
  if (!access)
    log::error("reload", "the certificate cannot be used, the old one stays",
               {{"problem", access.error()}});
  else if (!wanted->http.tls_certificate.empty() && !now.http.tls_certificate.empty())
    log::info("reload", "the certificate was read", {{"file", wanted->http.tls_certificate}});
  now.clients = wanted->clients;
  now.keys = std::move(wanted->keys);
  now.feeds = std::move(wanted->feeds);
  running.change_feeds(now.feeds);
  if (access)
    running.file().take_over(waiting);
  else
    running.file().refuse();
  log::info("reload", "done", {{"feeds", now.feeds.size()}});
}

/// For whoever gave port 0, on stdout; what listens elsewhere is in the config, and in the log.
void tell_port(const char* what, const std::string& listen, std::uint16_t port) {
  if (listen.ends_with(":0"))
    std::printf("%slistening on port %u\n", what, unsigned{port});
}

void tell_start(const std::string& file, const config::settings& is, const daemon& running) {
  std::string names;
  for (const auto& one : is.feeds)
    names += (names.empty() ? "" : ",") + one.name;
  std::string redis;
  if (!is.redis.sentinels.empty())
    redis = "sentinels of " + is.redis.sentinel_master;
  else if (const auto to = redis::parse_endpoint(is.redis.url))
    redis = to->display(); // without user and password
  log::info(
      "daemon", "started",
      {{"version", TICKBOARD_VERSION},
       {"pid", ::getpid()},
       {"config", file},
       {"listen", bound_address(is.http.listen, running.port())},
       {"tls", is.http.tls_certificate.empty() ? "off" : "on"},
       {"admin",
        is.admin.listen.empty() ? "off" : bound_address(is.admin.listen, running.admin_port())},
       {"redis", redis},
       {"feeds", is.feeds.size()},
       {"names", names}});
  tell_port("", is.http.listen, running.port());
  if (!is.admin.listen.empty())
    tell_port("admin ", is.admin.listen, running.admin_port());
  std::fflush(stdout);
}

int serve(const std::string& file) {
  auto settings = config::load(file);
  if (!settings) {
    std::fprintf(stderr, "%s\n", settings.error().c_str());
    return 1;
  }
  const signals signals;
  log::set_up({settings->log.level, settings->log.format});
  raise_file_limit(settings->http.max_connections);
  auto running = start_daemon(*settings);
  if (!running) {
    log::error("daemon", "not started", {{"reason", running.error()}});
    log::shut_down();
    return 1;
  }
  tell_start(file, *settings, **running);
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
  log::info("daemon", "stopping; a second signal ends the program at once");
  (*running)->stop();
  log::info("daemon", "stopped");
  log::shut_down();
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
