#include "market/asset_markets.hpp"

#include <utility>

namespace tickboard {

std::string_view asset_markets::put(const market_value& one) {
  const auto found = bases.try_emplace(one.subject->base).first;
  auto& [base, all] = *found;
  const auto [known, fresh] = places.try_emplace(one.subject.get(), all.size());
  if (fresh) {
    all.push_back(one);
    return base;
  }
  auto& had = all[known->second];
  if (had == one)
    return {};
  if (had.subject != one.subject) { // the key goes with the market that was replaced
    auto entry = places.extract(known);
    entry.key() = one.subject.get();
    places.insert(std::move(entry));
  }
  had = one;
  return base;
}

std::string_view asset_markets::remove(const market& gone) {
  const auto found = bases.find(gone.base);
  const auto known = places.find(&gone);
  if (found == bases.end() || known == places.end())
    return {};
  auto& [base, all] = *found;
  const auto place = known->second;
  places.erase(known);
  if (place + 1 != all.size()) {
    all[place] = std::move(all.back());
    places.find(all[place].subject.get())->second = place;
  }
  all.pop_back();
  return base;
}

void asset_markets::forget(std::string_view base) {
  const auto found = bases.find(base);
  if (found == bases.end())
    return;
  for (const auto& one : found->second)
    places.erase(one.subject.get());
  bases.erase(found);
}

const std::vector<market_value>& asset_markets::of(std::string_view base) const {
  static const std::vector<market_value> none;
  const auto found = bases.find(base);
  return found == bases.end() ? none : found->second;
}

} // namespace tickboard
