#include "adapters/terminal/text_width.hpp"

#include "market/json_text.hpp"

#include <clocale>
#include <cwchar>

namespace tickboard::terminal {

namespace {

/// wcwidth knows characters by the thread's locale alone.
class unicode {
public:
  unicode() : locale_(::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)) {
    if (locale_ != nullptr)
      before_ = ::uselocale(locale_);
  }
  unicode(const unicode&) = delete;
  unicode& operator=(const unicode&) = delete;
  ~unicode() {
    if (locale_ != nullptr) {
      ::uselocale(before_);
      ::freelocale(locale_);
    }
  }

private:
  locale_t locale_;
  locale_t before_ = nullptr;
};

/// Of one well-formed character.
wchar_t code_of(std::string_view character) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(character[i]); };
  if (character.size() == 1)
    return static_cast<wchar_t>(byte(0));
  auto code = static_cast<wchar_t>(byte(0) & (0x7fU >> character.size()));
  for (std::size_t i = 1; i < character.size(); ++i)
    code = static_cast<wchar_t>(code << 6 | (byte(i) & 0x3f));
  return code;
}

/// Calls `take(character, columns)`; columns are -1 for what is not shown.
template <class Take>
void each_character(std::string_view text, Take take) {
  const unicode known;
  while (!text.empty()) {
    const auto length = utf8_length(text);
    const auto character = text.substr(0, length == 0 ? 1 : length);
    if (!take(character, length == 0 ? -1 : ::wcwidth(code_of(character))))
      return;
    text.remove_prefix(character.size());
  }
}

} // namespace

std::string shown_text(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  each_character(text, [&](std::string_view character, int columns) {
    out += columns < 0 ? "?" : character;
    return true;
  });
  return out;
}

std::size_t width_of(std::string_view text) {
  std::size_t out = 0;
  each_character(text, [&](std::string_view, int columns) {
    out += columns < 0 ? 1U : static_cast<std::size_t>(columns);
    return true;
  });
  return out;
}

std::string fitted(std::string_view text, std::size_t width) {
  if (width_of(text) <= width)
    return std::string{text};
  std::string out;
  if (width == 0)
    return out;
  std::size_t taken = 1; // "…"
  each_character(text, [&](std::string_view character, int columns) {
    taken += columns < 0 ? 1U : static_cast<std::size_t>(columns);
    if (taken <= width)
      out += character;
    return taken <= width;
  });
  return out + "…";
}

} // namespace tickboard::terminal
