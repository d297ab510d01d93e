#include "market/term_dictionary.hpp"
#include "tests/support/edit_distance.hpp"

#include <doctest/doctest.h>

#include <random>
#include <set>

using namespace tickboard;
using test::edit_distance;

namespace {

term_dictionary dictionary_of(const std::set<std::u32string>& words) {
  return term_dictionary{std::vector<std::u32string_view>(words.begin(), words.end())};
}

std::u32string random_word(std::mt19937_64& random, std::size_t letters, std::size_t max_length) {
  std::u32string out(1 + random() % max_length, U'a');
  for (auto& c : out)
    c += static_cast<char32_t>(random() % letters);
  return out;
}

} // namespace

TEST_CASE("distances count letters inserted, deleted, replaced and swapped") {
  CHECK(edit_distance(U"bitcoin", U"bitcoin") == 0);
  CHECK(edit_distance(U"bitcoin", U"bitcon") == 1);
  CHECK(edit_distance(U"bitcoin", U"bitcooin") == 1);
  CHECK(edit_distance(U"bitcoin", U"vitcoin") == 1);
  CHECK(edit_distance(U"bitcoin", U"ibtcoin") == 1);
  CHECK(edit_distance(U"ca", U"abc") == 3); // no part is edited twice
}

TEST_CASE("terms that begin with a word, and terms near it, are those that a scan finds") {
  const auto seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937_64 random{seed};
  for (int round = 0; round < 60; ++round) {
    // Few letters make many terms alike; some rounds have long ones.
    const std::size_t letters = 2 + random() % 4;
    const std::size_t longest = round % 5 == 0 ? term_dictionary::max_length : 9;
    std::set<std::u32string> words;
    for (std::size_t i = random() % 300; i > 0; --i)
      words.insert(random_word(random, letters, longest));
    const auto subject = dictionary_of(words);
    REQUIRE(subject.size() == words.size());
    const std::vector<std::u32string> terms(words.begin(), words.end());
    for (int i = 0; i < 60; ++i) {
      const auto asked = random_word(random, letters, longest);
      const auto distance = 1 + random() % term_dictionary::max_distance;
      const auto begun = subject.starting_with(asked);
      const auto near = subject.near(asked, distance);
      std::size_t at = 0;
      for (std::uint32_t t = 0; t < terms.size(); ++t) {
        REQUIRE(subject[t] == terms[t]);
        REQUIRE(begun.contains(t) == terms[t].starts_with(asked));
        const auto expected = edit_distance(asked, terms[t]);
        if (expected == 0 || expected > distance)
          continue;
        REQUIRE(at < near.size());
        REQUIRE(near[at].term == t);
        REQUIRE(near[at].distance == expected);
        ++at;
      }
      REQUIRE(at == near.size());
    }
  }
}

TEST_CASE("an empty dictionary has nothing") {
  const term_dictionary none;
  CHECK(none.size() == 0);
  CHECK(none.starting_with(U"a").empty());
  CHECK(none.near(U"bitcoin", 2).empty());
}
