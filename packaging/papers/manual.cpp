#include "packaging/papers/papers.hpp"

#include <fmt/format.h>

#include <cctype>
#include <stdexcept>
#include <string_view>

namespace tickboard::papers {

namespace {

/// A description of --help as text of mdoc: a backslash starts an escape there, a line that starts
/// with a dot or an apostrophe is a macro, and each sentence has lines of its own.
std::string sentences(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if ((c == '.' || c == '\'') && (out.empty() || out.back() == '\n'))
      out += "\\&";
    if (c == ' ' && out.ends_with('.'))
      out += '\n';
    else
      out += c == '\\' ? "\\e" : std::string(1, c);
  }
  return out + '.';
}

/// An argument of a macro: one word, whatever it holds.
std::string word(const std::string& text) {
  std::string out = "\"";
  for (const char c : text)
    out += c == '"' ? "\"\"" : c == '\\' ? "\\e" : std::string(1, c);
  return out + '"';
}

std::string named(const option& one) {
  std::string macros;
  for (const auto& name : one.names)
    macros += (macros.empty() ? "Fl " : " , Fl ") + word(name.substr(1));
  if (!one.value.empty())
    macros += (macros.empty() ? "Ar " : " Ar ") + word(one.value);
  return macros;
}

std::string items(const command& one) {
  std::string out = ".Bl -tag -width Ds\n";
  for (const auto& option : one.options) {
    out += fmt::format(".It {}\n{}\n", named(option), sentences(option.description));
    if (!option.choices.empty() &&
        option.description.find(option.choices.front()) == std::string::npos) {
      out += "One of\n";
      for (std::size_t i = 0; i < option.choices.size(); ++i)
        out += fmt::format(".Cm {}{}\n", word(option.choices[i]),
                           i + 1 == option.choices.size() ? " ." : " ,");
    }
    if (option.required)
      out += "It must be given.\n";
    if (!option.standard.empty())
      out += fmt::format("Default:\n.Cm {} .\n", word(option.standard));
  }
  return out + ".El\n";
}

std::string synopsis(const command_table& table) {
  std::string out;
  for (const auto& command : table.commands) {
    out += fmt::format(".Nm\n.Cm {}\n", command.name);
    bool others = false;
    for (const auto& option : command.options)
      if (option.required && !option.by_place())
        out += fmt::format(".{}\n", named(option));
      else if (!option.by_place())
        others = true;
    if (others)
      out += ".Op Ar options\n";
    for (const auto& option : command.options)
      if (option.by_place())
        out += fmt::format(".{}{}\n", option.required ? "" : "Op ", named(option));
  }
  return out + fmt::format(".Nm\n.Fl -help | -version\n");
}

std::string described(const command_table& table) {
  std::string out;
  for (const auto& command : table.commands)
    out +=
        fmt::format(".Ss {}\n{}\n{}", command.name, sentences(command.description), items(command));
  return out + fmt::format(".Ss without a command\n{}", items(table.program));
}

void replace(std::string& text, std::string_view mark, const std::string& by) {
  const auto at = text.find(mark);
  if (at == std::string::npos)
    throw std::runtime_error{fmt::format("the template has no {}", mark)};
  text.replace(at, mark.size(), by);
}

} // namespace

std::string manual(const command_table& table, std::string page) {
  replace(page, "@VERSION@", table.version);
  replace(page, "@SYNOPSIS@\n", synopsis(table));
  replace(page, "@COMMANDS@\n", described(table));
  return page;
}

} // namespace tickboard::papers
