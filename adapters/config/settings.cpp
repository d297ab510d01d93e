#include "adapters/config/settings.hpp"

#include "adapters/config/reader.hpp"
#include "adapters/config/schema.hpp"
#include "adapters/config/text_values.hpp"
#include "adapters/config/toml_nesting.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>

namespace tickboard::config {

namespace {

/// Far above any real configuration; bounds what a hostile one can make us do.
constexpr std::size_t max_file_bytes = 1024 * 1024;

/// toml++'s description without values: of numbers that it cannot read it quotes all digits, and
/// a number may be someone's unquoted password.
std::string without_values(std::string_view description) {
  std::string out;
  while (!description.empty()) {
    const auto open = description.find('\'');
    const auto close = open == description.npos ? open : description.find('\'', open + 1);
    if (close == description.npos)
      break;
    const auto inner = description.substr(open + 1, close - open - 1);
    const bool number =
        inner.size() > 1 && inner.find_first_of("0123456789") != inner.npos &&
        inner.find_first_not_of("0123456789abcdefABCDEFxXoObBnNiI_+-.pPTZ: ") == inner.npos;
    out += description.substr(0, open + 1);
    out += number ? "..." : inner;
    out += '\'';
    description.remove_prefix(close + 1);
  }
  return out.append(description);
}

} // namespace

result<settings> parse(std::string_view text, std::string_view file) {
  problems found;
  settings out;
  if (text.size() > max_file_bytes) {
    found.add({}, "file", "is too large", fmt::format("at most {}", format_size(max_file_bytes)));
  } else if (const auto at = excessive_dots(text)) {
    found.add(*at, "syntax", "too many dots outside of strings",
              fmt::format("at most {} in the file", max_toml_dots));
  } else {
    try {
      const auto document = toml::parse(text, file);
      reader(out, found).read(document);
    } catch (const toml::parse_error& error) {
      found.add(begin_of(error.source()), "syntax", without_values(error.description()),
                "TOML 1.0 with texts in quotes, see https://toml.io");
    }
  }
  if (found.empty())
    return out;
  return unexpected(found.render(file));
}

std::vector<std::string> differences(settings a, settings b) {
  std::vector<std::string> out;
  feed_settings no_feed;
  key_settings no_key;
  for (const auto& section : schema())
    if (!section.repeated)
      for (const auto& key : section.keys)
        if (to_toml(key.at({a, no_feed, no_key}), key.takes.of) !=
            to_toml(key.at({b, no_feed, no_key}), key.takes.of))
          out.push_back(fmt::format("{}.{}", section.name, key.name));
  if (a.keys != b.keys)
    out.emplace_back("key");
  return out;
}

result<settings> load(const std::string& file) {
  std::string text(max_file_bytes + 1, '\0');
  errno = 0; // the streams say nothing of why; the system call below them does
  std::ifstream in(file, std::ios::binary);
  if (in)
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.bad() || (!in && !in.eof())) {
    const int reason = errno;
    return unexpected(fmt::format("{}: cannot be read: {}; allowed: a readable TOML file", file,
                                  reason ? std::strerror(reason) : "unknown reason"));
  }
  text.resize(static_cast<std::size_t>(in.gcount()));
  return parse(text, file);
}

} // namespace tickboard::config
