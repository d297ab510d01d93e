#include "actors/commands/commands.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <exception>

int main(int argc, char** argv) {
  using namespace tickboard::commands;
  CLI::App app{"tickboard keeps the live state of crypto markets in Redis and answers sorted,\n"
               "filtered, paginated questions about it over HTTP.\n"
               "Start with: tickboard demo"};
  app.name("tickboard");
  app.set_version_flag("--version", std::string{"tickboard "} + TICKBOARD_VERSION);
  app.require_subcommand(1);
  action chosen;
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
  try {
    CLI11_PARSE(app, argc, argv);
    return chosen();
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "tickboard: %s\n", failure.what());
    return 1;
  }
}
