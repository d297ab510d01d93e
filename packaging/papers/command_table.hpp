#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace tickboard::papers {

/// An option or an argument by its place, as the parser takes it.
struct option {
  std::vector<std::string> names;    ///< with their dashes, the long one first; empty: by its place
  std::string value;                 ///< what a value is called, as in --help; empty: it takes none
  std::string description, standard; ///< `standard`: what it is if not given; may be empty
  std::vector<std::string> choices;  ///< the only values, if there is such a list
  bool required = false;

  bool by_place() const { return names.empty(); }
  /// Whether a value may be the name of a file: any text without a list of choices.
  bool maybe_file() const;
};

struct command {
  std::string name, description;
  std::vector<option> options;
};

/// A command line as plain values.
struct command_table {
  std::string version; ///< as --version prints it
  command program;     ///< its own options; its name is that of the program
  std::vector<command> commands;
};

/// What `app` would parse: hidden options and subcommands are left out.
command_table read_commands(const CLI::App& app);

} // namespace tickboard::papers
