#include "market/asset_totals.hpp"

#include "market/json_text.hpp"
#include "market/ticker.hpp"
#include "market/valuation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace tickboard {

namespace {

void add(std::optional<double>& to, const std::optional<double>& value) {
  if (value)
    to = to.value_or(0) + *value;
}

std::string as_numbers(const asset_totals& totals) {
  return fmt::format(
      R"("market_cap":{},"market_cap_assets":{},"volume_usd_24h":{},"change_24h_pct":{},)"
      R"("change_basis":"{}","received_ms":{},"stale":{})",
      json_number(totals.market_cap), totals.market_cap_assets, json_number(totals.volume_usd_24h),
      json_number(totals.change_24h_pct), to_string(change_basis::rolling_24h),
      totals.received_ms == 0 ? "null" : fmt::format("{}", totals.received_ms),
      totals.received_ms == 0);
}

/// The share of one asset in the market cap of all, in percent with two decimals.
std::string dominance(std::span<const asset_view> assets, std::string_view symbol,
                      const std::optional<double>& total) {
  const auto it = std::ranges::find(assets, symbol, &asset_view::symbol);
  if (it == assets.end() || !it->values->market_cap || !total || *total <= 0)
    return "null";
  return json_number(std::round(*it->values->market_cap / *total * 1e4) / 1e2);
}

} // namespace

asset_totals total_of(std::span<const asset_view> assets) {
  asset_totals out;
  double weight = 0, sum = 0;
  for (const auto& one : assets) {
    const auto& values = *one.values;
    ++out.assets;
    out.market_cap_assets += values.market_cap ? 1 : 0;
    add(out.market_cap, values.market_cap);
    add(out.volume_usd_24h, values.volume_usd_24h);
    out.received_ms = std::max(out.received_ms, values.received_ms);
    const auto& change = values.changes[window_count];
    if (const double volume = values.volume_usd_24h.value_or(0); change && volume > 0) {
      weight += volume;
      sum += volume * *change;
    }
  }
  if (out.market_cap)
    out.market_cap = shown_usd(*out.market_cap);
  if (out.volume_usd_24h)
    out.volume_usd_24h = shown_usd(*out.volume_usd_24h);
  if (weight > 0)
    out.change_24h_pct = std::round(sum / weight * 1e4) / 1e4;
  return out;
}

std::vector<std::string> category_rows(std::span<const asset_view> assets) {
  struct group {
    const category* of = nullptr;
    std::vector<asset_view> assets;
    asset_totals totals;
  };
  std::map<std::string_view, group> groups; // by slug
  for (const auto& one : assets)
    if (one.known != nullptr)
      for (const auto& of : one.known->categories) {
        auto& to = groups[of.slug];
        to.of = &of;
        to.assets.push_back(one);
      }
  std::vector<group*> order;
  for (auto& [slug, one] : groups) {
    one.totals = total_of(one.assets);
    order.push_back(&one);
  }
  std::ranges::stable_sort(order, [](const group* a, const group* b) {
    if (a->totals.market_cap != b->totals.market_cap)
      return a->totals.market_cap > b->totals.market_cap;
    return a->totals.volume_usd_24h > b->totals.volume_usd_24h;
  });
  std::vector<std::string> out;
  for (const auto* one : order)
    out.push_back(fmt::format(R"({{"slug":{},"name":{},"assets":{},{}}})",
                              json_string(one->of->slug), json_string(one->of->name),
                              one->totals.assets, as_numbers(one->totals)));
  return out;
}

std::string global_row(std::span<const asset_view> assets, std::size_t exchanges) {
  const auto totals = total_of(assets);
  std::size_t markets = 0;
  for (const auto& one : assets)
    markets += one.values->markets;
  return fmt::format(
      R"({{"assets":{},"markets":{},"exchanges":{},"btc_dominance_pct":{},"eth_dominance_pct":{},{}}})",
      totals.assets, markets, exchanges, dominance(assets, "BTC", totals.market_cap),
      dominance(assets, "ETH", totals.market_cap), as_numbers(totals));
}

} // namespace tickboard
