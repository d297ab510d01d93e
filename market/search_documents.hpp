#pragma once

#include "market/search.hpp"

#include <string>
#include <vector>

namespace tickboard {

/// What a term is to a document.
enum class term_role : std::uint8_t { word, id, name };

struct document_term {
  std::u32string text;
  term_role role = term_role::word;
};

/// The terms of a document, each once, with the highest role that it has.
std::vector<document_term> terms_of(const search_document& document);

} // namespace tickboard
