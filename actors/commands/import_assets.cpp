#include "actors/commands/commands.hpp"
#include "actors/commands/database.hpp"
#include "adapters/files/whole_file.hpp"
#include "adapters/postgres/assets.hpp"
#include "market/asset_csv.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>

namespace tickboard::commands {

namespace {

struct import_options {
  std::string file;
  database_options database;
};

int import_assets(const import_options& given) {
  const auto fail = [](const std::string& problem) {
    std::fprintf(stderr, "tickboard import-assets: %s\n", problem.c_str());
    return 1;
  };
  const auto file = files::read_whole(given.file, max_asset_csv_bytes);
  if (!file)
    return fail(file.error());
  const auto assets = parse_asset_csv(file->text, given.file);
  if (!assets)
    return fail("nothing was imported:\n" + assets.error());
  const auto to = find_database(given.database);
  const auto done = to.and_then([&](const postgres::dsn& database) {
    return ask_database<postgres::import_report>(database, [&](const auto& into, auto finish) {
      postgres::import_assets(into, *assets, finish);
    });
  });
  if (!done)
    return fail(done.error());
  std::printf("%s: %zu assets of %s: %zu added, %zu changed, %zu as they were\n",
              to->display().c_str(), done->assets, given.file.c_str(), done->added, done->changed,
              done->assets - done->added - done->changed);
  return 0;
}

} // namespace

void add_import_assets(CLI::App& app, action& chosen) {
  auto* const command = app.add_subcommand(
      "import-assets", "Put assets of a CSV file into PostgreSQL, all or none. Of assets that are "
                       "there, what the file leaves empty stays as it is; so do all others. "
                       "New ones without a slug get one from their name");
  auto given = std::make_shared<import_options>();
  command
      ->add_option("FILE", given->file,
                   "symbol,name,slug,categories,circulating_supply,max_supply,website,explorer,"
                   "source_code; columns in any order, the first two must be there, and categories "
                   "have ; between them")
      ->required();
  add_database_options(*command, given->database);
  command->callback([&chosen, given] { chosen = [given] { return import_assets(*given); }; });
}

} // namespace tickboard::commands
