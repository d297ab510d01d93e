#include "market/rates.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace tickboard {

namespace {

constexpr std::string_view dollar = "USD";
constexpr std::string_view hubs[] = {"BTC", "ETH", "USDT", "USDC", "EUR"};

bool is_positive(double value) noexcept {
  return std::isfinite(value) && value > 0;
}

/// What one market says an asset is worth.
using offers = std::unordered_map<std::string_view, std::vector<weighted>>;

/// `rate_of` gives the dollars of the known end; its other end gets an offer if it `wants` one.
template <class Wants, class Rate>
void collect(std::span<const rate_source> sources, offers& into, const Wants& wants,
             const Rate& rate_of) {
  for (const auto& one : sources) {
    const std::string_view base = one.subject->base, quote = one.subject->quote;
    const auto offer = [&](std::string_view asset, double usd, double known_volume) {
      if (is_positive(usd))
        into[asset].push_back({usd, is_positive(known_volume) ? known_volume : 0});
    };
    if (const auto known = rate_of(quote); known && wants(base)) {
      const double turnover = one.quote_volume > 0 ? one.quote_volume : one.volume * one.last;
      offer(base, one.last * *known, turnover * *known);
    }
    if (const auto known = rate_of(base); known && wants(quote)) {
      const double turnover = one.volume > 0 ? one.volume : one.quote_volume / one.last;
      offer(quote, *known / one.last, turnover * *known);
    }
  }
}

} // namespace

bool is_rate_hub(std::string_view asset) noexcept {
  return asset == dollar || std::ranges::find(hubs, asset) != std::end(hubs);
}

std::optional<double> weighted_median(std::span<weighted> values) {
  if (values.empty())
    return std::nullopt;
  std::ranges::sort(values, [](const weighted& a, const weighted& b) {
    return a.value != b.value ? a.value < b.value : a.weight < b.weight;
  });
  double total = 0;
  for (const auto& one : values)
    total += one.weight;
  const bool weightless = total <= 0;
  if (weightless)
    total = static_cast<double>(values.size());
  double below = 0;
  std::optional<double> lower; // reached exactly half with this one: the next one counts as well
  for (const auto& one : values) {
    const double weight = weightless ? 1 : one.weight;
    if (lower && weight > 0)
      return (*lower + one.value) / 2;
    below += weight;
    if (!lower && below * 2 == total)
      lower = one.value;
    else if (!lower && below * 2 > total)
      return one.value;
  }
  return lower ? lower : std::optional{values.back().value};
}

rate_table::rate_table(std::span<const rate_source> sources, const asset_set& wanted,
                       std::int64_t now_ms, std::int64_t max_age_ms)
    : as_of_ms_(now_ms) {
  for (const auto& asset : wanted)
    if (asset != dollar)
      rates_.emplace(asset, std::nullopt);
  for (const auto hub : hubs)
    rates_.emplace(hub, std::nullopt);

  std::vector<rate_source> fresh;
  std::ranges::copy_if(sources, std::back_inserter(fresh), [&](const rate_source& one) {
    return !one.stale && is_positive(one.last) && now_ms - one.heard_ms <= max_age_ms;
  });

  const auto take = [&](offers& from) {
    for (auto& [asset, values] : from)
      if (const auto it = rates_.find(asset); it != rates_.end())
        it->second = weighted_median(values);
  };
  offers direct;
  collect(
      fresh, direct, [this](std::string_view asset) { return rates_.find(asset) != rates_.end(); },
      [](std::string_view asset) { return asset == dollar ? std::optional{1.0} : std::nullopt; });
  take(direct);

  offers bridged; // looks at the direct rates only
  collect(
      fresh, bridged,
      [&](std::string_view asset) {
        const auto it = rates_.find(asset);
        return it != rates_.end() && !direct.contains(asset);
      },
      [&](std::string_view asset) {
        return is_rate_hub(asset) && direct.contains(asset) ? usd_per(asset) : std::nullopt;
      });
  take(bridged);
}

std::optional<double> rate_table::usd_per(std::string_view asset) const noexcept {
  if (asset == dollar)
    return 1.0;
  const auto it = rates_.find(asset);
  return it == rates_.end() ? std::nullopt : it->second;
}

bool rate_table::covers(std::string_view asset) const noexcept {
  return asset == dollar || rates_.find(asset) != rates_.end();
}

std::vector<std::string> rate_table::known() const {
  std::vector<std::string> out;
  for (const auto& [asset, rate] : rates_)
    if (rate)
      out.push_back(asset);
  std::ranges::sort(out);
  return out;
}

bool rate_table::settle(const rate_table& published, double least_move) {
  bool moved = false;
  for (auto& [asset, rate] : rates_) {
    const auto before = published.rates_.find(asset);
    if (before == published.rates_.end() || before->second.has_value() != rate.has_value() ||
        (rate && std::abs(*rate - *before->second) > least_move * *before->second))
      moved = true;
    else
      rate = before->second;
  }
  return moved;
}

bool is_rate_source(const market& subject, const rate_table& rates) noexcept {
  const auto wanted = [&](std::string_view asset) {
    return is_rate_hub(asset) || rates.covers(asset);
  };
  return (is_rate_hub(subject.base) && wanted(subject.quote)) ||
         (is_rate_hub(subject.quote) && wanted(subject.base));
}

} // namespace tickboard
