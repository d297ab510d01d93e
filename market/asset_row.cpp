#include "market/asset_row.hpp"

#include "market/decimal.hpp"
#include "market/price_history.hpp"
#include "market/valuation.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <rapidjson/document.h>

#include <cmath>

namespace tickboard {

namespace {

using json_value = rapidjson::Value;

/// Null for what is not there.
const json_value* find_member(const json_value& row, const char* name) {
  const auto it = row.FindMember(name);
  return it == row.MemberEnd() ? nullptr : &it->value;
}

std::string text_at(const json_value& row, const char* name) {
  const auto* const value = find_member(row, name);
  return value != nullptr && value->IsString()
             ? std::string{value->GetString(), value->GetStringLength()}
             : std::string{};
}

std::optional<double> number_at(const json_value& row, const char* name) {
  const auto* const value = find_member(row, name);
  return value != nullptr && value->IsNumber() ? std::optional{value->GetDouble()} : std::nullopt;
}

std::optional<double> decimal_at(const json_value& row, const char* name) {
  const auto value = decimal::parse(text_at(row, name));
  return value && *value ? std::optional{value->value()} : std::nullopt;
}

std::int64_t integer_at(const json_value& row, const char* name) {
  const auto* const value = find_member(row, name);
  return value != nullptr && value->IsInt64() ? value->GetInt64() : 0;
}

asset_row read_row(const json_value& from) {
  static const auto change_names = [] {
    std::array<std::string, change_count> out;
    for (std::size_t w = 0; w < change_count; ++w)
      out[w] = fmt::format("change_{}_pct",
                           w < window_count ? windows[w].name : std::string_view{"24h"});
    return out;
  }();
  asset_row out;
  out.symbol = text_at(from, "symbol");
  out.name = text_at(from, "name");
  out.slug = text_at(from, "slug");
  if (const auto* const list = find_member(from, "categories"); list != nullptr && list->IsArray())
    for (const auto& one : list->GetArray())
      if (one.IsString())
        out.categories.emplace_back(one.GetString(), one.GetStringLength());
  out.rank = static_cast<std::uint32_t>(integer_at(from, "rank"));
  out.markets = static_cast<std::uint32_t>(integer_at(from, "markets"));
  out.price_usd = number_at(from, "price_usd");
  out.high_usd_24h = number_at(from, "high_usd_24h");
  out.low_usd_24h = number_at(from, "low_usd_24h");
  out.volume_usd_24h = number_at(from, "volume_usd_24h");
  out.market_cap = number_at(from, "market_cap");
  out.circulating_supply = decimal_at(from, "circulating_supply");
  out.max_supply = decimal_at(from, "max_supply");
  for (std::size_t w = 0; w < change_count; ++w)
    out.changes[w] = number_at(from, change_names[w].c_str());
  out.received_ms = integer_at(from, "received_ms");
  return out;
}

std::optional<double> shown(double value) {
  return std::isfinite(value) ? std::optional{shown_usd(value)} : std::nullopt;
}

} // namespace

result<std::vector<asset_row>> read_asset_rows(std::string_view page) {
  rapidjson::Document json;
  json.Parse<rapidjson::kParseIterativeFlag>(page.data(), page.size());
  const auto* const rows =
      json.HasParseError() || !json.IsObject() ? nullptr : find_member(json, "data");
  if (rows == nullptr || !rows->IsArray())
    return unexpected(std::string{"a page of assets has no list of rows"});
  std::vector<asset_row> out;
  out.reserve(rows->Size());
  for (const auto& row : rows->GetArray()) {
    if (!row.IsObject() || text_at(row, "symbol").empty())
      return unexpected(fmt::format("row {} of a page of assets has no symbol", out.size() + 1));
    out.push_back(read_row(row));
  }
  return out;
}

asset_quote in_currency(const asset_row& row, const currency& to) {
  const bool of_itself = row.symbol == to.code;
  const double rate = of_itself && row.price_usd ? *row.price_usd : to.usd;
  const auto converted = [&](const std::optional<double>& usd) {
    return usd ? shown(*usd / rate) : std::nullopt;
  };
  asset_quote out;
  out.price = converted(row.price_usd);
  if (to.steady) {
    out.high_24h = converted(row.high_usd_24h);
    out.low_24h = converted(row.low_usd_24h);
  }
  out.volume_24h = converted(row.volume_usd_24h);
  out.market_cap = converted(row.market_cap);
  if (row.price_usd && row.max_supply)
    out.fully_diluted = converted(*row.price_usd * *row.max_supply);
  for (std::size_t w = 0; w < change_count; ++w) {
    const auto &own = row.changes[w], &base = to.changes[w];
    if (of_itself)
      out.changes[w] = own ? std::optional{0.0} : std::nullopt;
    else if (own && base && *base > -100)
      out.changes[w] = std::round(1e6 * ((100 + *own) / (100 + *base) - 1)) / 1e4 + 0.0; // no -0
  }
  if (const auto& change = out.changes[window_count]; out.price && change && *change > -100)
    out.price_change_24h = shown(*out.price - *out.price / (1 + *change / 100));
  return out;
}

std::string utc_text(std::int64_t unix_ms) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z",
                     fmt::gmtime(static_cast<std::time_t>(unix_ms / 1000)), unix_ms % 1000);
}

} // namespace tickboard
