#pragma once

#include "adapters/postgres/client.hpp"

#include <functional>
#include <memory>
#include <string_view>

/// The tables of ours in a database, all in the schema `tickboard`, and their versions. A version
/// is the number of a file in migrations/; `tickboard.schema_version` holds those that were
/// applied.
namespace tickboard::postgres {

/// Notified, with an empty payload, by every statement that changes assets or their categories,
/// and by every migration.
inline constexpr std::string_view changes_channel = "tickboard_metadata";

/// The version that this program works with.
int schema_version() noexcept;

/// Asks for the version that is there, 0 for a database without our tables; `done` gets it or what
/// went wrong, on the io thread.
void read_schema_version(const std::shared_ptr<client>& from,
                         std::function<void(result<int>)> done);

/// A sentence that says what to do unless `found` is the version that we work with.
result<void> check_schema_version(int found, int ours = schema_version());

struct migration_report {
  int from = 0, to = 0;
};

/// Applies, in one transaction, the migrations that are missing. Two at once take turns. A schema
/// newer than ours is left alone, and is an error. `done` is called once, on the io thread.
void migrate(const std::shared_ptr<client>& on, std::function<void(result<migration_report>)> done);

} // namespace tickboard::postgres
