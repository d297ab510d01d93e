#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tickboard {

/// Distinct words in order, numbered from 0: those with a common beginning stand together, and
/// those that are nearly a given word are found without looking at each. Immutable.
class term_dictionary {
public:
  /// Longest term, in code points; what is longer is not for this dictionary.
  static constexpr std::size_t max_length = 96;
  /// Largest distance that `near` knows.
  static constexpr std::size_t max_distance = 2;

  struct range {
    std::uint32_t first = 0, last = 0; ///< `last` is behind it
    bool empty() const noexcept { return first == last; }
    bool contains(std::uint32_t term) const noexcept { return first <= term && term < last; }
  };
  struct near_term {
    std::uint32_t term = 0;
    std::uint8_t distance = 0;
  };

  term_dictionary() = default;
  /// `terms` are in ascending order, distinct, and at most `max_length` long.
  explicit term_dictionary(const std::vector<std::u32string_view>& terms);

  std::size_t size() const noexcept { return common_.size(); }
  std::u32string_view operator[](std::size_t term) const noexcept {
    return std::u32string_view{letters_}.substr(begins_[term], begins_[term + 1] - begins_[term]);
  }

  /// The terms that begin with `prefix`; the first of them is `prefix` itself if that is a term.
  range starting_with(std::u32string_view prefix) const;

  /// The terms, in order, at a distance of 1 to `distance` from `word`: letters to insert, delete,
  /// replace, or swap with their neighbour, where no part is edited twice (optimal string
  /// alignment). Precondition: distance is 1 or
  /// max_distance.
  std::vector<near_term> near(std::u32string_view word, std::size_t distance) const;

  std::size_t memory() const noexcept; ///< bytes

private:
  template <std::size_t Distance>
  std::vector<near_term> walk(std::u32string_view word) const;

  std::u32string letters_; ///< of all terms, end to end
  std::vector<std::uint32_t> begins_{0};
  std::vector<std::uint8_t> common_; ///< how many first letters a term shares with the one before
  std::size_t longest_ = 0;          ///< letters
};

} // namespace tickboard
