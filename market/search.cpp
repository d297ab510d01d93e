#include "market/search.hpp"

#include "market/search_documents.hpp"
#include "market/search_text.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <unordered_map>

namespace tickboard {

namespace {

/// Of documents with one id the assets come first.
bool in_order(const search_document& a, const search_document& b) noexcept {
  const auto first = id_of(a), second = id_of(b);
  return first != second ? first < second : a.index() < b.index();
}

template <class Kind>
std::optional<std::size_t> find_document(const std::vector<search_document>& documents,
                                         std::string_view id) {
  auto it = std::partition_point(documents.begin(), documents.end(),
                                 [&](const search_document& one) { return id_of(one) < id; });
  for (; it != documents.end() && id_of(*it) == id; ++it)
    if (std::holds_alternative<Kind>(*it))
      return static_cast<std::size_t>(it - documents.begin());
  return std::nullopt;
}

constexpr std::uint32_t role_bits = 2;

std::uint32_t posting_of(std::uint32_t document, term_role role) noexcept {
  return document << role_bits | static_cast<std::uint32_t>(role);
}
std::uint32_t document_in(std::uint32_t posting) noexcept {
  return posting >> role_bits;
}
term_role role_in(std::uint32_t posting) noexcept {
  return static_cast<term_role>(posting & ((1U << role_bits) - 1));
}

// A document's place by match: the class, or beyond that the class typo and its distance.
constexpr std::uint8_t rank_exact = 0, rank_prefix = 1, rank_word = 2; // typos: 2 + distance
constexpr std::uint8_t rank_none = 254;                                // looked at: no match
constexpr std::uint8_t rank_unmet = 255;

} // namespace

std::string_view id_of(const search_document& document) noexcept {
  if (const auto* const one = std::get_if<market_ptr>(&document))
    return (*one)->id;
  return std::get<search_asset_ptr>(document)->symbol;
}

std::string_view to_string(match_class match) noexcept {
  switch (match) {
  case match_class::exact:
    return "exact";
  case match_class::prefix:
    return "prefix";
  case match_class::word:
    return "word";
  case match_class::typo:
    break;
  }
  return "typo";
}

std::size_t tolerated_distance(std::size_t letters) noexcept {
  return letters < 4 ? 0 : letters < 8 ? 1 : 2;
}

// -- building -------------------------------------------------------------------------------------

search_index::search_index(std::vector<search_document> documents)
    : documents_(std::move(documents)) {
  std::stable_sort(documents_.begin(), documents_.end(), in_order);
  documents_.erase(std::unique(documents_.begin(), documents_.end(),
                               [](const auto& a, const auto& b) {
                                 return id_of(a) == id_of(b) && a.index() == b.index();
                               }),
                   documents_.end());
  documents_.shrink_to_fit();
  weights_.assign(documents_.size(), 0.0);
  ranks_.assign(documents_.size(), rank_unmet);

  // Terms are numbered as they come, then in their order.
  std::unordered_map<std::u32string, std::uint32_t> numbers;
  struct use {
    std::uint32_t term;
    term_role role;
  };
  std::vector<use> uses; // document after document
  term_begins_.reserve(documents_.size() + 1);
  for (const auto& document : documents_) {
    for (auto& one : terms_of(document)) {
      const auto number = static_cast<std::uint32_t>(numbers.size());
      uses.push_back({numbers.try_emplace(std::move(one.text), number).first->second, one.role});
    }
    term_begins_.push_back(static_cast<std::uint32_t>(uses.size()));
  }
  std::vector<std::pair<std::u32string_view, std::uint32_t>> sorted(numbers.begin(), numbers.end());
  std::sort(sorted.begin(), sorted.end());
  std::vector<std::u32string_view> texts;
  texts.reserve(sorted.size());
  std::vector<std::uint32_t> places(sorted.size());
  for (const auto& [text, number] : sorted) {
    places[number] = static_cast<std::uint32_t>(texts.size());
    texts.push_back(text);
  }
  terms_ = term_dictionary{texts};

  posting_begins_.assign(texts.size() + 1, 0);
  document_terms_.reserve(uses.size());
  for (const auto& one : uses) {
    document_terms_.push_back(places[one.term]);
    ++posting_begins_[places[one.term] + 1];
  }
  std::partial_sum(posting_begins_.begin(), posting_begins_.end(), posting_begins_.begin());
  postings_.resize(uses.size());
  auto next = posting_begins_;
  for (std::uint32_t document = 0; document < documents_.size(); ++document)
    for (auto i = term_begins_[document]; i < term_begins_[document + 1]; ++i)
      postings_[next[document_terms_[i]]++] = posting_of(document, uses[i].role);
}

std::optional<std::size_t> search_index::find_asset(std::string_view symbol) const {
  return find_document<search_asset_ptr>(documents_, symbol);
}

std::optional<std::size_t> search_index::find_market(std::string_view id) const {
  return find_document<market_ptr>(documents_, id);
}

void search_index::set_weight(std::size_t document, double weight) noexcept {
  weights_[document] = std::isnan(weight) ? 0.0 : weight;
}

std::size_t search_index::memory() const noexcept {
  const auto bytes = [](const auto& of) { return of.capacity() * sizeof(of[0]); };
  return terms_.memory() + bytes(documents_) + bytes(weights_) + bytes(posting_begins_) +
         bytes(postings_) + bytes(term_begins_) + bytes(document_terms_) + bytes(ranks_) +
         bytes(met_);
}

// -- searching ------------------------------------------------------------------------------------

class search_index::search {
public:
  search(search_index& index, const folded_text& query, std::size_t limit)
      : index_(index), query_(query), limit_(limit),
        whole_(index.terms_.starting_with(query.joined)) {}

  ~search() {
    for (const auto document : index_.met_)
      index_.ranks_[document] = rank_unmet;
    index_.met_.clear();
  }
  search(const search&) = delete;
  search& operator=(const search&) = delete;

  std::vector<search_hit> run() {
    // A worse class is only looked for while the better ones have not filled the answer.
    find_names();
    if (found_ < limit_)
      find_words();
    if (found_ < limit_)
      find_typos();
    return best();
  }

private:
  /// What a word of the query may stand for: terms that it begins, at no distance, and near ones.
  struct alternatives {
    term_dictionary::range begun;
    std::vector<term_dictionary::near_term> near; ///< by term
    std::size_t postings = 0;
  };

  std::size_t posting_count(std::uint32_t first, std::uint32_t last) const {
    return index_.posting_begins_[last] - index_.posting_begins_[first];
  }

  template <class Visit>
  void each_posting(std::uint32_t first, std::uint32_t last, Visit visit) const {
    const auto end = index_.posting_begins_[last];
    for (auto i = index_.posting_begins_[first]; i < end; ++i)
      visit(index_.postings_[i]);
  }

  /// Notes a rank if it is better than what is known of the document.
  void note(std::uint32_t document, std::uint8_t rank) {
    auto& known = index_.ranks_[document];
    if (rank >= known)
      return;
    if (known == rank_unmet)
      index_.met_.push_back(document);
    if (known >= rank_none)
      found_ += rank < rank_none ? 1 : 0;
    known = rank;
  }

  void find_names() {
    if (whole_.empty())
      return;
    auto first = whole_.first;
    if (index_.terms_[first] == query_.joined) {
      each_posting(first, first + 1, [this](std::uint32_t posting) {
        if (role_in(posting) != term_role::word)
          note(document_in(posting), rank_exact);
      });
      ++first;
    }
    if (found_ < limit_)
      each_posting(first, whole_.last, [this](std::uint32_t posting) {
        if (role_in(posting) == term_role::name)
          note(document_in(posting), rank_prefix);
      });
  }

  void find_words() {
    for (const auto& word : query_.words) {
      alternatives one;
      one.begun = index_.terms_.starting_with(word);
      one.postings = posting_count(one.begun.first, one.begun.last);
      words_.push_back(std::move(one));
    }
    if (words_.size() == 1)
      each_posting(words_[0].begun.first, words_[0].begun.last,
                   [this](std::uint32_t posting) { note(document_in(posting), rank_word); });
    else
      match_words();
  }

  void find_typos() {
    bool all = true, any = false;
    for (std::size_t i = 0; all && i < words_.size(); ++i) {
      auto& one = words_[i];
      one.near = near(query_.words[i]);
      for (const auto& term : one.near)
        one.postings += posting_count(term.term, term.term + 1);
      any = any || !one.near.empty();
      all = one.postings > 0;
    }
    if (all && any) {
      forget_misses();
      match_words();
    }
    if (words_.size() > 1)
      for (const auto& one : near(query_.joined))
        each_posting(one.term, one.term + 1, [&](std::uint32_t posting) {
          note(document_in(posting), static_cast<std::uint8_t>(rank_word + one.distance));
        });
  }

  std::vector<term_dictionary::near_term> near(std::u32string_view word) const {
    const auto distance = tolerated_distance(word.size());
    return distance == 0 ? std::vector<term_dictionary::near_term>{}
                         : index_.terms_.near(word, distance);
  }

  /// Every document that has an alternative of every word: goes through those that have one of the
  /// rarest word, and looks at their terms for the others.
  void match_words() {
    const auto& rarest =
        *std::min_element(words_.begin(), words_.end(),
                          [](const auto& a, const auto& b) { return a.postings < b.postings; });
    const auto look = [this](std::uint32_t posting) {
      const auto document = document_in(posting);
      if (index_.ranks_[document] != rank_unmet)
        return;
      const auto distance = distance_of(document);
      note(document, distance ? static_cast<std::uint8_t>(rank_word + *distance) : rank_none);
    };
    each_posting(rarest.begun.first, rarest.begun.last, look);
    for (const auto& one : rarest.near)
      each_posting(one.term, one.term + 1, look);
  }

  /// What `match_words` has looked at in vain may match once near terms are known.
  void forget_misses() {
    for (const auto document : index_.met_)
      if (index_.ranks_[document] == rank_none)
        index_.ranks_[document] = rank_unmet;
    std::erase_if(index_.met_,
                  [this](std::uint32_t document) { return index_.ranks_[document] == rank_unmet; });
  }

  /// The least edits that bring all words into the document; none if one of them is not there.
  std::optional<std::size_t> distance_of(std::uint32_t document) const {
    const auto begin = index_.document_terms_.begin() + index_.term_begins_[document];
    const auto end = index_.document_terms_.begin() + index_.term_begins_[document + 1];
    std::size_t sum = 0;
    for (const auto& word : words_) {
      std::size_t least = rank_none;
      for (auto it = begin; it != end && least > 0; ++it)
        least = std::min(least, distance_of(word, *it));
      if (least == rank_none)
        return std::nullopt;
      sum += least;
    }
    return sum;
  }

  static std::size_t distance_of(const alternatives& word, std::uint32_t term) {
    if (word.begun.contains(term))
      return 0;
    const auto it = std::partition_point(word.near.begin(), word.near.end(),
                                         [&](const auto& one) { return one.term < term; });
    return it != word.near.end() && it->term == term ? it->distance : rank_none;
  }

  std::vector<search_hit> best() const {
    const auto& ranks = index_.ranks_;
    const auto better = [&](std::uint32_t a, std::uint32_t b) {
      if (ranks[a] != ranks[b])
        return ranks[a] < ranks[b];
      if (index_.weights_[a] != index_.weights_[b])
        return index_.weights_[a] > index_.weights_[b];
      return a < b; // documents are in the order of their ids
    };
    std::vector<std::uint32_t> heap; // the worst on top
    heap.reserve(limit_ + 1);
    for (const auto document : index_.met_) {
      if (ranks[document] == rank_none ||
          (heap.size() == limit_ && !better(document, heap.front())))
        continue;
      heap.push_back(document);
      std::push_heap(heap.begin(), heap.end(), better);
      if (heap.size() > limit_) {
        std::pop_heap(heap.begin(), heap.end(), better);
        heap.pop_back();
      }
    }
    std::sort_heap(heap.begin(), heap.end(), better);
    std::vector<search_hit> out;
    for (const auto document : heap) {
      const auto rank = ranks[document];
      const auto match = std::min<std::uint8_t>(rank, static_cast<std::uint8_t>(match_class::typo));
      out.push_back({document, static_cast<match_class>(match),
                     static_cast<std::uint8_t>(rank > rank_word ? rank - rank_word : 0)});
    }
    return out;
  }

  search_index& index_;
  const folded_text& query_;
  std::size_t limit_;
  term_dictionary::range whole_; ///< terms that begin with the query joined
  std::vector<alternatives> words_;
  std::size_t found_ = 0; ///< documents with a rank
};

std::vector<search_hit> search_index::find(std::string_view text, std::size_t limit) {
  limit = std::min(limit, search_limits::max_hits);
  if (text.size() > search_limits::max_text || limit == 0)
    return {};
  const auto query = fold_text(text);
  if (query.words.empty() || query.words.size() > search_limits::max_words)
    return {};
  return search{*this, query, limit}.run();
}

} // namespace tickboard
