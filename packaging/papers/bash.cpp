#include "packaging/papers/papers.hpp"

#include <fmt/format.h>

#include <string_view>

namespace tickboard::papers {

namespace {

std::string joined(const std::vector<std::string>& words, std::string_view between) {
  return fmt::format("{}", fmt::join(words, between));
}

std::vector<std::string> option_names(const command& one) {
  std::vector<std::string> names;
  for (const auto& option : one.options)
    names.insert(names.end(), option.names.begin(), option.names.end());
  return names;
}

/// What may stand after an option that takes a value.
std::string values(const option& one) {
  if (!one.choices.empty())
    return fmt::format("words='{}'", joined(one.choices, " "));
  return one.maybe_file() ? "files=yes" : ":";
}

std::string branch(const command& one) {
  std::string out = fmt::format("    {})\n      case \"$previous\" in\n", one.name);
  std::string places;
  for (const auto& option : one.options)
    if (option.by_place())
      places = "\n          files=yes";
    else if (!option.value.empty())
      out += fmt::format("        {}) {} ;;\n", joined(option.names, " | "), values(option));
  return out +
         fmt::format("        *)\n          words='{}'{}\n          ;;\n      esac\n      ;;\n",
                     joined(option_names(one), " "), places);
}

} // namespace

std::string bash_completion(const command_table& table) {
  auto first = option_names(table.program);
  for (const auto& command : table.commands)
    first.push_back(command.name);
  std::vector<std::string> names;
  std::string branches;
  for (const auto& command : table.commands) {
    names.push_back(command.name);
    branches += branch(command);
  }
  const auto& program = table.program.name;
  // "--option=value" comes as three words, since = separates words in bash.
  return fmt::format(R"(# bash completion for {0}. Made of its parser: do not edit.
_{0}() {{
  local current="${{COMP_WORDS[COMP_CWORD]}}" previous="${{COMP_WORDS[COMP_CWORD - 1]}}"
  local command='' words='' files=no i
  if [[ "$current" == '=' ]]; then
    current=''
  elif [[ "$previous" == '=' ]]; then
    previous="${{COMP_WORDS[COMP_CWORD - 2]}}"
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "${{COMP_WORDS[i]}}" in
      {1})
        command="${{COMP_WORDS[i]}}"
        break
        ;;
    esac
  done
  case "$command" in
    '') words='{2}' ;;
{3}  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
  if [[ "$files" == yes && "$current" != -* ]]; then
    compopt -o filenames
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
  fi
}}
complete -F _{0} {0}
)",
                     program, joined(names, " | "), joined(first, " "), branches);
}

} // namespace tickboard::papers
