#include "actors/commands/commands.hpp"

#include <CLI/CLI.hpp>

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
}

} // namespace tickboard::commands
