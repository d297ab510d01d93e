#include "market/familiar_notes.hpp"

namespace tickboard {

namespace {

using is = member_note::kind;

constexpr std::string_view unknown = "null: nothing is known of it here";

member_note unknown_number(std::string_view name) {
  return {name, is::number, true, unknown};
}

member_note unknown_text(std::string_view name) {
  return {name, is::text, true, unknown};
}

} // namespace

namespace coingecko {

std::vector<member_note> coin_notes() {
  return {
      {"id", is::text, false, "the slug; of an asset that is in no catalogue, its symbol"},
      {"symbol", is::text, false, "its code, in small letters"},
      {"name", is::text, false, "its name, or its symbol"},
      unknown_text("image"),
      {"current_price", is::number, true, "in the currency"},
      {"market_cap", is::number, true, "price times circulating supply"},
      {"market_cap_rank", is::count, true, "place by market cap; null without one"},
      {"fully_diluted_valuation", is::number, true, "price times the supply that can ever be"},
      {"total_volume", is::number, true, "turnover of 24 hours"},
      {"high_24h", is::number, true, "of the day, as far as its currency was steady"},
      {"low_24h", is::number, true, "the same"},
      {"price_change_24h", is::number, true, "over 24 hours, in the currency"},
      {"price_change_percentage_24h", is::number, true, "the same, in percent"},
      unknown_number("market_cap_change_24h"),
      unknown_number("market_cap_change_percentage_24h"),
      {"circulating_supply", is::number, true, "as the metadata has it"},
      unknown_number("total_supply"),
      {"max_supply", is::number, true, "as the metadata has it"},
      unknown_number("ath"),
      unknown_number("ath_change_percentage"),
      unknown_text("ath_date"),
      unknown_number("atl"),
      unknown_number("atl_change_percentage"),
      unknown_text("atl_date"),
      unknown_text("roi"),
      {"last_updated", is::text, true, "the newest update of any fresh market, in UTC"},
  };
}

std::vector<member_note> listed_coin_notes() {
  return {{"id", is::text, false, "as coins/markets has it"},
          {"symbol", is::text, false, "its code, in small letters"},
          {"name", is::text, false, "its name, or its symbol"}};
}

} // namespace coingecko

namespace coinmarketcap {

std::vector<member_note> status_notes() {
  return {{"timestamp", is::text, false, "when it was answered, in UTC"},
          {"error_code", is::count, false, "0, or the status"},
          {"error_message", is::text, true, "what is wrong"},
          {"elapsed", is::count, false, "milliseconds that it took"},
          {"credit_count", is::count, false, "0: it costs nothing"},
          {"notice", is::text, true, "what could not be done as asked"}};
}

std::vector<member_note> listing_notes() {
  return {{"id", is::count, true, unknown},
          {"name", is::text, false, "its name, or its symbol"},
          {"symbol", is::text, false, "its code"},
          {"slug", is::text, true, "the name, for URLs"},
          {"infinite_supply", is::flag, true, "false: there is a greatest supply"},
          unknown_number("self_reported_circulating_supply"),
          unknown_number("self_reported_market_cap"),
          unknown_number("tvl_ratio"),
          {"last_updated", is::text, true, "the newest update of any fresh market, in UTC"}};
}

std::vector<member_note> listing_aux_notes() {
  return {{"num_market_pairs", is::count, false, "number of markets"},
          {"cmc_rank", is::count, true, "place by market cap; null without one"},
          unknown_text("date_added"),
          {"tags", is::texts, false, "slugs of its categories"},
          unknown_text("platform"),
          {"max_supply", is::number, true, "as the metadata has it"},
          {"circulating_supply", is::number, true, "as the metadata has it"},
          unknown_number("total_supply"),
          {"is_market_cap_included_in_calc", is::count, false, "1 if it has a market cap"}};
}

std::vector<member_note> quote_notes() {
  return {{"price", is::number, true, "in the currency"},
          {"volume_24h", is::number, true, "turnover of 24 hours"},
          unknown_number("volume_change_24h"),
          {"percent_change_1h", is::number, true, "over an hour"},
          {"percent_change_24h", is::number, true, "over 24 hours"},
          unknown_number("percent_change_7d"),
          unknown_number("percent_change_30d"),
          unknown_number("percent_change_60d"),
          unknown_number("percent_change_90d"),
          {"market_cap", is::number, true, "price times circulating supply"},
          {"market_cap_dominance", is::number, true, "share in that of all, in percent"},
          {"fully_diluted_market_cap", is::number, true, "price times the supply that can ever be"},
          unknown_number("tvl"),
          {"last_updated", is::text, true, "as of the row"}};
}

std::vector<member_note> quote_aux_notes() {
  return {unknown_number("market_cap_by_total_supply"),
          {"volume_24h_reported", is::number, true, "the same as volume_24h"},
          unknown_number("volume_7d"),
          unknown_number("volume_7d_reported"),
          unknown_number("volume_30d"),
          unknown_number("volume_30d_reported")};
}

} // namespace coinmarketcap

} // namespace tickboard
