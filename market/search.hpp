#pragma once

#include "market/market.hpp"
#include "market/term_dictionary.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tickboard {

/// What search knows of an asset. `symbol` is its id; the others are empty if it is in no
/// catalogue.
struct search_asset {
  std::string symbol; ///< "BTC"
  std::string name;   ///< "Bitcoin"
  std::string slug;   ///< "bitcoin"
};

using search_asset_ptr = std::shared_ptr<const search_asset>;

/// Something to be found.
using search_document = std::variant<search_asset_ptr, market_ptr>;

/// An asset's symbol or a market's id.
std::string_view id_of(const search_document& document) noexcept;

struct search_limits {
  static constexpr std::size_t max_text = 64; ///< bytes of a query
  static constexpr std::size_t max_words = 8; ///< of a query
  static constexpr std::size_t max_hits = 50;
  /// Bytes of a document's name, symbol or slug that are read; what is behind is not found.
  static constexpr std::size_t max_field = 256;
};

/// How a document answers a query, best first. Both are compared as `fold_text` has them.
///
/// A document's names are its symbol, name and slug, or a market's base, base and quote
/// ("BTC/USDT"), and the exchange's own symbol. Its terms are the words of its names, its names
/// joined, and of a market the words of its id and its id joined.
enum class match_class : std::uint8_t {
  exact,  ///< the query, joined, is a name joined, or the id joined
  prefix, ///< a name joined begins with the query joined (an id does not count: "bit" is to find
          ///< Bitcoin, not first of all everything on Bitget)
  word,   ///< every word of the query begins one of the terms
  typo,   ///< every word begins a term or nearly is one, or the query joined nearly is a term
};

std::string_view to_string(match_class match) noexcept;

/// Edits that a word of `letters` letters may be away from a term: 0 below 4, 1 below 8, else 2.
std::size_t tolerated_distance(std::size_t letters) noexcept;

struct search_hit {
  std::uint32_t document = 0; ///< in the index
  match_class match = match_class::exact;
  std::uint8_t distance = 0; ///< edits, over all words; 0 unless a typo
};

/// Finds assets and markets by what a person types. The documents stay as they are; their weights
/// (market cap, volume, ...: larger is better) may change at any time and cost nothing to change.
///
/// Memory: about 170 bytes a document, besides the documents themselves, which are shared;
/// `max_field` bounds what one document can take. Used by one thread at a time, questions included.
class search_index {
public:
  search_index() = default;
  /// Of documents of one kind with the same id the first is kept. All weights are 0.
  explicit search_index(std::vector<search_document> documents);

  /// Documents in the order of their ids, those of an id in that of their kind.
  std::size_t size() const noexcept { return documents_.size(); }
  const search_document& operator[](std::size_t i) const noexcept { return documents_[i]; }

  std::optional<std::size_t> find_asset(std::string_view symbol) const;
  std::optional<std::size_t> find_market(std::string_view id) const;

  /// A weight that is no number counts as 0.
  void set_weight(std::size_t document, double weight) noexcept;

  /// The best `limit` documents by match class, then distance, then weight (largest first), then
  /// id. Text of more than `max_text` bytes or `max_words` words finds nothing; more than
  /// `max_hits` are not given.
  std::vector<search_hit> find(std::string_view text, std::size_t limit);

  std::size_t memory() const noexcept; ///< bytes, without the documents

private:
  class search; ///< one question

  term_dictionary terms_;
  std::vector<search_document> documents_;
  std::vector<double> weights_;
  // Which documents have a term, and the other way round. `begins` has an entry more than there
  // are terms (documents): where the next one's begin. A posting is document * 4 + role.
  std::vector<std::uint32_t> posting_begins_{0}, postings_;
  std::vector<std::uint32_t> term_begins_{0}, document_terms_;
  // What a question notes of the documents it met; `met_` keeps them to be wiped after it.
  std::vector<std::uint8_t> ranks_;
  std::vector<std::uint32_t> met_;
};

} // namespace tickboard
