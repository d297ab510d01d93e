#include "market/asset_board.hpp"

#include "market/json_text.hpp"
#include "market/price_history.hpp"
#include "market/query_text.hpp"
#include "market/shown.hpp"
#include "market/ticker.hpp"
#include "market/valuation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

namespace tickboard {

namespace {

constexpr std::string_view dollar = "USD";
constexpr std::string_view bridges[] = {"BTC", "ETH"};

std::optional<double> shown_amount(double value) {
  return std::isfinite(value) ? std::optional{shown_usd(value)} : std::nullopt;
}

std::optional<double> shown_change(double pct) {
  return std::isfinite(pct) ? std::optional{as_shown<price_history::decimals>(pct)} : std::nullopt;
}

double turnover_of(const market_value& one) {
  const double volume = one.volume_usd_24h.value_or(0);
  return std::isfinite(volume) && volume > 0 ? volume : 0;
}

/// The mean by weight; without any weight all count alike. Nothing for no values.
std::optional<double> weighted_mean(const std::vector<weighted>& values) {
  double total = 0, sum = 0, plain = 0;
  for (const auto& one : values) {
    total += one.weight;
    sum += one.weight * one.value;
    plain += one.value;
  }
  if (values.empty())
    return std::nullopt;
  return total > 0 ? sum / total : plain / static_cast<double>(values.size());
}

/// The change over each window of `base` in `quote`, as its fresh markets have it.
change_set median_changes(const markets_by_base& markets, std::string_view base,
                          std::string_view quote) {
  change_set out;
  const auto it = markets.find(base);
  if (it == markets.end())
    return out;
  for (std::size_t w = 0; w < change_count; ++w) {
    std::vector<weighted> known;
    for (const auto& one : it->second)
      if (!one.stale && one.subject->quote == quote && one.changes[w])
        known.push_back({*one.changes[w], turnover_of(one)});
    out[w] = weighted_median(known);
  }
  return out;
}

double factor(double pct) {
  return 1 + pct / 100;
}

bool is_amount(const std::optional<double>& value) {
  return value && std::isfinite(*value) && *value > 0;
}

/// The price that counts of each market, and its turnover as weight.
bool is_priced(const market_value& one) {
  return !one.stale && is_amount(one.price_usd);
}

bool is_better(const std::optional<double>& now, const std::optional<double>& candidate,
               bool higher) {
  return is_amount(candidate) && (!now || (higher ? *candidate > *now : *candidate < *now));
}

void find_sources(asset_values& out, std::span<const market_value* const> accepted) {
  for (const auto* one : accepted)
    out.sources.push_back(one->subject->exchange);
  std::ranges::sort(out.sources);
  out.sources.erase(std::unique(out.sources.begin(), out.sources.end()), out.sources.end());
}

void find_best_quotes(asset_values& out, std::span<const market_value* const> accepted) {
  for (const auto* one : accepted) {
    const auto take = [&](std::optional<double>& best, std::string& where,
                          const std::optional<double>& candidate, bool higher) {
      if (is_better(best, candidate, higher) ||
          (best && candidate && *best == *candidate && one->subject->id < where)) {
        best = candidate;
        where = one->subject->id;
      }
    };
    take(out.bid_usd, out.bid_market, one->bid_usd, true);
    take(out.ask_usd, out.ask_market, one->ask_usd, false);
  }
}

void find_changes(asset_values& out, std::span<const market_value* const> accepted,
                  const quote_changes& quotes) {
  for (std::size_t w = 0; w < change_count; ++w) {
    std::vector<weighted> known;
    for (const auto* one : accepted) {
      const auto quote = quotes.find(one->subject->quote);
      if (one->changes[w] && quote != quotes.end() && quote->second[w])
        known.push_back(
            {100 * (factor(*one->changes[w]) * factor(*quote->second[w]) - 1), turnover_of(*one)});
    }
    if (const auto mean = weighted_mean(known))
      out.changes[w] = shown_change(*mean);
  }
}

void count_markets(asset_values& out, std::span<const market_value> markets) {
  std::vector<std::string_view> exchanges;
  double volume = 0;
  bool has_volume = false;
  for (const auto& one : markets) {
    exchanges.push_back(one.subject->exchange);
    if (one.stale)
      continue;
    out.ts_ms = std::max(out.ts_ms, one.ts_ms);
    out.received_ms = std::max(out.received_ms, one.received_ms);
    if (one.volume_usd_24h) {
      volume += turnover_of(one);
      has_volume = true;
    }
  }
  std::ranges::sort(exchanges);
  out.markets = markets.size();
  out.exchanges = static_cast<std::size_t>(
      std::distance(exchanges.begin(), std::unique(exchanges.begin(), exchanges.end())));
  if (has_volume)
    out.volume_usd_24h = shown_amount(volume);
}

void find_day_range(asset_values& out, std::span<const market_value* const> accepted,
                    const asset_set& steady) {
  std::vector<weighted> highs, lows;
  for (const auto* one : accepted)
    if (steady.contains(one->subject->quote) && is_amount(one->high_usd_24h) &&
        is_amount(one->low_usd_24h)) {
      highs.push_back({*one->high_usd_24h, turnover_of(*one)});
      lows.push_back({*one->low_usd_24h, turnover_of(*one)});
    }
  const auto high = weighted_mean(highs), low = weighted_mean(lows);
  if (!high || !low || !out.price_usd)
    return;
  out.high_usd_24h = shown_amount(std::max(*high, *out.price_usd));
  out.low_usd_24h = shown_amount(std::min(*low, *out.price_usd));
}

template <std::uint32_t asset_values::*Place>
std::optional<double> place(const asset_values& of) {
  return of.*Place != 0 ? std::optional{static_cast<double>(of.*Place)} : std::nullopt;
}

template <std::optional<double> asset_values::*Member>
std::optional<double> member(const asset_values& of) {
  return of.*Member;
}

template <std::size_t Window>
std::optional<double> change_over(const asset_values& of) {
  return of.changes[Window];
}

void append_number(std::string& out, std::string_view name, const std::optional<double>& value) {
  out.append(name);
  append_json_number(out, value);
}

void append_text(std::string& out, std::string_view name, std::string_view value) {
  out.append(name);
  if (value.empty())
    out.append("null");
  else
    append_json_string(out, value);
}

} // namespace

quote_changes changes_in_usd(const markets_by_base& markets, const asset_set& quotes) {
  quote_changes out;
  std::array<change_set, std::size(bridges)> of_bridge;
  for (std::size_t i = 0; i < of_bridge.size(); ++i)
    of_bridge[i] = median_changes(markets, bridges[i], dollar);
  for (const auto& quote : quotes) {
    auto& found = out[quote];
    if (quote == dollar) {
      found.fill(0.0);
      continue;
    }
    found = median_changes(markets, quote, dollar);
    for (std::size_t i = 0; i < of_bridge.size(); ++i) {
      if (std::ranges::all_of(found, [](const auto& one) { return one.has_value(); }))
        break;
      const auto in_quote = median_changes(markets, bridges[i], quote);
      for (std::size_t w = 0; w < change_count; ++w)
        if (!found[w] && of_bridge[i][w] && in_quote[w] && factor(*in_quote[w]) > 0)
          found[w] = 100 * (factor(*of_bridge[i][w]) / factor(*in_quote[w]) - 1);
    }
  }
  return out;
}

asset_set steady_quotes(const markets_by_base& markets, const asset_set& quotes) {
  asset_set out{std::string{dollar}};
  for (const auto& quote : quotes) {
    const auto it = markets.find(quote);
    if (it == markets.end())
      continue;
    std::vector<weighted> widths;
    for (const auto& one : it->second)
      if (!one.stale && one.subject->quote == dollar && is_amount(one.high_usd_24h) &&
          is_amount(one.low_usd_24h))
        widths.push_back({*one.high_usd_24h / *one.low_usd_24h - 1, turnover_of(one)});
    if (const auto width = weighted_median(widths); width && *width <= steady_width)
      out.insert(quote);
  }
  return out;
}

asset_values summarize(std::span<const market_value> markets, const quote_changes& quotes,
                       const asset_set& steady, const asset* known) {
  asset_values out;
  if (known != nullptr && known->circulating_supply)
    out.circulating_supply = known->circulating_supply.value();
  if (known != nullptr && known->max_supply)
    out.max_supply = known->max_supply.value();
  count_markets(out, markets);
  std::vector<weighted> prices;
  for (const auto& one : markets)
    if (is_priced(one))
      prices.push_back({*one.price_usd, turnover_of(one)});
  const auto middle = weighted_median(prices);
  if (!middle)
    return out;
  std::vector<const market_value*> accepted;
  prices.clear();
  for (const auto& one : markets)
    if (is_priced(one) && std::abs(*one.price_usd - *middle) <= price_tolerance * *middle) {
      accepted.push_back(&one);
      prices.push_back({*one.price_usd, turnover_of(one)});
    }
  if (const auto mean = weighted_mean(prices))
    out.price_usd = shown_amount(*mean);
  find_sources(out, accepted);
  find_best_quotes(out, accepted);
  find_changes(out, accepted, quotes);
  find_day_range(out, accepted, steady);
  if (out.circulating_supply && out.price_usd)
    out.market_cap = shown_amount(*out.price_usd * *out.circulating_supply);
  return out;
}

bool outranks(const asset_view& a, const asset_view& b) noexcept {
  // Nothing compares less than any number.
  if (a.values->market_cap != b.values->market_cap)
    return a.values->market_cap > b.values->market_cap;
  if (a.values->volume_usd_24h != b.values->volume_usd_24h)
    return a.values->volume_usd_24h > b.values->volume_usd_24h;
  return a.symbol < b.symbol;
}

std::string name_key(const asset_view& one) {
  return one.known != nullptr ? one.known->name : std::string{one.symbol};
}

std::string slug_key(const asset_view& one) {
  return one.known != nullptr ? one.known->slug : lower_case(one.symbol);
}

void append_asset_row(std::string& out, const asset_view& one) {
  const auto& values = *one.values;
  const auto* const known = one.known;
  append_text(out, "{\"symbol\":", one.symbol);
  append_text(out, ",\"name\":", known != nullptr ? known->name : "");
  append_text(out, ",\"slug\":", known != nullptr ? known->slug : "");
  out += ",\"categories\":[";
  if (known != nullptr)
    for (const auto& group : known->categories) {
      if (out.back() != '[')
        out += ',';
      append_json_string(out, group.slug);
    }
  fmt::format_to(std::back_inserter(out), "],\"rank\":{}", values.rank);
  append_number(out, ",\"price_usd\":", values.price_usd);
  append_number(out, ",\"high_usd_24h\":", values.high_usd_24h);
  append_number(out, ",\"low_usd_24h\":", values.low_usd_24h);
  append_number(out, ",\"volume_usd_24h\":", values.volume_usd_24h);
  append_number(out, ",\"market_cap\":", values.market_cap);
  append_text(out,
              ",\"circulating_supply\":", known != nullptr ? known->circulating_supply.text() : "");
  append_text(out, ",\"max_supply\":", known != nullptr ? known->max_supply.text() : "");
  append_number(out, ",\"bid_usd\":", values.bid_usd);
  append_text(out, ",\"bid_market\":", values.bid_market);
  append_number(out, ",\"ask_usd\":", values.ask_usd);
  append_text(out, ",\"ask_market\":", values.ask_market);
  for (std::size_t w = 0; w < window_count; ++w)
    append_number(out, fmt::format(",\"change_{}_pct\":", windows[w].name), values.changes[w]);
  append_number(out, ",\"change_24h_pct\":", values.changes[window_count]);
  const auto time = [](std::int64_t ms) { return ms == 0 ? "null" : fmt::format("{}", ms); };
  fmt::format_to(std::back_inserter(out),
                 R"(,"markets":{},"exchanges":{},"change_basis":"{}","ts_ms":{},"received_ms":{},)"
                 R"("sources":[)",
                 values.markets, values.exchanges, to_string(change_basis::rolling_24h),
                 time(values.ts_ms), time(values.received_ms));
  for (const auto& one : values.sources) {
    if (out.back() != '[')
      out += ',';
    append_json_string(out, one);
  }
  fmt::format_to(std::back_inserter(out), R"(],"stale":{}}})", values.received_ms == 0);
}

const std::array<asset_sort_field, asset_sort_field_count> asset_sort_fields{{
    {"symbol", nullptr, "asset code; by bytes", true},
    {"rank", place<&asset_values::rank>, "place by market cap, then by volume"},
    {"price_usd", member<&asset_values::price_usd>, "price in US dollars"},
    {"volume_usd_24h", member<&asset_values::volume_usd_24h>, "turnover in US dollars"},
    {"market_cap", member<&asset_values::market_cap>, "price times circulating supply"},
    {"change_1m_pct", change_over<0>, "change of the dollar price within a minute, in percent"},
    {"change_5m_pct", change_over<1>, "within five minutes"},
    {"change_15m_pct", change_over<2>, "within a quarter of an hour"},
    {"change_1h_pct", change_over<3>, "within an hour"},
    {"change_24h_pct", change_over<window_count>, "within 24 hours"},
    {"markets", [](const asset_values& of) { return std::optional{double(of.markets)}; },
     "number of markets"},
    {"exchanges", [](const asset_values& of) { return std::optional{double(of.exchanges)}; },
     "number of exchanges"},
    {"name", place<&asset_values::name_place>, "name, else symbol; by bytes", true},
    {"slug", place<&asset_values::slug_place>, "slug, else symbol in small letters; by bytes",
     true},
    {"circulating_supply", member<&asset_values::circulating_supply>, "units in circulation"},
    {"max_supply", member<&asset_values::max_supply>, "units that there can ever be"},
}};

const std::array<std::size_t, change_count> asset_change_fields{5, 6, 7, 8, 9};

std::optional<std::size_t> find_asset_sort_field(std::string_view name) noexcept {
  const auto it = std::ranges::find(asset_sort_fields, name, &asset_sort_field::name);
  if (it == asset_sort_fields.end())
    return std::nullopt;
  return static_cast<std::size_t>(it - asset_sort_fields.begin());
}

} // namespace tickboard
