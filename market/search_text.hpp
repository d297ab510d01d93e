#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tickboard {

/// Text as search compares it, in code points, so that one letter is one letter in any script.
struct folded_text {
  std::vector<std::u32string> words;
  std::u32string joined; ///< the words without what parts them: "btcusdt" of "BTC/USDT"
};

/// Folds case (ASCII, Latin, Greek, Cyrillic) and Latin diacritics, and splits at everything that
/// is neither a letter nor a digit: "Société-Générale 2" is societe, generale, 2. Characters of
/// other scripts are letters. Text of separators alone, such as "$$", is one word of what is no
/// white space. Invalid UTF-8 is no error: each of its bytes is a letter that only equals itself.
folded_text fold_text(std::string_view text);

} // namespace tickboard
