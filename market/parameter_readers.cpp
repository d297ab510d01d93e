#include "market/parameter_readers.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tickboard {

std::optional<query_problem> refuse(const std::string& name, std::string detail) {
  return query_problem{name, std::move(detail), ""};
}

std::optional<query_problem> read_boolean(const std::string& name, std::string_view text,
                                          bool& out) {
  out = text == "true" || text == "True";
  if (!out && text != "false" && text != "False")
    return refuse(name, "is neither true nor false");
  return std::nullopt;
}

std::optional<query_problem> read_values(const std::string& name, std::string_view text,
                                         std::size_t most, std::vector<std::string>& out) {
  out.clear();
  for (std::size_t begin = 0; !text.empty() && begin <= text.size();) {
    const auto end = std::min(text.find(',', begin), text.size());
    auto value = text.substr(begin, end - begin);
    begin = end + 1;
    value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
    value = value.substr(0, value.find_last_not_of(' ') + 1);
    if (value.empty())
      return refuse(name, "has an empty value");
    if (std::ranges::find(out, value) == out.end())
      out.emplace_back(value);
    if (out.size() > most)
      return refuse(name, fmt::format("has more than {} values", most));
  }
  return std::nullopt;
}

} // namespace tickboard
