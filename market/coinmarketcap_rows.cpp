#include "market/coinmarketcap_rows.hpp"

#include "market/json_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

namespace tickboard::coinmarketcap {

namespace {

constexpr std::size_t day_change = window_count; ///< in a `change_set`
constexpr std::size_t hour_change = window_count - 1;

std::string time_or_null(std::int64_t ms) {
  return ms != 0 ? json_string(utc_text(ms)) : "null";
}

std::optional<double> dominance_of(const asset_row& row, const asset_directory& directory) {
  if (!row.market_cap || !directory.market_cap || *directory.market_cap <= 0)
    return std::nullopt;
  return std::round(*row.market_cap / *directory.market_cap * 1e6) / 1e4;
}

/// The value of an optional field of a row, as JSON; the fields that are not named here are null.
std::string aux_of_row(std::string_view name, const asset_row& row) {
  if (name == "num_market_pairs")
    return fmt::format("{}", row.markets);
  if (name == "cmc_rank")
    return row.market_cap ? fmt::format("{}", row.rank) : "null";
  if (name == "max_supply")
    return json_number(row.max_supply);
  if (name == "circulating_supply")
    return json_number(row.circulating_supply);
  if (name == "is_market_cap_included_in_calc")
    return row.market_cap ? "1" : "0";
  if (name == "tags") {
    std::string out = "[";
    for (const auto& tag : row.categories)
      out += (out.size() > 1 ? "," : "") + json_string(tag);
    return out + "]";
  }
  return "null";
}

bool is_of_quote(std::string_view aux) {
  return aux.starts_with("volume_") || aux == "market_cap_by_total_supply";
}

void append_quote(std::string& out, const asset_row& row, const currency& to,
                  const listings_query& query, const asset_directory& directory) {
  const auto quote = in_currency(row, to);
  const auto number = [](const std::optional<double>& value) { return json_number(value); };
  fmt::format_to(
      std::back_inserter(out),
      R"({{"price":{},"volume_24h":{},"volume_change_24h":null,"percent_change_1h":{},)"
      R"("percent_change_24h":{},"percent_change_7d":null,"percent_change_30d":null,)"
      R"("percent_change_60d":null,"percent_change_90d":null,"market_cap":{},)"
      R"("market_cap_dominance":{},"fully_diluted_market_cap":{},"tvl":null,"last_updated":{})",
      number(quote.price), number(quote.volume_24h), number(quote.changes[hour_change]),
      number(quote.changes[day_change]), number(quote.market_cap),
      number(dominance_of(row, directory)), number(quote.fully_diluted),
      time_or_null(row.received_ms));
  for (std::size_t i = 0; i < query.aux.size(); ++i)
    if (const auto name = aux_fields()[i].name; query.aux[i] && is_of_quote(name))
      fmt::format_to(std::back_inserter(out), R"(,"{}":{})", name,
                     name == "volume_24h_reported" ? number(quote.volume_24h) : "null");
  out += '}';
}

void append_listing(std::string& out, const asset_row& row, const listings_query& query,
                    std::span<const currency* const> to, const asset_directory& directory) {
  fmt::format_to(std::back_inserter(out), R"({{"id":null,"name":{},"symbol":{},"slug":{})",
                 json_string(row.name.empty() ? row.symbol : row.name), json_string(row.symbol),
                 row.slug.empty() ? "null" : json_string(row.slug));
  for (std::size_t i = 0; i < query.aux.size(); ++i)
    if (const auto name = aux_fields()[i].name; query.aux[i] && !is_of_quote(name))
      fmt::format_to(std::back_inserter(out), R"(,"{}":{})", name, aux_of_row(name, row));
  fmt::format_to(std::back_inserter(out),
                 R"(,"infinite_supply":{},"self_reported_circulating_supply":null,)"
                 R"("self_reported_market_cap":null,"tvl_ratio":null,"last_updated":{},"quote":{{)",
                 row.max_supply ? "false" : "null", time_or_null(row.received_ms));
  for (std::size_t i = 0; i < to.size(); ++i) {
    out += i > 0 ? "," : "";
    append_json_string(out, query.convert[i].first);
    out += ':';
    append_quote(out, row, *to[i], query, directory);
  }
  out += "}}";
}

std::string status_of(unsigned code, const std::optional<std::string>& message,
                      const answer_time& at, const std::optional<std::string>& notice) {
  const auto text = [](const std::optional<std::string>& one) {
    return one ? json_string(*one) : "null";
  };
  return fmt::format(R"("status":{{"timestamp":{},"error_code":{},"error_message":{},)"
                     R"("elapsed":{},"credit_count":0,"notice":{})",
                     json_string(utc_text(at.now_ms)), code, text(message), at.elapsed.count(),
                     text(notice));
}

} // namespace

std::string listings_body(std::span<const asset_row> rows, const listings_query& query,
                          std::span<const currency* const> to, const asset_directory& directory,
                          std::uint64_t total, const answer_time& at) {
  const auto& sort = sorts()[query.sort];
  std::optional<std::string> notice;
  if (sort.field.empty())
    notice = fmt::format("{} is not known here: sorted by market cap", sort.name);
  auto out = fmt::format(R"({{{},"total_count":{}}},"data":[)",
                         status_of(0, std::nullopt, at, notice), total);
  for (const auto& row : rows) {
    if (out.back() != '[')
      out += ',';
    append_listing(out, row, query, to, directory);
  }
  return out + "]}";
}

std::string error_body(unsigned code, std::string_view text, const answer_time& at) {
  return fmt::format("{{{}}}}}", status_of(code, std::string{text}, at, std::nullopt));
}

} // namespace tickboard::coinmarketcap
