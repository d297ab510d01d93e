#include "market/word_filter.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <set>

namespace tickboard {

namespace {

bool is_space(char c) noexcept {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

} // namespace

value_form words_form() {
  value_form out;
  out.pattern = R"(\S)";
  out.max_length = word_limits::max_bytes;
  out.words =
      fmt::format("1 to {} words, {} bytes in all", word_limits::max_words, word_limits::max_bytes);
  return out;
}

std::optional<query_problem> read_words(const std::string& name, const std::string& text,
                                        std::vector<std::string>& out) {
  const auto refused = [&](std::string why) {
    return query_problem{name, std::move(why), in_words(words_form())};
  };
  if (text.size() > word_limits::max_bytes)
    return refused(fmt::format("has {} bytes", text.size()));
  std::set<std::string> words;
  for (auto at = text.begin(); at != text.end();) {
    at = std::find_if_not(at, text.end(), is_space);
    const auto end = std::find_if(at, text.end(), is_space);
    if (at != end)
      words.insert(lower_case({at, end}));
    at = end;
  }
  if (words.empty())
    return refused("has no word");
  if (words.size() > word_limits::max_words)
    return refused(fmt::format("has {} words", words.size()));
  out.assign(words.begin(), words.end());
  return std::nullopt;
}

std::string words_text(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, " "));
}

std::vector<word_filter> find_named(const std::vector<std::string>& words,
                                    const asset_catalogue& assets) {
  std::vector<word_filter> out;
  for (const auto& word : words)
    out.push_back({word, {}});
  const bool any_long = std::ranges::any_of(
      words, [](const auto& word) { return word.size() >= word_limits::least_in_names; });
  if (any_long)
    for (const auto& one : assets.assets()) { // by symbol
      const auto name = lower_case(one.name);
      for (auto& [word, named] : out)
        if (word.size() >= word_limits::least_in_names && name.find(word) != name.npos)
          named.push_back(one.symbol);
    }
  return out;
}

std::size_t count_names(const std::vector<word_filter>& words) noexcept {
  std::size_t out = 0;
  for (const auto& one : words)
    out += one.named.size();
  return out;
}

} // namespace tickboard
