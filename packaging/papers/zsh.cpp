#include "packaging/papers/papers.hpp"

#include <fmt/format.h>

#include <string_view>

namespace tickboard::papers {

namespace {

/// For _arguments within single quotes: brackets and colons have a meaning there.
std::string zsh_text(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '\'')
      out += "'\\''";
    else if (c == '[' || c == ']' || c == ':' || c == '\\')
      out += std::string{"\\"} + c;
    else
      out += c == '\n' ? ' ' : c;
  }
  return out;
}

std::string zsh_value(const option& one) {
  if (one.value.empty())
    return {};
  if (!one.choices.empty())
    return fmt::format(":{}:({})", zsh_text(one.value), fmt::join(one.choices, " "));
  return fmt::format(":{}:{}", zsh_text(one.value), one.maybe_file() ? "_files" : "");
}

std::string zsh_options(const command& one, std::string_view indent) {
  std::string out;
  int place = 0;
  for (const auto& option : one.options) {
    if (option.by_place())
      out += fmt::format(" \\\n{}'{}:{}:_files'", indent, ++place, zsh_text(option.value));
    for (const auto& name : option.names)
      out += fmt::format(" \\\n{}'{}{}[{}]{}'", indent, name,
                         option.value.empty() || !name.starts_with("--") ? "" : "=",
                         zsh_text(option.description), zsh_value(option));
  }
  return out;
}

} // namespace

std::string zsh_completion(const command_table& table) {
  std::string commands, branches;
  for (const auto& command : table.commands) {
    commands += fmt::format("    '{}:{}'\n", command.name, zsh_text(command.description));
    branches += fmt::format("    {})\n      _arguments -S{}\n      ;;\n", command.name,
                            zsh_options(command, "        "));
  }
  return fmt::format(R"(#compdef {0}
# zsh completion for {0}. Made of its parser: do not edit.
local -a commands
local curcontext="$curcontext" state line
_arguments -C -S{1} \
  '1:command:->command' \
  '*::argument:->argument' && return
if [[ "$state" == command ]]; then
  commands=(
{2}  )
  _describe -t commands command commands
elif [[ "$state" == argument ]]; then
  curcontext="${{curcontext%:*:*}}:{0}-$words[1]:"
  case "$words[1]" in
{3}  esac
fi
)",
                     table.program.name, zsh_options(table.program, "  "), commands, branches);
}

} // namespace tickboard::papers
