#include "adapters/config/schema.hpp"

#include <fmt/format.h>

namespace tickboard::config {

namespace {

constexpr std::string_view head =
    "# Every key of a tickboard configuration, with its default. Written by\n"
    "# `tickboard check --reference`; change adapters/config/schema.cpp instead of this file.\n"
    "#\n"
    "# Leave out what should keep its default. Only [[feed]] must be given, with `exchange` and\n"
    "# `symbols`; the one at the end is an example, as is [[key]].\n"
    "#\n"
    "# Durations are texts with a unit: \"250ms\", \"5s\", \"10m\", \"24h\", or \"0\".\n"
    "# Sizes are numbers of bytes or texts: 65536, \"64KiB\", \"64MiB\".\n";

/// Appends `text` as comment lines of at most 100 characters.
void append_comment(std::string& out, std::string_view text) {
  constexpr std::size_t width = 98; // behind "# "
  while (!text.empty()) {
    auto cut = text.size();
    if (cut > width) {
      cut = text.rfind(' ', width);
      if (cut == text.npos)
        cut = std::min(text.find(' '), text.size());
    }
    out += fmt::format("# {}\n", text.substr(0, cut));
    text.remove_prefix(std::min(cut + 1, text.size()));
  }
}

} // namespace

std::string reference() {
  std::string out(head);
  for (const auto& section : schema()) {
    out += '\n';
    append_comment(out, section.meaning);
    out += title(section) + '\n';
    for (const auto& key : section.keys) {
      out += '\n';
      append_comment(out, key.meaning);
      append_comment(out, fmt::format("Allowed: {}.", allowed(key)));
      out += fmt::format("{} = {}\n", key.name,
                         key.example.empty() ? default_of(key) : std::string(key.example));
    }
  }
  return out;
}

} // namespace tickboard::config
