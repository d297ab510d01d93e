#include "actors/search_route.hpp"

#include "market/search.hpp"
#include "market/search_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace tickboard {

namespace {

using search_refusal = std::optional<query_problem>;

search_refusal check_text(const std::string& text, bool given) {
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

const parameter_table<ask_search>& search_table() {
  static const auto all = [] {
    value_form typed;
    typed.max_length = search_limits::max_text;
    typed.pattern = "[^\\s\\x00-\\x1f]";
    return parameter_table<ask_search>{
        {{"q", typed,
          fmt::format("What was typed: at most {} words, in at most {} bytes.",
                      search_limits::max_words, search_limits::max_text),
          "bitcion", "", true},
         [](const std::string&, const std::string& text, ask_search& out) -> search_refusal {
           out.text = text;
           return std::nullopt; // looked at when it is known that it was given
         }},
        {{"limit", whole_number(search_limits::max_hits), "Hits at most.", "3", "10"},
         [](const std::string& name, const std::string& text, ask_search& out) {
           return read_number(name, text, search_limits::max_hits, out.limit);
         }},
    };
  }();
  return all;
}

} // namespace

std::vector<parameter_note> search_parameters() {
  return notes_of(search_table());
}

tl::expected<ask_search, query_problem> parse_search(const query_parameters& parameters) {
  ask_search out;
  if (auto problem = read_parameters(search_table(), parameters, out))
    return unexpected(std::move(*problem));
  const bool given =
      std::ranges::any_of(parameters, [](const auto& one) { return one.first == "q"; });
  if (auto problem = check_text(out.text, given))
    return unexpected(std::move(*problem));
  return out;
}

} // namespace tickboard
