#include "actors/commands/commands.hpp"
#include "adapters/config/settings.hpp"
#include "adapters/redis/verify/verification.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <memory>

namespace tickboard::commands {

namespace {

constexpr int consistent = 0, has_findings = 1, not_checked = 2; ///< exit status

struct verify_arguments {
  std::string config;
  bool repair = false;
};

int verify(const verify_arguments& given) {
  const auto fail = [](const std::string& problem) {
    std::fprintf(stderr, "tickboard verify: %s\n", problem.c_str());
    return not_checked;
  };
  const auto settings = config::load(given.config);
  if (!settings)
    return fail(settings.error());
  auto to = redis::parse_endpoint(settings->redis.url);
  if (!to)
    return fail("redis.url: " + to.error());
  to->username = settings->redis.username;
  to->password = settings->redis.password;
  redis::verify_options options;
  options.to = *to;
  options.prefix = settings->redis.prefix;
  options.quotes = settings->redis.partitions;
  options.repair = given.repair;
  const auto report = redis::verify(options);
  if (!report)
    return fail(report.error());
  for (const auto& one : report->findings)
    std::printf("%s %s: %s\n", one.partition.c_str(), one.subject.c_str(), one.what.c_str());
  if (report->total > report->findings.size())
    std::printf("... and %zu more\n", report->total - report->findings.size());
  std::printf("%s: %zu markets, %zu assets; %zu findings\n", to->display().c_str(), report->markets,
              report->assets, report->total);
  if (report->late != 0)
    std::printf("%zu entries are behind their rows, as a killed daemon leaves them: no damage; its "
                "next start writes them anew\n",
                report->late);
  if (report->unsettled != 0)
    std::printf("%zu entries were behind rows that changed whenever they were looked at\n",
                report->unsettled);
  if (given.repair)
    std::printf("repaired: %zu; changed meanwhile, or too many for one run: %zu\n", report->mended,
                report->refused);
  return report->total == 0 ? consistent : has_findings;
}

} // namespace

void add_verify(CLI::App& app, action& chosen) {
  auto* const command = app.add_subcommand(
      "verify", "Say whether what Redis holds agrees with itself: exit status 0 if so, 1 with "
                "findings, 2 if it could not be checked");
  auto given = std::make_shared<verify_arguments>();
  command->add_option("--config", given->config, "the daemon's config file")->required();
  command->add_flag("--repair", given->repair,
                    "set right what does not agree, by the newest row of each market");
  command->callback([&chosen, given] { chosen = [given] { return verify(*given); }; });
}

} // namespace tickboard::commands
