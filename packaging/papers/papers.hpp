#pragma once

#include "packaging/papers/command_table.hpp"

namespace tickboard::papers {

// What people and shells read about the command line, made of the table that the parser gives: none
// can leave out an option, or keep one that is gone.

/// The manual, in mdoc(7): `page` with its `@VERSION@`, and its lines `@SYNOPSIS@` and
/// `@COMMANDS@`, replaced. Throws if it lacks one of them.
std::string manual(const command_table& table, std::string page);

// A shell's completion: commands, then the command's options; after an option with a list of values
// those, and files where any text may come. Numbers are left to whoever types.

std::string bash_completion(const command_table& table);
std::string zsh_completion(const command_table& table);
std::string fish_completion(const command_table& table);

} // namespace tickboard::papers
