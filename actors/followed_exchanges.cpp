#include "actors/followed_exchanges.hpp"

#include "market/json_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace tickboard {

void followed_exchanges::set(std::vector<std::string> names) {
  std::ranges::sort(names);
  auto sorted = std::make_shared<const std::vector<std::string>>(std::move(names));
  const std::scoped_lock lock{mutex_};
  names_.swap(sorted);
}

std::optional<query_problem> followed_exchanges::refuse(const view_query& query) const {
  if (query.exchanges.empty())
    return std::nullopt;
  const auto names = [this] {
    const std::scoped_lock lock{mutex_};
    return names_;
  }();
  if (!names)
    return std::nullopt;
  for (const auto& one : query.exchanges.values)
    if (!std::ranges::binary_search(*names, one))
      return query_problem{
          "exchange", fmt::format("names {}, which is not followed", json_string(one)),
          fmt::format("{}, separated by commas; a ! in front of the list excludes them",
                      fmt::join(*names, ", "))};
  return std::nullopt;
}

} // namespace tickboard
