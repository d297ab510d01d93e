#include "market/base_choice.hpp"

#include <algorithm>
#include <iterator>

namespace tickboard {

namespace {

using symbols = std::vector<std::string>; ///< sorted, distinct

symbols members_of(const std::vector<std::string>& categories, const asset_catalogue& assets) {
  symbols out;
  for (const auto& slug : categories)
    if (const auto* const found = assets.find_category(slug)) {
      symbols both;
      std::ranges::set_union(out, found->symbols, std::back_inserter(both));
      out = std::move(both);
    }
  return out;
}

} // namespace

base_choice choose_bases(const list_filter& bases, const list_filter& categories,
                         const asset_catalogue& assets) {
  if (categories.empty())
    return {bases};
  const list_filter members{members_of(categories.values, assets), categories.exclude};
  if (bases.empty())
    return {members, !members.exclude && members.empty()};
  base_choice out;
  auto to = std::back_inserter(out.bases.values);
  out.bases.exclude = bases.exclude && members.exclude;
  if (out.bases.exclude)
    std::ranges::set_union(bases.values, members.values, to);
  else if (bases.exclude)
    std::ranges::set_difference(members.values, bases.values, to);
  else if (members.exclude)
    std::ranges::set_difference(bases.values, members.values, to);
  else
    std::ranges::set_intersection(bases.values, members.values, to);
  out.none = !out.bases.exclude && out.bases.empty();
  return out;
}

} // namespace tickboard
