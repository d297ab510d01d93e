#include "adapters/config/schema.hpp"

#include <fmt/format.h>

namespace tickboard::config {

namespace {

constexpr std::string_view page_head =
    R"(# Configuration

<!-- Written by `tickboard check --reference --markdown`: change adapters/config/schema.cpp instead. -->

One file in [TOML](https://toml.io/en/v1.0.0), of at most 1 MiB, given to `tickboard serve --config FILE`. Only `[[feed]]` must be there, with `exchange`
and `symbols`; what is left out has its default. [config/live.toml](../config/live.toml) is a small one, and
[config/reference.toml](../config/reference.toml) is what follows here as a file to copy from.

```toml
[[feed]]
exchange = "kraken"
symbols = ["*/USD", "*/EUR"]
```

`tickboard check FILE` says whether a file is right: all that is wrong with it, as file:line:column, the key, what is allowed, and, of a misspelt key, which
was meant. The daemon refuses to start with a file that is not.

SIGHUP has the daemon read its file again. Feeds end, start and change while the others stay connected; `[clients]`, each `[[key]]` and `log.level` count at
once; `http.tls_certificate` and `http.tls_key` are read anew. All other keys are for the next start, and the log says which were changed. A file with an error changes nothing.

Durations are texts with a unit: `"250ms"`, `"5s"`, `"10m"`, `"24h"`, or `"0"`. Sizes are numbers of bytes or texts: `65536`, `"64KiB"`, `"64MiB"`.
Secrets need not be in the file: `password_file` names files that hold them, and of API keys it has digests only.
)";

/// As the cell of a table.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text)
    if (c == '|' || c == '*' || c == '<' || c == '_')
      out.append("\\").append(1, c);
    else
      out += c;
  return out;
}

/// With names in backquotes left as they are.
std::string prose(std::string_view text) {
  std::string out;
  bool code = false;
  for (std::size_t begin = 0; begin <= text.size();) {
    const auto end = std::min(text.find('`', begin), text.size());
    const auto part = text.substr(begin, end - begin);
    out += code ? fmt::format("`{}`", part) : cell(part);
    code = !code;
    begin = end + 1;
  }
  return out;
}

/// GitHub keeps letters, digits and hyphens of a heading.
std::string anchor(const section& one) {
  return std::string{one.name};
}

} // namespace

std::string reference_page() {
  std::string out(page_head);
  out += "\nSections:";
  const char* before = " ";
  for (const auto& section : schema()) {
    out += fmt::format("{}[`{}`](#{})", before, title(section), anchor(section));
    before = ", ";
  }
  out += ".\n";
  for (const auto& section : schema()) {
    out += fmt::format("\n## `{}`\n\n{}\n\n", title(section), prose(section.meaning));
    out += "| key | default | what it is | allowed |\n|---|---|---|---|\n";
    for (const auto& key : section.keys) {
      const auto value = default_of(key);
      out += fmt::format("| `{}` | {} | {} | {} |\n", key.name,
                         value.empty() ? "must be given" : fmt::format("`{}`", value),
                         prose(key.meaning), prose(allowed(key)));
    }
  }
  return out;
}

} // namespace tickboard::config
