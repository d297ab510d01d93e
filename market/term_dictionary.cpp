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

// A walk through the tree that the terms' common beginnings make. For each letter of the term at
// hand there is a row of the usual distance matrix, of which only the diagonal band that can still
// stay within the distance is kept. Terms with the same beginning share its rows, and once no cell
// of a row is within the distance, all terms that share that row are skipped.
std::vector<term_dictionary::near_term> term_dictionary::near(std::u32string_view word,
                                                              std::size_t distance) const {
  constexpr std::size_t max_width = 2 * max_distance + 1;
  constexpr std::uint8_t far = 100;
  // Cell k of row `length` compares the first `length` letters of a term with the first
  // `length + k - distance` of the word. A margin at each side saves checks.
  std::array<std::array<std::uint8_t, max_width + 2>, max_length + 1> rows;
  for (auto& row : rows)
    row.fill(far);
  const auto width = 2 * distance + 1;
  for (std::size_t k = distance; k < width && k - distance <= word.size(); ++k)
    rows[0][k + 1] = static_cast<std::uint8_t>(k - distance);

  std::vector<near_term> out;
  std::size_t valid = 0; // rows up to this one are of the term before
  std::uint32_t at = 0;
  while (at < size()) {
    const auto term = (*this)[at];
    std::size_t length = std::min<std::size_t>(valid, common_[at]);
    bool within = true;
    while (within && length < term.size()) {
      const auto letter = term[length++];
      auto& row = rows[length];
      const auto& above = rows[length - 1];
      std::uint8_t least = far;
      for (std::size_t k = 0; k < width; ++k) {
        auto& cell = row[k + 1];
        cell = far;
        if (length + k < distance || length + k - distance > word.size())
          continue;
        const auto column = length + k - distance;
        const int removed = above[k + 2] + 1, added = row[k] + 1;
        int best = std::min(removed, added);
        if (column > 0) {
          best = std::min(best, above[k + 1] + (letter == word[column - 1] ? 0 : 1));
          if (length > 1 && column > 1 && letter == word[column - 2] &&
              term[length - 2] == word[column - 1])
            best = std::min(best, rows[length - 2][k + 1] + 1);
        }
        cell = static_cast<std::uint8_t>(std::min<int>(best, far));
        least = std::min(least, cell);
      }
      within = least <= distance;
    }
    if (within) {
      const auto cell = word.size() + distance - length; // wraps around for a term too long
      if (cell < width) {
        const auto found = rows[length][cell + 1];
        if (found > 0 && found <= distance)
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
