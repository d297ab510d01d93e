#include "actors/contract.hpp"
#include "actors/contract_parts.hpp"
#include "market/asset_query.hpp"
#include "market/candle.hpp"
#include "market/json_parts.hpp"
#include "market/member_notes.hpp"
#include "market/search.hpp"

#include <fmt/format.h>

namespace tickboard {

namespace {

using contract::array_of, contract::object_schema, contract::properties_of, contract::property,
    contract::reference;

std::string row_schema(std::string_view description, const std::vector<member_note>& notes) {
  return object_schema(description, properties_of(notes));
}

/// What `fields` leaves of a market's row.
std::string part_schema() {
  std::vector<json::member> properties;
  for (const auto& note : market_row_notes())
    properties.emplace_back(note.name,
                            reference(fmt::format("MarketRow/properties/{}", note.name)));
  return object_schema("A row of which `fields` left these members.", {}, properties);
}

using is = member_note::kind;

json::member as_of() {
  return property({"as_of_ms", is::time_ms, false, "the answer's own time"});
}

/// Of every answer that Redis gives.
json::member stale_since() {
  return property({"stale_since_ms", is::time_ms, false,
                   "only while Redis cannot answer: this is its last good answer, of this time"});
}

std::vector<json::member> page_schemas() {
  const auto size = property({"size", is::count, false, "rows of a page"});
  const auto rank =
      property({"rank", is::count, false, "place in the view of the market asked for, from 1"});
  const auto snapshot = property({"snapshot", is::text, false, "token of the frozen ranking"});
  const auto ranked = property({"ranked_ms", is::time_ms, false, "when the ranking was frozen"});
  return {
      {"NumberedPage",
       object_schema("Where the page is in its view.",
                     {property({"number", is::count, false, "of the page, from 1"}), size,
                      property({"total", is::count, false, "rows of all pages"}),
                      property({"pages", is::count, false, "number of pages"})},
                     {rank, snapshot, ranked})},
      {"CursorPage",
       object_schema("How to go on behind the page.",
                     {size, property({"next", is::text, true,
                                      "the cursor of the next page; null: there is none"})})},
      {"Explanation",
       object_schema("What the view cost.",
                     {property({"index", is::text, false, "what was walked along"}),
                      property({"partitions", is::texts, false, "what was looked at"}),
                      property({"pruned", is::count, false, "partitions that were not"}),
                      property({"scanned", is::count, false, "entries that were looked at"}),
                      property({"calls", is::count, false, "questions to Redis"}),
                      property({"us", is::count, false, "microseconds"})})},
      {"MarketPage",
       object_schema(
           "A page of markets.",
           {{"data", json::object(
                         {{"type", json::text("array")},
                          {"items",
                           json::object({{"anyOf", json::array({reference("MarketRow"),
                                                                reference("MarketRowPart")})}})}})},
            {"page", json::object({{"anyOf", json::array({reference("NumberedPage"),
                                                          reference("CursorPage")})}})},
            as_of()},
           {{"missing",
             json::object({{"type", json::text("array")},
                           {"items", json::object({{"type", json::text("string")}})},
                           {"description", json::text("of `ids`, those that are not followed")}})},
            {"explain", reference("Explanation")},
            stale_since()})},
      {"AssetPage",
       object_schema("A page of assets.",
                     {{"data", array_of("AssetRow")}, {"page", reference("NumberedPage")}, as_of()},
                     {stale_since()})},
  };
}

std::vector<json::member> candle_schemas() {
  std::vector<std::string_view> intervals;
  for (const auto& one : candle_intervals)
    intervals.push_back(one.name);
  return {
      {"Candle",
       object_schema(
           "What the last price was within a span of time, in the exchange's digits.",
           {property({"start_ms", is::time_ms, false, "where the span begins"}),
            property({"open", is::decimal, false, "the first price"}),
            property({"high", is::decimal, false, "the highest"}),
            property({"low", is::decimal, false, "the lowest"}),
            property({"close", is::decimal, false, "the last"}),
            property({"closed", is::flag, false, "no price can become part of it any more"})})},
      {"Candles",
       object_schema(
           "Candles, oldest first.",
           {{"data", array_of("Candle")},
            {"meta",
             object_schema("What they are of.",
                           {property({"id", is::text, false, "the market's id"}),
                            property({"interval", is::text, false, "their length", intervals}),
                            property({"interval_ms", is::count, false, "the same in milliseconds"}),
                            property({"kept_from_ms", is::time_ms, false,
                                      "where the first one begins that may be kept still"})})},
            as_of()},
           {stale_since()})},
  };
}

std::vector<json::member> quote_schemas() {
  return {
      {"Quote",
       object_schema("A quote asset.",
                     {property({"quote", is::text, false, "its code"}),
                      property({"markets", is::count, false, "followed markets with it"}),
                      property({"exchanges", is::texts, false, "that have some"}),
                      property({"has_partition", is::flag, false,
                                "whether views of it alone have an index of their own"})})},
      {"Quotes", object_schema("Every quote asset.", {{"data", array_of("Quote")}, as_of()},
                               {stale_since()})},
  };
}

std::vector<json::member> search_schemas() {
  std::vector<std::string_view> classes;
  for (const auto one :
       {match_class::exact, match_class::prefix, match_class::word, match_class::typo})
    classes.push_back(to_string(one));
  const member_note match{"match", is::text, false, "how it matches", classes};
  const auto kind = [](std::string_view of) {
    return property({"kind", is::text, false, "what was found", {of}});
  };
  const auto row_or_null = [](std::string_view row) {
    return json::object({{"anyOf", json::array({reference(row), R"({"type":"null"})"})}});
  };
  return {
      {"AssetHit",
       object_schema("An asset that was found.",
                     {kind("asset"), property(match), {"asset", row_or_null("AssetRow")}},
                     {property({"symbol", is::text, false, "the code of an asset without a row"}),
                      property({"name", is::text, true, "its name, if it is known"}),
                      property({"slug", is::text, true, "the name, for URLs"})})},
      {"MarketHit",
       object_schema("A market that was found.",
                     {kind("market"), property(match), {"market", row_or_null("MarketRow")}},
                     {property({"id", is::text, false, "the id of a market without a row"})})},
      {"SearchResult",
       object_schema(
           "What was found, best first.",
           {{"data",
             json::object(
                 {{"type", json::text("array")},
                  {"items", json::object({{"anyOf", json::array({reference("AssetHit"),
                                                                 reference("MarketHit")})}})}})},
            as_of()},
           {stale_since()})},
  };
}

std::vector<json::member> operation_schemas() {
  return {
      {"Connection",
       object_schema(
           "A connection to an exchange.",
           {property({"connection", is::count, false, "its number, from 1"}),
            property({"state",
                      is::text,
                      false,
                      "what it is doing",
                      {"connecting", "subscribing", "live", "waiting", "alarm"}}),
            property({"waits_for", is::text, true, "why the exchange is not to be asked yet"}),
            property({"uptime_ms", is::count, true, "since it is live"}),
            property({"restarts", is::count, false, "how often it ended"}),
            property({"alarm", is::flag, false, "whether it keeps failing"}),
            property({"last_frame_age_ms", is::count, true, "since anything was received"}),
            property({"markets", is::count, false, "markets that it follows"}),
            property({"rejected", is::count, false, "subscriptions that were refused"}),
            property({"frames_per_second", is::number, false, "lately"}),
            property({"frames", is::count, false, "received"}),
            property({"patches", is::count, false, "updates in them"}),
            property({"malformed", is::count, false, "frames that were not understood"}),
            property({"quarantined", is::count, false, "frames put aside: their decoder fails"}),
            property({"mute", is::count, false, "markets that trade and of which nothing comes"}),
            property({"mute_markets", is::texts, false, "ids of the first of them"}),
            property({"last_error", is::text, true, "why it ended last"}),
            property({"last_error_age_ms", is::count, true, "since then"})})},
      {"Exchange",
       object_schema("A followed exchange.",
                     {property({"exchange", is::text, false, "as rows call it"}),
                      property({"protocol", is::text, false, "how it is spoken to"}),
                      property({"state",
                                is::text,
                                false,
                                "what its feed is doing; empty: not known yet",
                                {"", "discovering", "following", "failed"}}),
                      property({"problem", is::text, true, "why it failed"}),
                      property({"markets", is::count, false, "markets that are followed"}),
                      property({"unmatched", is::count, false,
                                "symbols of the config that match nothing that is listed"}),
                      property({"unmatched_symbols", is::texts, false,
                                "the first of them; those of exclude with a leading !"}),
                      {"connections", array_of("Connection")}})},
      {"Exchanges",
       object_schema("Every followed exchange.", {{"data", array_of("Exchange")}, as_of()})},
      {"Health",
       object_schema(
           "How the process does.",
           {property({"status", is::text, false, "that it lives", {"ok"}}),
            {"metadata",
             object_schema(
                 "How what is known of assets does.",
                 {property({"state",
                            is::text,
                            false,
                            "degraded: the last known is served; failed: nothing is known",
                            {"ok", "degraded", "failed"}}),
                  property({"source", is::text, true, "where it comes from"}),
                  property({"assets", is::count, false, "how many are known"}),
                  property({"age_ms", is::count, true, "since the source last told"}),
                  property({"problem", is::text, true, "what is wrong"})})},
            {"config",
             object_schema(
                 "Whether what runs is what its file says, as of the last reload.",
                 {property({"state",
                            is::text,
                            false,
                            "waiting: some keys take effect at the next start; refused: the file "
                            "is wrong, what ran before goes on",
                            {"ok", "waiting", "refused"}}),
                  property({"problem", is::text, true, "which keys, or what is wrong"})})}})},
      {"Readiness",
       object_schema("Pages are served.",
                     {property({"status", is::text, false, "that they are", {"ready"}})})},
      {"Contract", object_schema("An OpenAPI 3.1 document.",
                                 {property({"openapi", is::text, false, "its version"})})},
      {"Problem",
       object_schema("What is wrong, as RFC 9457 has it.",
                     {property({"type", is::text, false, "about:blank: the status says it all"}),
                      property({"title", is::text, false, "in a word or two"}),
                      property({"status", is::count, false, "of the answer"}),
                      property({"detail", is::text, false, "a sentence for people"})},
                     {property({"parameter", is::text, false, "the parameter that was refused"}),
                      property({"allowed", is::text, false, "what it takes"})})},
  };
}

} // namespace

std::string contract_schemas() {
  std::vector<std::string_view> spans;
  for (std::size_t w = 0; w < change_count; ++w)
    spans.push_back(change_name(w));
  std::vector<json::member> out{
      {"MarketRow", object_schema("A market, and how old that is.",
                                  properties_of(market_row_notes()), {stale_since()})},
      {"MarketRowPart", part_schema()},
      {"AssetRow", row_schema("An asset over all its markets.", asset_row_notes())},
      {"Asset",
       object_schema("An asset and its markets.",
                     {{"data", reference("AssetRow")}, {"markets", array_of("MarketRow")}, as_of()},
                     {stale_since()})},
      {"Movers",
       object_schema("The assets that moved most, and what was asked.",
                     {{"data", array_of("AssetRow")},
                      property({"window", is::text, false, "over what time", spans}),
                      property({"direction", is::text, false, "which way", {"up", "down"}}),
                      property({"min_volume_usd", is::number, false, "the least turnover"}),
                      as_of()},
                     {stale_since()})},
      {"CategoryRow", row_schema("Totals of a category.", category_row_notes())},
      {"Categories",
       object_schema("Every category.", {{"data", array_of("CategoryRow")}, as_of()})},
      {"GlobalRow", row_schema("Totals of everything.", global_row_notes())},
      {"Global", object_schema("Totals.", {{"data", reference("GlobalRow")}, as_of()})},
  };
  for (auto part : {page_schemas(), candle_schemas(), quote_schemas(), search_schemas(),
                    familiar_schemas(), operation_schemas()})
    out.insert(out.end(), part.begin(), part.end());
  return json::object(out);
}

} // namespace tickboard
