#include "market/search_documents.hpp"

#include "market/search_text.hpp"

#include <algorithm>

namespace tickboard {

namespace {

struct term_collector {
  void add(std::u32string text, term_role role) {
    if (text.empty())
      return;
    // No query is as long, or nearly.
    text.resize(std::min(text.size(), term_dictionary::max_length));
    const auto it = std::find_if(terms.begin(), terms.end(),
                                 [&](const document_term& one) { return one.text == text; });
    if (it == terms.end())
      terms.push_back({std::move(text), role});
    else
      it->role = std::max(it->role, role);
  }

  void add_field(std::string_view text, term_role role) {
    auto folded = fold_text(text.substr(0, search_limits::max_field));
    add(std::move(folded.joined), role);
    for (auto& word : folded.words)
      add(std::move(word), term_role::word);
  }

  void operator()(const search_asset_ptr& asset) {
    for (const auto* field : {&asset->symbol, &asset->name, &asset->slug})
      add_field(*field, term_role::name);
  }

  void operator()(const market_ptr& market) {
    add_field(market->id, term_role::id);
    add_field(market->base, term_role::name);
    add_field(market->base + "/" + market->quote, term_role::name);
    add_field(market->native, term_role::name);
  }

  std::vector<document_term> terms;
};

} // namespace

std::vector<document_term> terms_of(const search_document& document) {
  term_collector out;
  std::visit(out, document);
  return std::move(out.terms);
}

} // namespace tickboard
