#include "market/search_text.hpp"

#include "market/json_text.hpp"

#include <cstdint>

namespace tickboard {

namespace {

/// U+00C0 to U+017F without case and diacritics; * keeps the character (it is no letter with a
/// mark, or two letters in one).
constexpr std::string_view latin =
    "aaaaaa*ceeeeiiii*nooooo*ouuuuy**aaaaaa*ceeeeiiii*nooooo*ouuuuy*y"  // U+00C0
    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiii**jjkk*lllllll"  // U+0100
    "lllnnnnnnn**oooooo**rrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzz*"; // U+0140
constexpr char32_t latin_begin = 0xC0, latin_end = 0x180;
static_assert(latin.size() == latin_end - latin_begin);

bool between(char32_t c, char32_t first, char32_t last) {
  return first <= c && c <= last;
}

char32_t fold(char32_t c) {
  if (between(c, U'A', U'Z'))
    return c + 0x20;
  if (between(c, latin_begin, latin_end - 1)) {
    const char plain = latin[c - latin_begin];
    if (plain != '*')
      return static_cast<unsigned char>(plain);
    if (c < 0x100)
      return between(c, 0xC0, 0xDE) ? c + 0x20 : c;
    return c % 2 == 0 && c != 0x138 ? c + 1 : c; // 0x138 has no capital
  }
  if (between(c, 0x0391, 0x03A9) || between(c, 0x0410, 0x042F)) // Greek, Cyrillic
    return c + 0x20;
  if (between(c, 0x0400, 0x040F)) // Cyrillic with marks
    return c + 0x50;
  return c;
}

bool is_white(char32_t c) {
  return c <= 0x20 || c == 0x7F || c == 0xA0 || between(c, 0x2000, 0x200F) || c == 0x3000;
}

bool is_letter(char32_t c) {
  if (c < 0x80)
    return between(c, U'a', U'z') || between(c, U'0', U'9') || between(c, U'A', U'Z');
  const bool mark = between(c, 0x80, 0xBF) || c == 0xD7 || c == 0xF7;
  const bool punctuation = between(c, 0x2000, 0x206F) || between(c, 0x3000, 0x3003);
  return !mark && !punctuation && c != 0xFEFF;
}

bool is_combining(char32_t c) {
  return between(c, 0x0300, 0x036F);
}

/// Takes the first character off `text`.
char32_t take(std::string_view& text) {
  const auto byte = [&](std::size_t i) {
    return static_cast<char32_t>(static_cast<std::uint8_t>(text[i]));
  };
  const auto length = utf8_length(text);
  char32_t out = byte(0);
  if (length == 0)
    out |= 0xDC00; // a lone surrogate, which no valid UTF-8 has
  else if (length > 1) {
    out &= 0x7FU >> length;
    for (std::size_t i = 1; i < length; ++i)
      out = (out << 6) | (byte(i) & 0x3F);
  }
  text.remove_prefix(length == 0 ? 1 : length);
  return out;
}

} // namespace

folded_text fold_text(std::string_view text) {
  folded_text out;
  std::u32string separators;
  bool inside = false;
  while (!text.empty()) {
    const auto c = take(text);
    if (is_combining(c))
      continue; // "e" and its accent apart are the same as both in one
    if (!is_letter(c)) {
      inside = false;
      if (!is_white(c))
        separators.push_back(c);
      continue;
    }
    if (!inside)
      out.words.emplace_back();
    inside = true;
    out.words.back().push_back(fold(c));
    out.joined.push_back(out.words.back().back());
  }
  if (out.words.empty() && !separators.empty()) {
    out.words.push_back(separators);
    out.joined = std::move(separators);
  }
  return out;
}

} // namespace tickboard
