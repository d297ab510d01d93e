#include "actors/known_pages.hpp"

namespace tickboard {

page_question_ptr known_pages::find(const net::http_request& request) const {
  if (request.method == net::http_method::other)
    return nullptr;
  const std::scoped_lock lock{mutex_};
  const auto it = by_target_.find(std::string_view{request.target});
  const bool same = it != by_target_.end() && it->second.accept == request.accept;
  return same ? it->second.question : nullptr;
}

void known_pages::keep(const net::http_request& request, page_question_ptr question) {
  if (request.target.size() > longest_target || request.accept.size() > longest_target)
    return;
  const std::scoped_lock lock{mutex_};
  if (by_target_.size() >= most)
    by_target_.clear();
  by_target_.insert_or_assign(request.target, page{request.accept, std::move(question)});
}

} // namespace tickboard
