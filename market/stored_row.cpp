#include "market/stored_row.hpp"

#include "market/decimal.hpp"
#include "market/json_text.hpp"
#include "market/ticker.hpp"

#include <fmt/format.h>
#include <rapidjson/document.h>

#include <limits>

namespace tickboard {

namespace {

constexpr double no_value = -std::numeric_limits<double>::infinity();

result<rapidjson::Document> parse_row(std::string_view row) {
  rapidjson::Document out;
  out.Parse<rapidjson::kParseIterativeFlag | rapidjson::kParseFullPrecisionFlag>(row.data(),
                                                                                 row.size());
  if (out.HasParseError() || !out.IsObject())
    return unexpected(std::string{"the row is not a JSON object"});
  return out;
}

const rapidjson::Value* find_in(const rapidjson::Value& row, std::string_view name) {
  const auto it =
      row.FindMember(rapidjson::Value{name.data(), static_cast<rapidjson::SizeType>(name.size())});
  return it == row.MemberEnd() ? nullptr : &it->value;
}

/// A text of the row; codes may hold bytes that JSON text cannot, so both are compared as such.
bool says(const rapidjson::Value& row, std::string_view name, std::string_view expected) {
  const auto* const value = find_in(row, name);
  return value != nullptr && value->IsString() &&
         json_string({value->GetString(), value->GetStringLength()}) == json_string(expected);
}

/// Decimal text or a number; -inf for null; nothing for anything else.
std::optional<double> ranked_value(const rapidjson::Value* value) {
  if (value == nullptr)
    return std::nullopt;
  if (value->IsNull())
    return no_value;
  if (value->IsNumber())
    return value->GetDouble();
  if (!value->IsString())
    return std::nullopt;
  const auto digits = decimal::parse({value->GetString(), value->GetStringLength()});
  return digits && *digits ? std::optional{digits->value()} : std::nullopt;
}

std::string bad_member(std::string_view name) {
  return fmt::format("the row's {} is not there, or is no value of it", name);
}

} // namespace

std::optional<market_name> split_market_id(std::string_view id) noexcept {
  const auto colon = id.find(':'), dash = id.rfind('-');
  if (colon == id.npos || dash == id.npos || dash < colon)
    return std::nullopt;
  const market_name out{id.substr(0, colon), id.substr(colon + 1, dash - colon - 1),
                        id.substr(dash + 1)};
  if (out.exchange.empty() || out.base.empty() || out.quote.empty())
    return std::nullopt;
  return out;
}

result<stored_row> read_stored_row(std::string_view id, std::string_view row) {
  const auto name = split_market_id(id);
  if (!name)
    return unexpected(std::string{"the id is not exchange:BASE-QUOTE"});
  const auto json = parse_row(row);
  if (!json)
    return unexpected(json.error());
  if (!says(*json, "id", id) || !says(*json, "exchange", name->exchange) ||
      !says(*json, "base", name->base) || !says(*json, "quote", name->quote))
    return unexpected(std::string{"the row is not of this market"});
  stored_row out;
  for (std::size_t i = id_field + 1; i < sort_field_count; ++i) {
    const auto& field = sort_fields[i];
    const auto* const value = find_in(*json, field.name);
    const auto score = ranked_value(value);
    // The exchange's digits are text, and all else is not.
    if (!score || (!value->IsNull() && value->IsString() != (field.digits != nullptr)))
      return unexpected(bad_member(field.name));
    out.scores[i] = *score;
  }
  const auto* const stale = find_in(*json, "stale");
  if (stale == nullptr || !stale->IsBool())
    return unexpected(bad_member("stale"));
  out.scores[stale_index] = stale->GetBool() ? 1 : 0;
  for (const auto& [member, into] :
       {std::pair{"ts_ms", &out.ts_ms}, std::pair{"received_ms", &out.received_ms}}) {
    const auto* const value = find_in(*json, member);
    if (value->IsInt64())
      *into = value->GetInt64();
    else if (!value->IsNull())
      return unexpected(bad_member(member));
    if (*into == 0)
      out.scores[*find_sort_field(member)] = no_value;
  }
  return out;
}

result<stored_asset> read_stored_asset(std::string_view symbol, std::string_view row) {
  const auto json = parse_row(row);
  if (!json)
    return unexpected(json.error());
  if (!says(*json, "symbol", symbol))
    return unexpected(std::string{"the row is not of this asset"});
  stored_asset out;
  for (std::size_t i = symbol_field + 1; i < asset_sort_field_count; ++i) {
    const auto& field = asset_sort_fields[i];
    if (field.is_text)
      continue;
    const auto score = ranked_value(find_in(*json, field.name));
    if (!score)
      return unexpected(bad_member(field.name));
    out.scores[i] = field.name == "rank" && *score == 0 ? no_value : *score; // not placed yet
  }
  const auto* const categories = find_in(*json, "categories");
  if (categories == nullptr || !categories->IsArray())
    return unexpected(bad_member("categories"));
  out.tags.assign(1, '|'); // GCC 12 warns of copying texts here
  for (const auto& one : categories->GetArray()) {
    if (!one.IsString())
      return unexpected(bad_member("categories"));
    out.tags.append(one.GetString(), one.GetStringLength());
    out.tags += '|';
  }
  return out;
}

} // namespace tickboard
