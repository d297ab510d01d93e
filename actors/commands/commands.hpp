#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace CLI {
class App;
}

namespace tickboard::commands {

/// What a chosen subcommand does; the result is the process's exit status: 0 done, 1 failed with
/// a sentence on stderr, unless its help says otherwise.
using action = std::function<int()>;

/// The whole command line, for the program itself and for what is made of it (packaging/papers):
/// name, version and every subcommand below. `app` and `chosen` as there.
void add_all(CLI::App& app, action& chosen);

/// What is wrong with the first word of a command line, "" if there is none: empty if it is a
/// command of `app`, or an option.
std::string unknown_command(const CLI::App& app, std::string_view given);

// Each adds its subcommand to `app` and sets `chosen` when the command line names it. The options
// live as long as `app`.
void add_demo(CLI::App& app, action& chosen);
void add_serve(CLI::App& app, action& chosen);
void add_query(CLI::App& app, action& chosen);
void add_status(CLI::App& app, action& chosen);
void add_simulate(CLI::App& app, action& chosen);
void add_record(CLI::App& app, action& chosen);
void add_normalize(CLI::App& app, action& chosen);
void add_migrate(CLI::App& app, action& chosen);
void add_import_assets(CLI::App& app, action& chosen);
void add_check(CLI::App& app, action& chosen);
void add_verify(CLI::App& app, action& chosen);

} // namespace tickboard::commands
