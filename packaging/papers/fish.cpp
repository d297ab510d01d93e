#include "packaging/papers/papers.hpp"

#include <fmt/format.h>

namespace tickboard::papers {

namespace {

std::string fish_text(const std::string& text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\')
      out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out + '\'';
}

std::string fish_option(const option& one) {
  std::string out;
  for (const auto& name : one.names)
    out += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  if (!one.choices.empty())
    out += fmt::format(" -x -a {}", fish_text(fmt::format("{}", fmt::join(one.choices, " "))));
  else if (!one.value.empty())
    out += one.maybe_file() ? " -r -F" : " -x";
  return out + " -d " + fish_text(one.description);
}

} // namespace

std::string fish_completion(const command_table& table) {
  const auto& program = table.program.name;
  std::string out = fmt::format(
      "# fish completion for {0}. Made of its parser: do not edit.\ncomplete -c {0} -f\n", program);
  for (const auto& option : table.program.options)
    out += fmt::format("complete -c {} -n __fish_use_subcommand{}\n", program, fish_option(option));
  for (const auto& command : table.commands) {
    out += fmt::format("complete -c {} -n __fish_use_subcommand -a {} -d {}\n", program,
                       command.name, fish_text(command.description));
    const auto within = fmt::format("-n '__fish_seen_subcommand_from {}'", command.name);
    for (const auto& option : command.options)
      out += option.by_place()
                 ? fmt::format("complete -c {} {} -F\n", program, within)
                 : fmt::format("complete -c {} {}{}\n", program, within, fish_option(option));
  }
  return out;
}

} // namespace tickboard::papers
