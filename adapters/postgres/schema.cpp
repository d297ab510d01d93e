#include "adapters/postgres/schema.hpp"

#include "adapters/postgres/migrations.hpp"

#include <fmt/format.h>

#include <array>

namespace tickboard::postgres {

namespace {

struct migration {
  std::string_view name;
  const std::string_view* sql;
};

/// The first one makes version 1, and so on: what was released is never changed, only followed.
constexpr std::array all_migrations{
    migration{"assets", &migrations::m0001_assets},
    migration{"rules", &migrations::m0002_rules},
};

constexpr int most_turns = 10; ///< of others who migrate at the same time

/// Any number that nobody else in the database uses.
constexpr std::int64_t lock_number = 7'491'120'266;

std::string newer_than_ours(int found, int ours) {
  return fmt::format(
      "the tables in the database have schema version {}, which is newer than {}, "
      "the one that this tickboard knows; allowed: a tickboard that is as new as the "
      "tables",
      found, ours);
}

/// One transaction, as PostgreSQL makes of several statements in one call.
std::string migration_sql(int from) {
  // CREATE SCHEMA IF NOT EXISTS would want the right to create one even where it exists.
  auto sql = fmt::format(R"sql(
SELECT pg_advisory_xact_lock({});
DO $$ BEGIN
  IF to_regnamespace('tickboard') IS NULL THEN
    CREATE SCHEMA tickboard;
  END IF;
END $$;
CREATE TABLE IF NOT EXISTS tickboard.schema_version (
  version integer PRIMARY KEY CHECK (version > 0),
  name text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT now()
);
DO $$ BEGIN
  IF (SELECT coalesce(max(version), 0) FROM tickboard.schema_version) <> {} THEN
    RAISE EXCEPTION 'somebody else has migrated' USING ERRCODE = 'serialization_failure';
  END IF;
END $$;
)sql",
                         lock_number, from);
  for (int version = from + 1; version <= schema_version(); ++version) {
    const auto& one = all_migrations[static_cast<std::size_t>(version - 1)];
    sql += *one.sql;
    sql +=
        fmt::format("\nINSERT INTO tickboard.schema_version (version, name) VALUES ({}, '{}');\n",
                    version, one.name);
  }
  // A daemon that waits for these tables looks again.
  sql += fmt::format("NOTIFY {};", changes_channel);
  return sql;
}

void migrate(const std::shared_ptr<client>& on, int turns,
             std::function<void(result<migration_report>)> done) {
  read_schema_version(on, [on, turns, done = std::move(done)](const result<int>& found) {
    if (!found) {
      done(unexpected(found.error()));
      return;
    }
    if (*found > schema_version()) {
      done(unexpected(newer_than_ours(*found, schema_version())));
      return;
    }
    if (*found == schema_version()) {
      done(migration_report{*found, *found});
      return;
    }
    on->submit({migration_sql(*found), {}, [on, turns, from = *found, done](const reply& answer) {
                  if (!answer.failed())
                    done(migration_report{from, schema_version()});
                  else if (answer.code() == "40001" && turns > 1)
                    migrate(on, turns - 1, done);
                  else
                    done(unexpected(fmt::format("the migration from version {} to {} failed, and "
                                                "nothing was changed: {}",
                                                from, schema_version(), answer.error())));
                }});
  });
}

} // namespace

int schema_version() noexcept {
  return static_cast<int>(all_migrations.size());
}

void read_schema_version(const std::shared_ptr<client>& from,
                         std::function<void(result<int>)> done) {
  from->submit({"SELECT coalesce(max(version), 0) FROM tickboard.schema_version",
                {},
                [done = std::move(done)](const reply& answer) {
                  if (answer.code() == "42P01" || answer.code() == "3F000") // no table, no schema
                    done(0);
                  else if (answer.failed())
                    done(unexpected("the schema version cannot be read: " + answer.error()));
                  else
                    done(std::stoi(std::string{answer.text(0, 0)}));
                }});
}

result<void> check_schema_version(int found, int ours) {
  if (found > ours)
    return unexpected(newer_than_ours(found, ours));
  if (found == 0)
    return unexpected(
        std::string{"there are no tickboard tables in the database; tickboard migrate makes them"});
  if (found < ours)
    return unexpected(fmt::format("the tables in the database have schema version {}, which is "
                                  "older than {}, the one that this tickboard needs; tickboard "
                                  "migrate brings them up to date",
                                  found, ours));
  return {};
}

void migrate(const std::shared_ptr<client>& on,
             std::function<void(result<migration_report>)> done) {
  migrate(on, most_turns, std::move(done));
}

} // namespace tickboard::postgres
