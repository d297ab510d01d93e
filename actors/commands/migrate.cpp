#include "actors/commands/commands.hpp"
#include "actors/commands/database.hpp"
#include "adapters/postgres/schema.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>

namespace tickboard::commands {

namespace {

int migrate(const database_options& given) {
  const auto to = find_database(given);
  const auto done = to.and_then([](const postgres::dsn& database) {
    return ask_database<postgres::migration_report>(
        database, [](const auto& on, auto finish) { postgres::migrate(on, finish); });
  });
  if (!done) {
    std::fprintf(stderr, "tickboard migrate: %s\n", done.error().c_str());
    return 1;
  }
  if (done->from == done->to)
    std::printf("%s: at schema version %d already\n", to->display().c_str(), done->to);
  else
    std::printf("%s: from schema version %d to %d\n", to->display().c_str(), done->from, done->to);
  return 0;
}

} // namespace

void add_migrate(CLI::App& app, action& chosen) {
  auto* const command = app.add_subcommand(
      "migrate", "Make the metadata tables in PostgreSQL, or bring them up to date");
  auto given = std::make_shared<database_options>();
  add_database_options(*command, *given);
  command->callback([&chosen, given] { chosen = [given] { return migrate(*given); }; });
}

} // namespace tickboard::commands
