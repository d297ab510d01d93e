#include "actors/share_plan.hpp"

#include "actors/some_of.hpp"
#include "adapters/config/text_values.hpp"
#include "market/query_text.hpp"
#include "market/ticker.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace tickboard {

namespace {

std::string in_capitals(std::string_view text) {
  std::string out(text);
  to_upper(out);
  return out;
}

std::string pair_of(const market& one) {
  return one.base + "/" + one.quote; // in capitals, as make_market has them
}

/// Patterns that know whether they matched anything. A config may have thousands, most without a *.
class pattern_list {
public:
  explicit pattern_list(const std::vector<std::string>& patterns) : patterns_(patterns) {
    for (const auto& one : patterns)
      if (one.find('*') == one.npos)
        plain_.emplace(in_capitals(one), false);
      else
        starred_.emplace_back(one, false);
  }

  bool match(const market& one) {
    bool any = false;
    if (const auto it = plain_.find(pair_of(one)); it != plain_.end())
      any = it->second = true;
    for (auto& [pattern, matched] : starred_)
      if (!(any && matched) && matches_pattern(pattern, one.base, one.quote))
        any = matched = true;
    return any;
  }

  void add_unmatched(std::vector<std::string>& to, std::string_view mark) const {
    auto starred = starred_.begin();
    for (const auto& one : patterns_) {
      const bool matched =
          one.find('*') == one.npos ? plain_.at(in_capitals(one)) : starred++->second;
      if (!matched)
        to.push_back(std::string{mark} + one);
    }
  }

private:
  const std::vector<std::string>& patterns_;
  std::unordered_map<std::string, bool> plain_;
  std::vector<std::pair<std::string, bool>> starred_;
};

} // namespace

market_choice choose_markets(const std::vector<market_ptr>& listed,
                             const config::feed_settings& settings) {
  market_choice out;
  pattern_list symbols(settings.symbols), exclude(settings.exclude);
  for (const auto& one : listed) {
    const bool wanted = symbols.match(*one);
    if (!exclude.match(*one) && wanted)
      out.markets.push_back(one);
  }
  std::sort(out.markets.begin(), out.markets.end(),
            [](const auto& a, const auto& b) { return a->id < b->id; });
  out.markets.erase(std::unique(out.markets.begin(), out.markets.end(),
                                [](const auto& a, const auto& b) { return a->id == b->id; }),
                    out.markets.end());
  symbols.add_unmatched(out.unmatched, "");
  exclude.add_unmatched(out.unmatched, "!");
  return out;
}

std::string listed_near(std::string_view unmatched, const std::vector<market_ptr>& listed) {
  const auto pattern = in_capitals(unmatched.substr(unmatched.starts_with('!') ? 1 : 0));
  const auto slash = pattern.find('/');
  if (slash == pattern.npos)
    return {};
  const auto base = pattern.substr(0, slash), quote = pattern.substr(slash + 1);
  std::vector<std::string> pairs;
  for (const auto& one : listed)
    pairs.push_back(
        fmt::format("{}/{}", base == "*" ? base : one->base, quote == "*" ? quote : one->quote));
  std::ranges::sort(pairs);
  pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
  std::vector<std::string> near, same_base;
  auto least = std::clamp<std::size_t>(pattern.size() / 3, 1, 3);
  for (const auto& one : pairs) {
    if (one.starts_with(base + "/"))
      same_base.push_back(one);
    const auto edits = config::edit_distance(pattern, one, least);
    if (edits < least)
      near.clear();
    if (edits <= least)
      near.push_back(one);
    least = std::min(least, edits);
  }
  return some_of(near.empty() ? same_base : near);
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
