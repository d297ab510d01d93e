#pragma once

#include "market/view_query.hpp"

#include <memory>
#include <string>
#include <utility>

namespace tickboard {

/// A question for a page, made once for all who ask it. Never changed, so any thread may read it.
struct page_question {
  explicit page_question(view_query what) : query(std::move(what)), key(query.canonical()) {}

  const view_query query;
  const std::string key; ///< the same of questions that have the same answer
};
using page_question_ptr = std::shared_ptr<const page_question>;

} // namespace tickboard
