#pragma once

#include "market/asset.hpp"
#include "market/parameter_table.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// `q` of lists of markets and assets: words, each of which must be somewhere in the id (of a
/// market) or symbol (of an asset), or in the name of the asset. A to Z and a to z are the same
/// letters. Unlike a search, which finds what was meant and puts the best first, this is a filter:
/// what it leaves is in the order of the view.
namespace tickboard {

struct word_limits {
  static constexpr std::size_t max_bytes = 256;
  static constexpr std::size_t max_words = 8;
  /// Shorter words are not looked for in names: most names have them.
  static constexpr std::size_t least_in_names = 3;
};

value_form words_form();

/// The words in `text`, sorted, distinct, in small letters.
std::optional<query_problem> read_words(const std::string& name, const std::string& text,
                                        std::vector<std::string>& out);

/// As the text of `q`.
std::string words_text(const std::vector<std::string>& words);

/// A word, and the assets that have it in their names.
struct word_filter {
  std::string word;
  std::vector<std::string> named; ///< symbols, sorted
};

/// Cost: the names of all assets, for each word.
std::vector<word_filter> find_named(const std::vector<std::string>& words,
                                    const asset_catalogue& assets);

/// How many names are sent with a view.
std::size_t count_names(const std::vector<word_filter>& words) noexcept;

} // namespace tickboard
