#include "packaging/papers/command_table.hpp"

#include <CLI/CLI.hpp>

namespace tickboard::papers {

namespace {

/// CLI11 tells the values of IsMember in the name of the type, as "TEXT:{debug,info}".
std::vector<std::string> choices_in(const std::string& type) {
  const auto open = type.find('{');
  const auto close = type.find('}', open);
  if (open == std::string::npos || close == std::string::npos)
    return {};
  return CLI::detail::split(type.substr(open + 1, close - open - 1), ',');
}

option read_option(const CLI::Option& told) {
  option read;
  for (const auto& name : told.get_lnames())
    read.names.push_back("--" + name);
  for (const auto& name : told.get_snames())
    read.names.push_back("-" + name);
  read.description = told.get_description();
  read.required = told.get_required();
  if (told.get_items_expected_max() > 0) {
    const auto type = told.get_type_name();
    read.choices = choices_in(type);
    read.value = read.by_place() ? told.get_name(true) : type.substr(0, type.find(':'));
    read.standard = told.get_default_str();
  }
  return read;
}

bool everything(const CLI::App*) {
  return true;
}

/// CLI11 keeps a group of options as a subcommand without a name, but with a --help of its own.
void read_options(const CLI::App& app, std::vector<option>& read) {
  const bool group_of_options = app.get_name().empty();
  for (const auto* option : app.get_options())
    if (!option->get_group().empty() && !(group_of_options && option == app.get_help_ptr()))
      read.push_back(read_option(*option));
  for (const auto* group : app.get_subcommands(everything))
    if (group->get_name().empty())
      read_options(*group, read);
}

command read_command(const CLI::App& app) {
  command read{app.get_name(), app.get_description(), {}};
  read_options(app, read.options);
  return read;
}

} // namespace

bool option::maybe_file() const {
  return choices.empty() && (by_place() || value == "TEXT");
}

command_table read_commands(const CLI::App& app) {
  command_table table;
  table.version = app.version();
  table.program = read_command(app);
  for (const auto* subcommand : app.get_subcommands(everything))
    if (!subcommand->get_name().empty() && !subcommand->get_group().empty())
      table.commands.push_back(read_command(*subcommand));
  return table;
}

} // namespace tickboard::papers
