#include "market/coingecko_rows.hpp"

#include "market/json_text.hpp"
#include "market/query_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace tickboard::coingecko {

namespace {

constexpr std::size_t day = window_count; ///< in a `change_set`
constexpr std::size_t hour = window_count - 1;

std::optional<double> with_decimals(const std::optional<double>& value,
                                    const std::optional<int>& decimals) {
  if (!value || !decimals)
    return value;
  const auto text = fmt::format("{:.{}f}", *value, *decimals);
  double out = 0;
  std::from_chars(text.data(), text.data() + text.size(), out);
  return out + 0.0; // no -0
}

void add_text(std::string& out, std::string_view name, std::string_view value) {
  fmt::format_to(std::back_inserter(out), "{}\"{}\":", out.ends_with('{') ? "" : ",", name);
  append_json_string(out, value);
}

void add_number(std::string& out, std::string_view name, const std::optional<double>& value) {
  fmt::format_to(std::back_inserter(out), "{}\"{}\":", out.ends_with('{') ? "" : ",", name);
  append_json_number(out, value);
}

void add_nulls(std::string& out, std::initializer_list<std::string_view> names) {
  for (const auto name : names)
    fmt::format_to(std::back_inserter(out), ",\"{}\":null", name);
}

/// `items` in brackets of some kind, with commas between them.
template <class Items, class Append>
std::string in_brackets(char open, const Items& items, char close, Append append) {
  std::string out{open};
  for (const auto& one : items) {
    if (out.size() > 1)
      out += ',';
    append(out, one);
  }
  return out + close;
}

void append_coin(std::string& out, const asset_row& row, const markets_query& query,
                 const currency& to, const asset_directory& directory) {
  const auto quote = in_currency(row, to);
  const auto price = [&](const std::optional<double>& value) {
    return with_decimals(value, query.precision);
  };
  out += '{';
  add_text(out, "id", coin_id(*directory.catalogue, row.symbol));
  add_text(out, "symbol", lower_case(row.symbol));
  add_text(out, "name", row.name.empty() ? row.symbol : row.name);
  add_nulls(out, {"image"});
  add_number(out, "current_price", price(quote.price));
  add_number(out, "market_cap", quote.market_cap);
  add_number(out, "market_cap_rank",
             row.market_cap ? std::optional{static_cast<double>(row.rank)} : std::nullopt);
  add_number(out, "fully_diluted_valuation", quote.fully_diluted);
  add_number(out, "total_volume", quote.volume_24h);
  add_number(out, "high_24h", price(quote.high_24h));
  add_number(out, "low_24h", price(quote.low_24h));
  add_number(out, "price_change_24h", price(quote.price_change_24h));
  add_number(out, "price_change_percentage_24h", quote.changes[day]);
  add_nulls(out, {"market_cap_change_24h", "market_cap_change_percentage_24h"});
  add_number(out, "circulating_supply", row.circulating_supply);
  add_nulls(out, {"total_supply"});
  add_number(out, "max_supply", row.max_supply);
  add_nulls(out, {"ath", "ath_change_percentage", "ath_date", "atl", "atl_change_percentage",
                  "atl_date", "roi"});
  if (row.received_ms != 0)
    add_text(out, "last_updated", utc_text(row.received_ms));
  else
    add_nulls(out, {"last_updated"});
  if (query.sparkline)
    out += R"(,"sparkline_in_7d":{"price":[]})";
  for (const auto& span : query.price_changes)
    add_number(out, fmt::format("price_change_percentage_{}_in_currency", span),
               span == "24h"  ? quote.changes[day]
               : span == "1h" ? quote.changes[hour]
                              : std::nullopt);
  out += '}';
}

} // namespace

std::string markets_body(std::span<const asset_row> rows, const markets_query& query,
                         const currency& to, const asset_directory& directory) {
  return in_brackets('[', rows, ']', [&](std::string& out, const asset_row& row) {
    append_coin(out, row, query, to, directory);
  });
}

std::string price_body(std::span<const asset_row> rows,
                       std::span<const std::pair<std::string, std::string>> named,
                       const price_query& query, std::span<const currency* const> to) {
  std::vector<std::pair<std::string_view, const asset_row*>> found;
  for (const auto& [name, symbol] : named) {
    const auto row = std::ranges::find(rows, symbol, &asset_row::symbol);
    if (row == rows.end())
      continue;
    const auto same = std::ranges::find(found, std::string_view{name},
                                        &std::pair<std::string_view, const asset_row*>::first);
    if (same == found.end())
      found.emplace_back(name, &*row);
    else if (row->rank < same->second->rank) // several assets of one name
      same->second = &*row;
  }
  return in_brackets('{', found, '}', [&](std::string& out, const auto& coin) {
    append_json_string(out, coin.first);
    out += ":{";
    for (const auto* one : to) {
      const auto quote = in_currency(*coin.second, *one);
      const auto code = lower_case(one->code);
      add_number(out, code, with_decimals(quote.price, query.precision));
      if (query.market_cap)
        add_number(out, code + "_market_cap", quote.market_cap);
      if (query.volume)
        add_number(out, code + "_24h_vol", quote.volume_24h);
      if (query.change)
        add_number(out, code + "_24h_change", quote.changes[day]);
    }
    if (query.last_updated)
      add_number(out, "last_updated_at",
                 coin.second->received_ms != 0
                     ? std::optional{static_cast<double>(coin.second->received_ms / 1000)}
                     : std::nullopt);
    out += '}';
  });
}

std::string list_body(const list_query& query, const asset_directory& directory) {
  const auto& known = *directory.catalogue;
  std::vector<std::pair<std::string, std::string_view>> coins; // id, symbol
  if (query.active)
    for (const auto& symbol : directory.symbols)
      coins.emplace_back(coin_id(known, symbol), symbol);
  std::ranges::sort(coins);
  return in_brackets('[', coins, ']', [&](std::string& out, const auto& coin) {
    const auto* const one = known.find(coin.second);
    out += '{';
    add_text(out, "id", coin.first);
    add_text(out, "symbol", lower_case(coin.second));
    add_text(out, "name", one != nullptr ? std::string_view{one->name} : coin.second);
    out += query.include_platform ? ",\"platforms\":{}}" : "}";
  });
}

std::string currencies_body(const asset_directory& directory) {
  return in_brackets('[', directory.currencies, ']', [](std::string& out, const currency& one) {
    append_json_string(out, lower_case(one.code));
  });
}

std::string ping_body() {
  return R"({"gecko_says":"(V3) To the Moon!"})";
}

std::string error_body(std::string_view text) {
  return fmt::format(R"({{"error":{}}})", json_string(text));
}

} // namespace tickboard::coingecko
