#include "market/search_text.hpp"

#include <doctest/doctest.h>

using namespace tickboard;
using words = std::vector<std::u32string>;

TEST_CASE("case and Latin diacritics are folded") {
  CHECK(fold_text("BiTcOiN").words == words{U"bitcoin"});
  CHECK(fold_text("Zoë Ångström").words == words{U"zoe", U"angstrom"});
  CHECK(fold_text("ŁÓDŹ").words == words{U"lodz"});
  CHECK(fold_text("Zoe\xCC\x88").words == words{U"zoe"}); // the mark as a character of its own
  CHECK(fold_text("ÆŒ").words == words{U"æœ"});
  CHECK(fold_text("ΒΙΤ").words == fold_text("βιτ").words);
  CHECK(fold_text("БИТ Ёж").words == fold_text("бит ёж").words);
}

TEST_CASE("text is split at everything that is neither letter nor digit") {
  for (const auto* text : {"btc usdt", "BTC/USDT", "btc-usdt", " btc  usdt ", "BTC_USDT",
                           "btc:usdt", "(btc)+usdt!", "btc\xC2\xA0usdt", "btc\xE2\x80\x94usdt"}) {
    const auto folded = fold_text(text);
    CHECK_MESSAGE((folded.words == words{U"btc", U"usdt"}), text);
    CHECK_MESSAGE(folded.joined == U"btcusdt", text);
  }
  CHECK(fold_text("1000SHIB").words == words{U"1000shib"});
  CHECK(fold_text("币安人生").words == words{U"币安人生"});
}

TEST_CASE("text of separators alone is a word of them; white space is nothing") {
  CHECK(fold_text("$ $").words == words{U"$$"});
  CHECK(fold_text("$ $").joined == U"$$");
  for (const auto* text : {"", " ", "\t\n", "\xE3\x80\x80"}) {
    CHECK(fold_text(text).words.empty());
    CHECK(fold_text(text).joined.empty());
  }
}

TEST_CASE("bytes that are not UTF-8 are letters of their own") {
  const auto broken = fold_text("a\xFFz \xC3");
  REQUIRE(broken.words.size() == 2);
  CHECK(broken.words[0].size() == 3);
  CHECK(broken.words[0] != fold_text("a\xFEz").words[0]);
  CHECK(broken.words[0] == fold_text("A\xFFZ").words[0]);
  for (int byte = 0; byte < 256; ++byte) { // whatever comes
    const std::string text{static_cast<char>(byte), 'x', static_cast<char>(byte)};
    CHECK(fold_text(text).joined.size() <= 3);
  }
}
