#include "actors/search_route.hpp"

#include "market/search.hpp"
#include "market/search_text.hpp"

#include <fmt/format.h>

#include <optional>

namespace tickboard {

namespace {

std::optional<query_problem> check_text(const std::string& text, bool given) {
  const auto problem = [](std::string detail) {
    return query_problem{"q", std::move(detail),
                         fmt::format("1 to {} bytes of text, at most {} words",
                                     search_limits::max_text, search_limits::max_words)};
  };
  if (!given)
    return problem("is missing");
  if (text.size() > search_limits::max_text)
    return problem(fmt::format("has {} bytes", text.size()));
  const auto words = fold_text(text).words.size();
  if (words == 0)
    return problem("is empty");
  if (words > search_limits::max_words)
    return problem(fmt::format("has {} words", words));
  return std::nullopt;
}

} // namespace

tl::expected<ask_search, query_problem> parse_search(const query_parameters& parameters) {
  ask_search out;
  bool given = false;
  for (const auto& [name, value] : parameters) {
    std::optional<query_problem> problem;
    if (name == "q") {
      out.text = value;
      given = true;
    } else if (name == "limit") {
      problem = read_number(name, value, search_limits::max_hits, out.limit);
    } else {
      problem = query_problem{name, "is not a parameter of this resource", "q, limit"};
    }
    if (problem)
      return unexpected(std::move(*problem));
  }
  if (auto problem = check_text(out.text, given))
    return unexpected(std::move(*problem));
  return out;
}

} // namespace tickboard
