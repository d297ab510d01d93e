#include "market/view_table.hpp"

#include "market/asset.hpp"
#include "market/view_readers.hpp"
#include "market/word_filter.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace tickboard {

namespace {

namespace readers = view_readers;

/// Of market ids, for documentation.
constexpr const char* id_pattern = R"(^[^\s\x00-\x1f\x7f,|{}*"\\]+$)";

/// A list of texts, as `value_form` has it.
value_form texts(std::string pattern, std::size_t max_length, std::size_t max_items) {
  value_form out;
  out.is = value_form::kind::list;
  out.pattern = std::move(pattern);
  out.max_length = max_length;
  out.max_items = max_items;
  return out;
}

/// Codes between commas. A ! in front of the first excludes them all, and makes it longer.
value_form codes() {
  return texts(fmt::format("^!?{}{{1,{}}}$", code_pattern, max_asset_length), max_asset_length + 1,
               view_limits::max_list);
}

value_form row_member_list() {
  auto out = texts("", 0, row_members().size());
  for (const auto name : row_members())
    out.values.emplace_back(name);
  return out;
}

value_form view_sort_keys() {
  std::vector<std::string_view> names;
  for (const auto& field : sort_fields)
    names.push_back(field.name);
  return sort_keys(names);
}

value_form token() {
  value_form out;
  out.pattern = "^[A-Za-z0-9_-]*$";
  return out;
}

} // namespace

value_form market_id_form() {
  value_form out;
  out.pattern = id_pattern;
  out.max_length = max_id_length;
  return out;
}

const parameter_table<view_query>& view_table() {
  static const auto all = [] {
    constexpr std::string_view excluding = "; a ! in front of the list excludes them";
    parameter_table<view_query> out{
        {{"quote", codes(), fmt::format("Markets with any of these quote assets{}.", excluding),
          "USDT,USD"},
         readers::read_quotes},
        {{"exchange", codes(),
          fmt::format(
              "Markets of any of these exchanges, which must be followed (GET /v1/exchanges lists "
              "them){}. Letters may be of either case, as in quote, base, ids and around.",
              excluding),
          "kraken,binance"},
         readers::read_exchanges},
        {{"base", codes(), fmt::format("Markets with any of these base assets{}.", excluding),
          "BTC,ETH"},
         readers::read_bases},
        {{"category",
          texts("^!?[a-z0-9]+(-[a-z0-9]+)*$", asset_limits::category_bytes + 1,
                view_limits::max_list),
          fmt::format("Markets whose base asset is in any of these categories, by slug{}.",
                      excluding),
          "layer-1,meme"},
         readers::read_categories},
        {{"kind",
          texts(fmt::format("^!?({})$", fmt::join(readers::kinds, "|")), 0, view_limits::max_list),
          fmt::format("Markets of any of these kinds{}.", excluding), "spot"},
         readers::read_kinds},
        {{"ids", texts(id_pattern, max_id_length, view_limits::max_ids),
          "These markets, in this order unless a sort is given; unknown ones are told as missing.",
          "binance:BTC-USDT,kraken:BTC-USD"},
         readers::read_ids},
        {{"stale", true_or_false(), "Markets whose feed is down, or is not.", "false"},
         readers::read_stale},
        {{"max_age", whole_number(view_limits::max_age_ms),
          "Markets that were received within so many milliseconds.", "60000"},
         readers::read_max_age},
        {{"q", words_form(),
          "Markets with each of these words somewhere in their id, or, of three letters or more, "
          "in "
          "the name of their base asset. Letters A to Z may be small.",
          "bitcoin usd"},
         readers::read_words},
        {{"sort", view_sort_keys(),
          "The field to sort by; a leading - descends. Equal values are in the order of their ids, "
          "in the direction of the sort; markets without a value come last in either direction.",
          "-change_24h_pct", "-quote_volume_24h"},
         readers::read_sort},
        {{"page", whole_number(view_limits::max_page), "The page, by number.", "2", "1"},
         readers::read_page},
        {{"per_page", whole_number(view_limits::max_per_page), "Rows of a page.", "3", "50"},
         readers::read_per_page},
        {{"around", market_id_form(),
          "The page that holds this market, with its rank in the view; instead of a page.",
          "kraken:BTC-USD"},
         readers::read_around},
        {{"cursor", token(),
          "start, then page.next of each answer: the rows behind the last one, wherever ranks went "
          "meanwhile. With the same filters and sort; instead of a page.",
          "start"},
         readers::note_cursor},
        {{"snapshot", token(),
          "new, then page.snapshot of the answer: pages of one frozen ranking. With the same "
          "filters and sort, or without any.",
          "new"},
         readers::note_snapshot},
        {{"rows", one_of({"live", "frozen"}),
          "Whether rows of a snapshot are those of now or of when it was made. With a snapshot.",
          "", "live"},
         readers::read_rows},
        {{"format", one_of({"json", "csv", "ndjson"}),
          "How the page is written; else the Accept header says it.", "ndjson", "json"},
         readers::read_format},
        {{"fields", row_member_list(), "The members of rows that are wanted; each once.",
          "id,last,age_ms"},
         readers::read_members},
        {{"explain", true_or_false(), "Adds what the view cost. Of JSON only.", "true", "false"},
         readers::read_explain},
    };
    for (const auto& field : sort_fields)
      if (field.score != nullptr)
        for (const bool lowest : {true, false})
          out.push_back({{fmt::format("{}_{}", lowest ? "min" : "max", field.name), any_number(),
                          fmt::format("Markets with this {} or {}: {}.", field.name,
                                      lowest ? "more" : "less", field.meaning),
                          "1.5"},
                         readers::read_bound});
    return out;
  }();
  return all;
}

} // namespace tickboard
