#include "adapters/terminal/text_table.hpp"
#include "adapters/terminal/text_width.hpp"

#include <doctest/doctest.h>

#include <sstream>

using namespace tickboard::terminal;

namespace {

text_table prices() {
  return {{{"id", false}, {"last", true}, {"name", false}},
          {{{"kraken:BTC-USD"}, {"93000.10"}, {"Bitcoin"}},
           {{"kraken:X-USD"}, {"0.5"}, {""}},
           {{"x"}, {""}, {"long name"}}}};
}

std::size_t widest(const std::string& text) {
  std::istringstream in{text};
  std::size_t out = 0;
  for (std::string line; std::getline(in, line);)
    out = std::max(out, width_of(line));
  return out;
}

} // namespace

TEST_CASE("numbers stand to the right, texts to the left, nothing behind the last") {
  CHECK(lay_out(prices(), {}).text == "id                  last  name\n"
                                      "kraken:BTC-USD  93000.10  Bitcoin\n"
                                      "kraken:X-USD         0.5  -\n"
                                      "x                      -  long name\n");
  CHECK(lay_out({}, {}).text.empty());
  CHECK(lay_out({{{"a", true}}, {}}, {}).text == "a\n");
}

TEST_CASE("columns that do not fit are left out, the first is cut") {
  const auto table = prices();
  for (std::size_t width = 1; width < 60; ++width) {
    const auto out = lay_out(table, {width, false});
    CAPTURE(out.text);
    CHECK(widest(out.text) <= width);
    CHECK(out.left_out == (width < 24 ? 2U : width < 35 ? 1U : 0U));
  }
  CHECK(lay_out(table, {6, false}).text == "id\nkrake…\nkrake…\nx\n");
  CHECK(lay_out(table, {24, false}).text.starts_with("id                  last\n"));
}

TEST_CASE("colours change nothing but the colour") {
  auto table = prices();
  table.rows[0][1].is = tone::bad;
  const auto out = lay_out(table, {40, true}).text;
  CHECK(out.find("\x1b[31m93000.10\x1b[0m  Bitcoin\n") != out.npos);
  CHECK(out.find("\x1b[1mid\x1b[0m  ") != out.npos);
  std::string plain;
  for (std::size_t i = 0; i < out.size(); ++i)
    if (out[i] == '\x1b')
      i = out.find('m', i);
    else
      plain += out[i];
  CHECK(plain == lay_out(table, {40, false}).text);
}

TEST_CASE("what others wrote cannot move the cursor") {
  CHECK(shown_text("a\x1b[2Jb\r\n\tc\x7f") == "a?[2Jb???c?");
  CHECK(shown_text("caf\xc3\xa9 \xe6\xbc\xa2") == "caf\xc3\xa9 \xe6\xbc\xa2");
  CHECK(shown_text("\xff\xc3") == "??");
  CHECK(shown_text("\xc2\x9b") == "?"); // a control character of Latin 1
  const auto out = lay_out({{{"a\nb", false}}, {{{"\x1b]0;title\x07"}}}}, {});
  CHECK(out.text == "a?b\n?]0;title?\n");
}

TEST_CASE("wide characters take two columns, and are not halved") {
  const std::string text = "\xe6\xbc\xa2\xe5\xad\x97"; // two of them
  CHECK(width_of(text) == 4);
  CHECK(width_of("e\xcc\x81") == 1); // a combining accent
  CHECK(width_of("\xf0\x9f\x9a\x80") == 2);
  CHECK(fitted(text, 4) == text);
  CHECK(fitted(text, 3) == "\xe6\xbc\xa2…");
  CHECK(fitted(text, 2) == "…");
  CHECK(fitted(text, 0).empty());
  CHECK(lay_out({{{"n", false}, {"v", true}}, {{{text}, {"1"}}, {{"abc"}, {"20"}}}}, {}).text ==
        "n      v\n" + text + "   1\nabc   20\n");
}
