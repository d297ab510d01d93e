#include "actors/commands/commands.hpp"
#include "adapters/config/text_values.hpp"
#include "adapters/terminal/text_width.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

namespace tickboard::commands {

void add_all(CLI::App& app, action& chosen) {
  app.description("tickboard keeps the live state of crypto markets in Redis and answers sorted,\n"
                  "filtered, paginated questions about it over HTTP.\n"
                  "Start with: tickboard demo");
  app.name("tickboard");
  app.set_version_flag("--version", std::string{"tickboard "} + TICKBOARD_VERSION);
  app.require_subcommand(1);
  add_demo(app, chosen);
  add_serve(app, chosen);
  add_query(app, chosen);
  add_status(app, chosen);
  add_check(app, chosen);
  add_verify(app, chosen);
  add_migrate(app, chosen);
  add_import_assets(app, chosen);
  add_simulate(app, chosen);
  add_record(app, chosen);
  add_normalize(app, chosen);
  // Behind the commands, which would have it, too.
  app.footer("Environment: TICKBOARD_URL and TICKBOARD_API_KEY, of query and status; NO_COLOR.\n"
             "tickboard COMMAND --help explains each command; so does man tickboard.");
}

std::string unknown_command(const CLI::App& app, std::string_view given) {
  if (given.starts_with('-'))
    return {};
  std::vector<std::string> names;
  for (const auto* one : app.get_subcommands([](const CLI::App*) { return true; }))
    if (!one->get_name().empty())
      names.push_back(one->get_name());
  if (std::ranges::find(names, given) != names.end())
    return {};
  std::string out = "no command is given";
  if (!given.empty()) {
    const auto meant = config::closest(given, names);
    out = fmt::format("there is no command \"{}\"{}", terminal::shown_text(given.substr(0, 80)),
                      meant.empty() ? "" : fmt::format(", did you mean {}?", meant));
  }
  return fmt::format("{}; allowed: {}; tickboard --help explains them", out,
                     fmt::join(names, ", "));
}

} // namespace tickboard::commands
