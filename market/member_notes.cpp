#include "market/member_notes.hpp"

#include "market/asset_board.hpp"
#include "market/fields.hpp"
#include "market/json_parts.hpp"
#include "market/ticker.hpp"
#include "market/view_shape.hpp"

namespace tickboard {

namespace {

using is = member_note::kind;

constexpr std::string_view every_digit = R"(^-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?$)";

constexpr std::string_view of_categories = "the mean by turnover of what assets changed";
constexpr std::string_view age_meaning =
    "milliseconds from received_ms to the answer, by our clock; of frozen rows too";
constexpr std::string_view stale_asset = "whether every market of it is stale";

std::vector<std::string_view> bases() {
  return {to_string(change_basis::rolling_24h), to_string(change_basis::utc_day),
          to_string(change_basis::kst_day)};
}

/// What rows of totals end with.
std::vector<member_note> totals() {
  return {
      {"market_cap", is::number, true, "of the assets whose supply is known, in US dollars"},
      {"market_cap_assets", is::count, false, "of how many assets market_cap is"},
      {"volume_usd_24h", is::number, true, "turnover in US dollars"},
      {"change_24h_pct", is::number, true, of_categories},
      {"change_basis", is::text, false, "what 24 hours are", {bases().front()}},
      {"received_ms", is::time_ms, true, "our time of the newest update of any of their markets"},
      {age_member, is::count, true, age_meaning},
      {"stale", is::flag, false, stale_asset},
  };
}

/// Meanings that the sort table has come from there.
template <class Fields>
std::vector<member_note> with_meanings(std::vector<member_note> notes, const Fields& fields) {
  for (auto& note : notes)
    for (const auto& field : fields)
      if (note.meaning.empty() && field.name == note.name)
        note.meaning = field.meaning;
  return notes;
}

} // namespace

std::vector<member_note> market_row_notes() {
  return with_meanings(
      {
          {"id", is::text, false, "exchange:BASE-QUOTE"},
          {"exchange", is::text, false, "the followed exchange, as the configuration names it"},
          {"base", is::text, false, "what is traded"},
          {"quote", is::text, false, "what it is paid with"},
          {"kind", is::text, false, "what kind of market it is", {to_string(market_kind::spot)}},
          {"last", is::decimal, true, ""},
          {"bid", is::decimal, true, ""},
          {"ask", is::decimal, true, ""},
          {"bid_size", is::decimal, true, ""},
          {"ask_size", is::decimal, true, ""},
          {"open_24h", is::decimal, true, ""},
          {"high_24h", is::decimal, true, ""},
          {"low_24h", is::decimal, true, ""},
          {"volume_24h", is::decimal, true, ""},
          {"quote_volume_24h", is::decimal, true, ""},
          {"change_24h_pct", is::number, true, ""},
          {"spread_bps", is::number, true, ""},
          {"change_basis", is::text, false, "what 24 hours are: the last ones, or the day so far",
           bases()},
          {"ts_ms", is::time_ms, true, ""},
          {"received_ms", is::time_ms, false, ""},
          {age_member, is::count, false, age_meaning},
          {"source", is::text, true,
           "which connection told it: the exchange, and the connection's number in /v1/exchanges"},
          {"price_usd", is::number, true, ""},
          {"volume_usd_24h", is::number, true, ""},
          {"market_cap", is::number, true, ""},
          {"change_1m_pct", is::number, true, ""},
          {"change_5m_pct", is::number, true, ""},
          {"change_15m_pct", is::number, true, ""},
          {"change_1h_pct", is::number, true, ""},
          {"stale", is::flag, false, "whether the connection is down, so that it may have changed"},
      },
      sort_fields);
}

std::vector<member_note> asset_row_notes() {
  return with_meanings(
      {
          {"symbol", is::text, false, ""},
          {"name", is::text, true, "as the metadata has it"},
          {"slug", is::text, true, "the name, for URLs"},
          {"categories", is::texts, false, "slugs of its categories"},
          {"rank", is::count, false, ""},
          {"price_usd", is::number, true,
           "mean price by turnover of the fresh markets that agree, in US dollars"},
          {"high_usd_24h", is::number, true,
           "mean high of these markets, in US dollars; of those whose quote stood still"},
          {"low_usd_24h", is::number, true, "the same of their lows"},
          {"volume_usd_24h", is::number, true, ""},
          {"market_cap", is::number, true, ""},
          {"circulating_supply", is::decimal, true, "units in circulation, as the metadata has it"},
          {"max_supply", is::decimal, true, "units that there can ever be, as the metadata has it"},
          {"bid_usd", is::number, true, "the highest bid of any market that agrees"},
          {"bid_market", is::text, true, "the id of the market with that bid"},
          {"ask_usd", is::number, true, "the lowest ask of any market that agrees"},
          {"ask_market", is::text, true, "the id of the market with that ask"},
          {"change_1m_pct", is::number, true, ""},
          {"change_5m_pct", is::number, true, ""},
          {"change_15m_pct", is::number, true, ""},
          {"change_1h_pct", is::number, true, ""},
          {"change_24h_pct", is::number, true, ""},
          {"markets", is::count, false, ""},
          {"exchanges", is::count, false, ""},
          {"change_basis", is::text, false, "what 24 hours are", {bases().front()}},
          {"ts_ms", is::time_ms, true, "the newest exchange time of any fresh market"},
          {"received_ms", is::time_ms, true, "our time of the newest update of any fresh market"},
          {age_member, is::count, true, age_meaning},
          {"sources", is::texts, false, "the exchanges whose markets the price is of"},
          {"stale", is::flag, false, stale_asset},
      },
      asset_sort_fields);
}

std::vector<member_note> category_row_notes() {
  std::vector<member_note> out{
      {"slug", is::text, false, "the name, for URLs"},
      {"name", is::text, false, "as the metadata has it"},
      {"assets", is::count, false, "number of assets"},
  };
  for (auto& note : totals())
    out.push_back(std::move(note));
  return out;
}

std::vector<member_note> global_row_notes() {
  std::vector<member_note> out{
      {"assets", is::count, false, "number of assets"},
      {"markets", is::count, false, "number of markets"},
      {"exchanges", is::count, false, "number of exchanges"},
      {"btc_dominance_pct", is::number, true, "share of BTC in market_cap"},
      {"eth_dominance_pct", is::number, true, "share of ETH in market_cap"},
  };
  for (auto& note : totals())
    out.push_back(std::move(note));
  return out;
}

std::string json_schema(const member_note& note) {
  const auto type = [&](std::string_view name) {
    return note.nullable ? json::array({json::text(name), json::text("null")}) : json::text(name);
  };
  const auto schema = [&](std::string_view name, std::vector<json::member> more) {
    more.insert(more.begin(), {"type", type(name)});
    more.emplace_back("description", json::text(note.meaning));
    return json::object(more);
  };
  switch (note.is) {
  case is::decimal:
    return schema("string", {{"pattern", json::text(every_digit)}});
  case is::number:
    return schema("number", {});
  case is::count:
    return schema("integer", {{"minimum", "0"}});
  case is::time_ms:
    return schema("integer", {{"minimum", "1"}, {"format", json::text("int64")}});
  case is::flag:
    return schema("boolean", {});
  case is::texts:
    return schema("array", {{"items", json::object({{"type", json::text("string")}})}});
  case is::text:
    break;
  }
  return schema(
      "string",
      {{"enum", note.values.empty() ? "" : json::texts({note.values.begin(), note.values.end()})}});
}

} // namespace tickboard
