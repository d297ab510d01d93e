#include "adapters/exchange/excerpt.hpp"

#include "market/json_text.hpp"

#include <algorithm>
#include <iterator>

namespace tickboard::exchange {

namespace {

bool is_control(std::string_view character) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(character[i]); };
  if (character.size() == 1)
    return byte(0) < 0x20 || byte(0) == 0x7F;
  return character.size() == 2 && byte(0) == 0xC2 && byte(1) < 0xA0; // C1 controls
}

} // namespace

std::string excerpt(std::string_view text, std::size_t max_bytes) {
  constexpr std::string_view ellipsis = "...";
  std::string out;
  std::size_t cut = 0; // where the ellipsis goes if not all of the text fits
  while (!text.empty()) {
    const auto length = utf8_length(text);
    const auto character = text.substr(0, length);
    const bool fit = length != 0 && !is_control(character);
    const auto piece = fit ? character : std::string_view{"?"};
    if (out.size() + piece.size() > max_bytes) {
      out.resize(cut);
      out += ellipsis;
      return out;
    }
    out += piece;
    if (out.size() + ellipsis.size() <= max_bytes)
      cut = out.size();
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return out;
}

bool mentions(std::string_view text, std::initializer_list<std::string_view> words) {
  const auto same = [](char said, char word) {
    return (said >= 'A' && said <= 'Z' ? static_cast<char>(said - 'A' + 'a') : said) == word;
  };
  return std::ranges::any_of(
      words, [&](std::string_view word) { return !std::ranges::search(text, word, same).empty(); });
}

bool is_utf8(std::string_view text) noexcept {
  while (!text.empty()) {
    const auto length = utf8_length(text);
    if (length == 0)
      return false;
    text.remove_prefix(length);
  }
  return true;
}

bool ends_inside_character(std::string_view text) noexcept {
  // The least first byte of characters that are longer than 1, 2 and 3 bytes.
  constexpr unsigned char first_of_longer[] = {0xC0, 0xE0, 0xF0};
  for (std::size_t i = 0; i < std::min(std::size(first_of_longer), text.size()); ++i)
    if (static_cast<unsigned char>(text[text.size() - 1 - i]) >= first_of_longer[i])
      return true;
  return false;
}

} // namespace tickboard::exchange
