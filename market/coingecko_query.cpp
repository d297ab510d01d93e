#include "market/coingecko_query.hpp"

#include <algorithm>
#include <set>

namespace tickboard::coingecko {

namespace {

std::size_t field_of(std::string_view name) {
  return *find_asset_sort_field(name);
}

constexpr std::string_view by_symbol = "symbol:";

using symbol_text = std::optional<std::string>;

/// The symbol in capital letters, unless the catalogue knows the asset by another name.
symbol_text unnamed(const asset_catalogue& known, std::string_view text) {
  std::string symbol{text};
  to_upper(symbol);
  return known.find(symbol) == nullptr ? symbol_text{std::move(symbol)} : std::nullopt;
}

symbol_text find_id(const asset_catalogue& known, const std::string& id) {
  if (id.starts_with(by_symbol))
    return unnamed(known, std::string_view{id}.substr(by_symbol.size()));
  const auto* const one = known.find_slug(id);
  return one != nullptr ? symbol_text{one->symbol} : unnamed(known, id);
}

} // namespace

const std::vector<coin_order>& orders() {
  static const std::vector<coin_order> all{
      {"market_cap_desc", field_of("rank"), false}, // then by volume
      {"market_cap_asc", field_of("market_cap"), false},
      {"volume_desc", field_of("volume_usd_24h"), true},
      {"volume_asc", field_of("volume_usd_24h"), false},
      {"id_asc", field_of("slug"), false},
      {"id_desc", field_of("slug"), true},
      {"gecko_desc", field_of("rank"), false}, // of earlier versions
      {"gecko_asc", field_of("market_cap"), false},
      // Those that CoinGecko lacks.
      {"price_desc", field_of("price_usd"), true},
      {"price_asc", field_of("price_usd"), false},
      {"price_change_percentage_1m_desc", field_of("change_1m_pct"), true},
      {"price_change_percentage_1m_asc", field_of("change_1m_pct"), false},
      {"price_change_percentage_5m_desc", field_of("change_5m_pct"), true},
      {"price_change_percentage_5m_asc", field_of("change_5m_pct"), false},
      {"price_change_percentage_15m_desc", field_of("change_15m_pct"), true},
      {"price_change_percentage_15m_asc", field_of("change_15m_pct"), false},
      {"price_change_percentage_1h_desc", field_of("change_1h_pct"), true},
      {"price_change_percentage_1h_asc", field_of("change_1h_pct"), false},
      {"price_change_percentage_24h_desc", field_of("change_24h_pct"), true},
      {"price_change_percentage_24h_asc", field_of("change_24h_pct"), false},
  };
  return all;
}

std::string coin_id(const asset_catalogue& known, std::string_view symbol) {
  if (const auto* const one = known.find(symbol))
    return one->slug;
  auto id = lower_case(symbol);
  return known.find_slug(id) == nullptr ? id : std::string{by_symbol} + id;
}

std::vector<std::pair<std::string, std::string>> resolve(const coin_choice& coins,
                                                         const asset_directory& directory) {
  const auto& known = *directory.catalogue;
  std::vector<std::pair<std::string, std::string>> out;
  std::set<std::string> seen;
  const auto add = [&](const std::string& name, symbol_text symbol) {
    if (out.size() < max_coins && symbol &&
        std::ranges::binary_search(directory.symbols, *symbol) && seen.insert(*symbol).second)
      out.emplace_back(name, std::move(*symbol));
  };
  const auto& [ids, names, symbols] = coins.lists;
  if (!ids.empty()) {
    for (const auto& id : ids) {
      const auto small = lower_case(id);
      add(small, find_id(known, small));
    }
  } else if (!names.empty()) {
    std::set<std::string> wanted;
    for (const auto& name : names)
      wanted.insert(lower_case(name));
    std::vector<std::pair<std::string, std::string>> named; // in small letters, symbol
    for (const auto& symbol : directory.symbols) {
      const auto* const one = known.find(symbol);
      auto name = lower_case(one != nullptr ? one->name : symbol);
      if (wanted.contains(name))
        named.emplace_back(std::move(name), symbol);
    }
    for (const auto& name : names)
      for (const auto& [small, symbol] : named)
        if (small == lower_case(name))
          add(name, symbol);
  } else {
    for (const auto& one : symbols) {
      auto symbol = one;
      to_upper(symbol);
      add(lower_case(one), symbol);
    }
  }
  return out;
}

std::optional<asset_query> rows_of(const markets_query& query, const asset_directory& directory) {
  asset_query out;
  const auto& order = orders()[query.order];
  out.sort = order.field;
  out.descending = order.descending;
  out.page = query.page;
  out.per_page = query.per_page;
  if (!query.category.empty()) {
    out.categories.wanted = {query.category};
  } else if (!query.coins.any()) {
    for (auto& [name, symbol] : resolve(query.coins, directory))
      out.symbols.wanted.push_back(symbol);
    if (out.symbols.wanted.empty())
      return std::nullopt;
    std::ranges::sort(out.symbols.wanted);
  }
  return out;
}

} // namespace tickboard::coingecko
