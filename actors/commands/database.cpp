#include "actors/commands/database.hpp"

#include "adapters/config/settings.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace tickboard::commands {

void add_database_options(CLI::App& command, database_options& given) {
  auto* const which = command.add_option_group("database", "One of");
  which->add_option("--config", given.config, "config file with the dsn in its section [metadata]");
  which->add_option("--dsn", given.dsn,
                    "postgresql://[user@]host[:port]/database or key=value pairs; a password is "
                    "better in the config's password_file, or in PGPASSWORD");
  which->require_option(1);
}

result<postgres::dsn> find_database(const database_options& given) {
  if (given.config.empty())
    return postgres::parse_dsn(given.dsn);
  const auto settings = config::load(given.config);
  if (!settings)
    return unexpected(settings.error());
  if (settings->metadata.dsn.empty())
    return unexpected(fmt::format("{}: metadata.dsn is not there; allowed: a section [metadata] "
                                  "with the dsn of a PostgreSQL database",
                                  given.config));
  return postgres::parse_dsn(settings->metadata.dsn).map([&](postgres::dsn found) {
    found.set_password(settings->metadata.password);
    return found;
  });
}

} // namespace tickboard::commands
