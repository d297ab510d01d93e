#include "actors/share_plan.hpp"

#include "market/ticker.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_map>

namespace tickboard {

std::vector<market_ptr> choose_markets(const std::vector<market_ptr>& listed,
                                       const config::feed_settings& settings) {
  const auto matches_any = [](const std::vector<std::string>& patterns, const market& one) {
    return std::any_of(patterns.begin(), patterns.end(), [&](const auto& pattern) {
      return matches_pattern(pattern, one.base, one.quote);
    });
  };
  std::vector<market_ptr> out;
  for (const auto& one : listed)
    if (matches_any(settings.symbols, *one) && !matches_any(settings.exclude, *one))
      out.push_back(one);
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a->id < b->id; });
  out.erase(std::unique(out.begin(), out.end(),
                        [](const auto& a, const auto& b) { return a->id == b->id; }),
            out.end());
  return out;
}

namespace {

/// Parts of at most `per_part`, as even as possible, so that no connection is nearly idle.
std::vector<std::vector<market_ptr>> even_parts(const std::vector<market_ptr>& markets,
                                                std::size_t per_part) {
  std::vector<std::vector<market_ptr>> out;
  const auto parts = markets.size() / per_part + (markets.size() % per_part != 0 ? 1 : 0);
  for (std::size_t i = 0; i < parts; ++i)
    out.emplace_back(markets.begin() + static_cast<std::ptrdiff_t>(i * markets.size() / parts),
                     markets.begin() +
                         static_cast<std::ptrdiff_t>((i + 1) * markets.size() / parts));
  return out;
}

} // namespace

share_plan share_out(const share_plan& now, const std::vector<market_ptr>& chosen,
                     const share_limits& limits) {
  std::unordered_map<std::string_view, market_ptr> unplaced;
  for (const auto& one : chosen)
    unplaced.emplace(one->id, one);
  share_plan out;
  for (const auto& [number, had] : now)
    for (const auto& one : had) {
      const auto wanted = unplaced.find(one->id);
      if (wanted == unplaced.end() || out[number].size() >= limits.markets)
        continue;
      out[number].push_back(wanted->second->native == one->native ? one : wanted->second);
      unplaced.erase(wanted);
    }
  std::erase_if(out, [](const auto& share) { return share.second.empty(); });

  std::vector<market_ptr> fresh;
  for (const auto& one : chosen)
    if (unplaced.contains(one->id))
      fresh.push_back(one);
  auto next = fresh.begin();
  for (auto& [number, share] : out)
    while (next != fresh.end() && share.size() < limits.markets)
      share.push_back(*next++);
  fresh.erase(fresh.begin(), next);
  if (limits.connections != 0) {
    const auto further = limits.connections - std::min(limits.connections, out.size());
    if (further == 0 || fresh.size() / further >= limits.markets)
      fresh.resize(std::min(fresh.size(), further * limits.markets));
  }
  std::uint32_t number = 1;
  for (auto& part : even_parts(fresh, limits.markets)) {
    while (out.contains(number))
      ++number;
    out[number] = std::move(part);
  }
  return out;
}

} // namespace tickboard
