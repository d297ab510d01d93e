#include "actors/commands/page_table.hpp"

#include "market/csv.hpp"
#include "market/decimal.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <rapidjson/document.h>

#include <algorithm>
#include <span>

namespace tickboard::commands {

namespace {

using terminal::tone;

struct member_value {
  std::string name;
  std::string text;
  bool is_null = false;
  bool is_number = false;
};
using flat_row = std::vector<member_value>;

std::string_view text_in(const rapidjson::Value& value) {
  if (value.IsBool())
    return value.GetBool() ? "true" : "false";
  if (value.IsString()) // numbers are parsed as texts, too
    return {value.GetString(), value.GetStringLength()};
  return {};
}

/// Scalars one after the other, else how many there are.
std::string list_text(const rapidjson::Value& list) {
  std::string out;
  for (const auto& one : list.GetArray()) {
    if (one.IsObject() || one.IsArray())
      return fmt::format("({})", list.Size());
    out.append(out.empty() ? "" : " ").append(text_in(one));
  }
  return out;
}

void flatten(const rapidjson::Value& object, const std::string& prefix, flat_row& into) {
  for (const auto& [name, value] : object.GetObject()) {
    member_value one;
    one.name = prefix + std::string{name.GetString(), name.GetStringLength()};
    if (value.IsObject()) {
      flatten(value, one.name + '.', into);
      continue;
    }
    one.text = value.IsArray() ? list_text(value) : std::string{text_in(value)};
    one.is_null = value.IsNull() || (value.IsArray() && value.Empty());
    one.is_number = value.IsString() && decimal::parse(one.text).has_value();
    into.push_back(std::move(one));
  }
}

const member_value* find(const flat_row& row, std::string_view name) {
  const auto it = std::ranges::find(row, name, &member_value::name);
  return it == row.end() ? nullptr : &*it;
}

/// Rows that have member `of` are of a kind, whose most telling members these are.
struct row_kind {
  std::string_view of;
  std::vector<std::string_view> columns;
};

const std::vector<row_kind>& row_kinds() {
  static const std::vector<row_kind> all{
      {"match",
       {"kind", "match", "market.id", "asset.symbol", "asset.name", "market.last",
        "asset.price_usd"}},
      {"spread_bps",
       {"id", "last", "change_24h_pct", "volume_24h", "quote_volume_24h", "bid", "ask",
        "spread_bps", "market_cap", "age_ms", "stale"}},
      {"circulating_supply",
       {"rank", "symbol", "name", "price_usd", "change_24h_pct", "market_cap", "volume_usd_24h",
        "markets", "stale"}},
      {"current_price",
       {"market_cap_rank", "id", "symbol", "current_price", "price_change_percentage_24h",
        "market_cap", "total_volume"}},
  };
  return all;
}

/// Every member's name, in the order of the rows.
std::vector<std::string> names_in(std::span<const flat_row> rows) {
  std::vector<std::string> out;
  for (const auto& row : rows)
    for (const auto& one : row)
      if (std::ranges::find(out, one.name) == out.end())
        out.push_back(one.name);
  return out;
}

std::vector<std::string> usual_names(std::span<const flat_row> rows, const page_choice& choice) {
  auto all = names_in(rows);
  if (choice.every)
    return all;
  const auto is_there = [&](std::string_view name) {
    return std::ranges::find(all, name) != all.end();
  };
  const auto kind = std::ranges::find_if(row_kinds(), is_there, &row_kind::of);
  if (kind == row_kinds().end())
    return all;
  std::vector<std::string> out;
  for (const auto name : kind->columns)
    if (is_there(name))
      out.emplace_back(name);
  if (is_there(choice.sort) && std::ranges::find(out, choice.sort) == out.end())
    out.insert(out.begin() + 1, choice.sort);
  return out;
}

result<std::vector<std::string>> chosen_names(std::span<const flat_row> rows,
                                              const page_choice& choice) {
  if (choice.columns.empty())
    return usual_names(rows, choice);
  const auto all = names_in(rows);
  for (const auto& name : choice.columns)
    if (!rows.empty() && std::ranges::find(all, name) == all.end())
      return unexpected(
          fmt::format("--columns: \"{}\" is in no row; allowed: {}", name, fmt::join(all, ", ")));
  return choice.columns;
}

tone tone_of(const member_value& value, bool is_stale) {
  if (is_stale)
    return tone::faint;
  if (!value.is_number || value.name.find("change_") == std::string::npos ||
      value.text.find_first_of("123456789") == std::string::npos)
    return tone::plain;
  return value.text.starts_with('-') ? tone::bad : tone::good;
}

terminal::text_table across(std::span<const flat_row> rows, const std::vector<std::string>& names) {
  terminal::text_table out;
  for (const auto& name : names) {
    const auto is_number = [&](const flat_row& row) {
      const auto* const value = find(row, name);
      return value == nullptr || value->is_null || value->is_number;
    };
    out.columns.push_back({name, !rows.empty() && std::ranges::all_of(rows, is_number)});
  }
  for (const auto& row : rows) {
    const auto* const stale = find(row, "stale");
    auto& cells = out.rows.emplace_back();
    for (const auto& name : names) {
      const auto* const value = find(row, name);
      if (value == nullptr || value->is_null)
        cells.emplace_back();
      else
        cells.push_back({value->text, tone_of(*value, stale != nullptr && stale->text == "true")});
    }
  }
  return out;
}

terminal::text_table downwards(const flat_row& object, const std::vector<std::string>& names) {
  terminal::text_table out;
  out.columns = {{"member", false}, {"value", false}};
  for (const auto& name : names)
    if (const auto* const value = find(object, name))
      out.rows.push_back({{name, tone::plain}, {value->text, tone_of(*value, false)}});
  return out;
}

/// Of movers: within which time they moved.
std::string_view window_of(const rapidjson::Value& body) {
  if (!body.IsObject() || !body.HasMember("window"))
    return {};
  return text_in(body["window"]);
}

/// What the envelope says of the page.
std::string summary_of(const rapidjson::Value& body, std::size_t rows) {
  auto out = fmt::format("{} {}", rows, rows == 1 ? "row" : "rows");
  flat_row told;
  if (body.IsObject()) {
    const auto page = body.FindMember("page");
    if (page != body.MemberEnd() && page->value.IsObject())
      flatten(page->value, "", told);
    const auto stale = body.FindMember("stale_since_ms");
    if (stale != body.MemberEnd())
      out += fmt::format(", as they last were (stale_since_ms {})", text_in(stale->value));
  }
  const auto* const number = find(told, "number");
  const auto* const pages = find(told, "pages");
  const auto* const total = find(told, "total");
  if (number != nullptr && pages != nullptr && total != nullptr)
    out = fmt::format("{} of {}, page {} of {}", out, total->text, number->text, pages->text);
  const auto* const rank = find(told, "rank");
  if (rank != nullptr && !rank->is_null)
    out += fmt::format(", rank {}", rank->text);
  const auto* const snapshot = find(told, "snapshot");
  if (snapshot != nullptr && !snapshot->is_null)
    out += fmt::format(", snapshot={}", snapshot->text);
  const auto* const next = find(told, "next");
  if (next != nullptr && !next->is_null)
    out += fmt::format(", next: cursor={}", next->text);
  return out;
}

} // namespace

result<page_table> table_of(std::string_view body, const page_choice& choice) {
  rapidjson::Document told;
  told.Parse<rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag>(body.data(),
                                                                                     body.size());
  if (told.HasParseError() || (!told.IsObject() && !told.IsArray()))
    return unexpected<std::string>("the answer is no JSON object or array; --format json shows it");
  const rapidjson::Value* data = &told;
  if (told.IsObject() && told.HasMember("data"))
    data = &told["data"];
  if (!data->IsObject() && !data->IsArray())
    return unexpected<std::string>("the answer's data is no JSON object or array");

  std::vector<flat_row> rows;
  if (data->IsArray()) {
    for (const auto& one : data->GetArray()) {
      auto& row = rows.emplace_back();
      if (one.IsObject())
        flatten(one, "", row);
      else
        row.push_back({"value", std::string{text_in(one)}, one.IsNull(), false});
    }
  } else {
    flatten(*data, "", rows.emplace_back());
  }
  auto shown = choice;
  if (const auto window = window_of(told); !window.empty())
    shown.sort = fmt::format("change_{}_pct", window);
  shown.every = choice.every || !data->IsArray();
  const auto names = chosen_names(rows, shown);
  if (!names)
    return unexpected(names.error());
  page_table out;
  out.table =
      data->IsArray() || choice.every ? across(rows, *names) : downwards(rows.at(0), *names);
  out.summary = data->IsArray() ? summary_of(told, rows.size()) : std::string{};
  return out;
}

std::string csv_of(const terminal::text_table& table) {
  std::string out;
  const auto end_line = [&out] { out.back() = '\n'; };
  if (table.columns.empty())
    return out;
  for (const auto& column : table.columns) {
    append_csv_field(out, column.head);
    out += ',';
  }
  end_line();
  for (const auto& row : table.rows) {
    for (const auto& cell : row) {
      append_csv_field(out, cell.text);
      out += ',';
    }
    end_line();
  }
  return out;
}

} // namespace tickboard::commands
