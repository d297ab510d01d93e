#pragma once

#include "actors/page_question.hpp"
#include "adapters/net/http_server.hpp"
#include "market/market.hpp"

#include <mutex>
#include <string>
#include <unordered_map>

namespace tickboard {

/// What was read from requests for pages, so that the same words are not read again: most requests
/// are for few pages. At most `most` of them, of `longest_target` bytes each; then it begins anew.
/// Any thread: one lock, which is never held for longer than a look.
class known_pages {
public:
  static constexpr std::size_t most = 4'096;
  static constexpr std::size_t longest_target = 512;

  /// Null: not known, or no GET or HEAD.
  page_question_ptr find(const net::http_request& request) const;
  /// `question` is what was read from `request`.
  void keep(const net::http_request& request, page_question_ptr question);

private:
  struct page {
    std::string accept; ///< decides the format, too
    page_question_ptr question;
  };

  mutable std::mutex mutex_;
  std::unordered_map<std::string, page, string_hash, std::equal_to<>> by_target_;
};

} // namespace tickboard
