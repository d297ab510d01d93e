#include "adapters/config/problems.hpp"
#include "adapters/config/toml_nesting.hpp"
#include "tests/unit/config/config_text.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

namespace tickboard::config {

namespace {

std::string repeated(std::string_view text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i)
    out += text;
  return out;
}

} // namespace

TEST_CASE("large files are refused") {
  const auto found = report(std::string(16 * 1024 * 1024, '#'));
  CHECK(found == "f:1:1: file: is too large; allowed: at most 1MiB");
}

TEST_CASE("deep nesting is an error, not a stack overflow") {
  for (const auto* part : {"[", "{a=", "a.", "[a.", "\"a\".", "[[", "[{a.a=", "'a' . "}) {
    for (const std::size_t times : {300U, 5'000U, 100'000U}) {
      for (const auto* head : {"", "a=", "a=[\n", "["}) {
        const auto text = head + repeated(part, times) + "a=1";
        const auto found = report(text);
        CHECK(!found.empty());
        CHECK(found.size() < 20'000);
      }
    }
  }
}

TEST_CASE("dots in strings and comments are free") {
  const auto dots = std::string(max_toml_dots + 1, '.');
  for (const auto& text :
       {"# " + dots, "a = \"" + dots + "\"", "a = '" + dots + "'", "a = \"\"\"\n" + dots + "\"\"\"",
        "a = '''" + dots + "'\n" + dots + "'''", "a = \"\\\"" + dots + "\"",
        "a = \"\"\"" + dots + "\"\"\"\"\" # " + dots}) {
    CAPTURE(text);
    CHECK(!excessive_dots(text));
  }
  CHECK(excessive_dots("# '\n" + dots) == position{2, max_toml_dots + 1});
  CHECK(excessive_dots("\"\xC3\xA4\"" + dots) == position{1, max_toml_dots + 4});
  CHECK(excessive_dots("a = \"\"\"x\"\"\"\"\"" + dots));
  CHECK(excessive_dots("a = '\\'" + dots));
}

TEST_CASE("reports are bounded and say how much they leave out") {
  const auto found = report(repeated("[[feed]]\n", 100'000));
  CHECK(static_cast<std::size_t>(std::ranges::count(found, '\n')) == max_problems);
  CHECK(found.starts_with("f:1:1: feed."));
  CHECK(found.ends_with("f: ... and 199900 more"));
}

TEST_CASE("bytes that are not text are refused with a place") {
  using namespace std::string_view_literals;
  for (const auto text : {"\0"sv, "[redis]\nurl = \"a\0b\""sv, "\xff\xfe"sv, "a = '\xc3'"sv,
                          "\xef\xbb"sv, "a\0 = 1"sv, "# \0"sv})
    CHECK(report(text).starts_with("f:"));
}

TEST_CASE("any mutation of a valid file is taken or refused with a place") {
  const auto original = reference();
  // Comments would take most of the mutations.
  std::string text;
  for (std::size_t at = 0; at < original.size();) {
    const auto end = original.find('\n', at) + 1;
    if (original[at] != '#')
      text.append(original, at, end - at);
    at = end;
  }
  REQUIRE(report(text) == "");
  std::mt19937 random(20240607);
  const auto below = [&](std::size_t most) { return random() % most; };
  constexpr std::string_view alphabet =
      "\"'[]{}=.,#\\\n\r\t -+_:0123456789eExXabtuUinf\0\x7f\xff\xc3/";
  std::size_t refused = 0;
  for (int round = 0; round < 4'000; ++round) {
    auto mutant = text;
    for (std::size_t changes = 1 + below(4); changes > 0; --changes) {
      const auto at = below(mutant.size());
      switch (below(4)) {
      case 0:
        mutant[at] = alphabet[below(alphabet.size())];
        break;
      case 1:
        mutant.insert(at, 1 + below(4), alphabet[below(alphabet.size())]);
        break;
      case 2:
        mutant.erase(at, 1 + below(20));
        break;
      default:
        mutant.insert(at, text.substr(below(text.size()), below(40)));
      }
    }
    const auto found = report(mutant);
    if (!found.empty()) {
      ++refused;
      CHECK(found.starts_with("f:"));
    }
  }
  CHECK(refused > 2'000);
}

} // namespace tickboard::config
