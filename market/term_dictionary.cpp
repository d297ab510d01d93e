#include "market/term_dictionary.hpp"

#include <algorithm>
#include <array>

namespace tickboard {

term_dictionary::term_dictionary(const std::vector<std::u32string_view>& terms) {
  std::size_t letters = 0;
  for (const auto term : terms)
    letters += term.size();
  letters_.reserve(letters);
  begins_.reserve(terms.size() + 1);
  common_.reserve(terms.size());
  std::u32string_view before;
  for (const auto term : terms) {
    const auto [differs, in_term] =
        std::mismatch(before.begin(), before.end(), term.begin(), term.end());
    common_.push_back(static_cast<std::uint8_t>(differs - before.begin()));
    letters_ += term;
    longest_ = std::max(longest_, term.size());
    begins_.push_back(static_cast<std::uint32_t>(letters_.size()));
    before = term;
  }
}

term_dictionary::range term_dictionary::starting_with(std::u32string_view prefix) const {
  // Both ends are the first term for which this no longer holds.
  const auto find = [&](auto before) {
    std::uint32_t low = 0, high = static_cast<std::uint32_t>(size());
    while (low < high) {
      const auto middle = low + (high - low) / 2;
      if (before((*this)[middle]))
        low = middle + 1;
      else
        high = middle;
    }
    return low;
  };
  return {find([&](std::u32string_view term) { return term < prefix; }),
          find([&](std::u32string_view term) { return term.substr(0, prefix.size()) <= prefix; })};
}

std::vector<term_dictionary::near_term> term_dictionary::near(std::u32string_view word,
                                                              std::size_t distance) const {
  if (word.size() > longest_ + distance)
    return {};
  return distance == 1 ? walk<1>(word) : walk<max_distance>(word);
}

// A walk through the tree that the terms' common beginnings make. For each letter of the term at
// hand there is a row of the usual distance matrix, of which only the diagonal band that can still
// stay within the distance is kept. Terms with the same beginning share its rows, and once no cell
// of a row is within the distance, all terms that share that row are skipped.
template <std::size_t Distance>
std::vector<term_dictionary::near_term> term_dictionary::walk(std::u32string_view word) const {
  constexpr std::size_t width = 2 * Distance + 1;
  constexpr std::uint8_t far = 100;
  // Cell k of row `length` compares the first `length` letters of a term with the first
  // `length + k - Distance` of the word. A margin at each side saves checks, as does an edge of no
  // letters around the word: cells before its begin are far, and those behind its end are never
  // nearer than the ones before them.
  using row = std::array<std::uint8_t, width + 2>;
  std::array<row, max_length + 1> rows;
  row none;
  none.fill(far);
  rows.fill(none);
  for (std::size_t k = Distance; k < width; ++k)
    rows[0][k + 1] = static_cast<std::uint8_t>(k - Distance);
  constexpr char32_t no_letter = 0x110000;
  std::u32string edged(Distance + 2, no_letter);
  edged += word;
  edged.append(max_length + width, no_letter);

  std::vector<near_term> out;
  std::size_t valid = 0; // rows up to this one are of the term before
  std::uint32_t at = 0;
  while (at < size()) {
    const auto term = (*this)[at];
    std::size_t length = std::min<std::size_t>(valid, common_[at]);
    bool within = true;
    while (within && length < term.size()) {
      const auto letter = term[length];
      const auto before = length == 0 ? no_letter : term[length - 1];
      const auto& above = rows[length];
      const auto& second_above = length == 0 ? none : rows[length - 1];
      auto& current = rows[++length];
      const auto* const letters = edged.data() + length; // letters[k] is two before cell k's end
      std::uint8_t least = far;
      for (std::size_t k = 0; k < width; ++k) {
        const auto removed = above[k + 2] + 1, added = current[k] + 1;
        const auto replaced = above[k + 1] + (letter == letters[k + 1] ? 0 : 1);
        const auto swapped =
            letter == letters[k] && before == letters[k + 1] ? second_above[k + 1] + 1 : far;
        const auto best = std::min(std::min(removed, added), std::min(replaced, swapped));
        current[k + 1] = static_cast<std::uint8_t>(std::min<int>(best, far));
        least = std::min(least, current[k + 1]);
      }
      within = least <= Distance;
    }
    if (within) {
      const auto cell = word.size() + Distance - length; // wraps around for a term too long
      if (cell < width) {
        const auto found = rows[length][cell + 1];
        if (found > 0 && found <= Distance)
          out.push_back({at, found});
      }
      valid = length;
      ++at;
    } else {
      valid = length - 1;
      do
        ++at;
      while (at < size() && common_[at] >= length);
    }
  }
  return out;
}

std::size_t term_dictionary::memory() const noexcept {
  return letters_.capacity() * sizeof(char32_t) + begins_.capacity() * sizeof(std::uint32_t) +
         common_.capacity();
}

} // namespace tickboard
