#include "market/asset_markets.hpp"

#include <unordered_set>
#include <utility>

namespace tickboard {

std::string_view asset_markets::put(const market_value& one, std::size_t writer) {
  const auto found = bases.try_emplace(one.subject->base).first;
  auto& [base, all] = *found;
  const auto [known, fresh] =
      places.try_emplace(one.subject.get(), whereabouts{all.size(), writer});
  if (fresh) {
    all.push_back(one);
    return base;
  }
  known->second.writer = writer;
  auto& had = all[known->second.place];
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

std::vector<std::string_view> asset_markets::doubt(std::size_t writer,
                                                   std::span<const market_value> now) {
  std::unordered_set<const market*, market_hash, same_market> told;
  for (const auto& one : now)
    told.insert(one.subject.get());
  std::vector<std::string_view> out;
  for (const auto& [key, where] : places) {
    if (where.writer != writer || told.contains(key))
      continue;
    auto& [base, all] = *bases.find(key->base);
    if (!std::exchange(all[where.place].stale, true))
      out.push_back(base);
  }
  return out;
}

std::string_view asset_markets::remove(const market& gone) {
  const auto found = bases.find(gone.base);
  const auto known = places.find(&gone);
  if (found == bases.end() || known == places.end())
    return {};
  auto& [base, all] = *found;
  const auto place = known->second.place;
  places.erase(known);
  if (place + 1 != all.size()) {
    all[place] = std::move(all.back());
    places.find(all[place].subject.get())->second.place = place;
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
