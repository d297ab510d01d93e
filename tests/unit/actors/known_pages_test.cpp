#include "actors/known_pages.hpp"

#include <doctest/doctest.h>

using namespace tickboard;

namespace {

net::http_request request_of(std::string target, std::string accept = {}) {
  net::http_request out;
  out.target = std::move(target);
  out.accept = std::move(accept);
  return out;
}

page_question_ptr question_of(std::uint32_t page) {
  view_query query;
  query.page = page;
  return std::make_shared<const page_question>(query);
}

} // namespace

TEST_CASE("pages are known by all that decides what is asked") {
  known_pages on;
  const auto first = request_of("/v1/markets?page=2");
  CHECK(on.find(first) == nullptr);
  const auto question = question_of(2);
  on.keep(first, question);
  CHECK(on.find(first) == question);
  CHECK(on.find(request_of("/v1/markets?page=3")) == nullptr);
  CHECK(on.find(request_of("/v1/markets?page=2", "text/csv")) == nullptr);
  auto post = first;
  post.method = net::http_method::other;
  CHECK(on.find(post) == nullptr);
  const auto table = request_of("/v1/markets?page=2", "text/csv");
  on.keep(table, question_of(7));
  CHECK(on.find(table)->query.page == 7);
  CHECK(on.find(first) == nullptr); // one of a target
}

TEST_CASE("what is known of pages is bounded") {
  known_pages on;
  const std::string long_target(known_pages::longest_target + 1, 'x');
  on.keep(request_of(long_target), question_of(1));
  CHECK(on.find(request_of(long_target)) == nullptr);
  const auto target = [](std::size_t i) { return "/v1/markets?page=" + std::to_string(i); };
  const auto question = question_of(1);
  for (std::size_t i = 0; i < 3 * known_pages::most; ++i)
    on.keep(request_of(target(i)), question);
  std::size_t known = 0;
  for (std::size_t i = 0; i < 3 * known_pages::most; ++i)
    known += on.find(request_of(target(i))) != nullptr ? 1 : 0;
  CHECK(known > 0);
  CHECK(known <= known_pages::most);
}
