#include "actors/contract.hpp"
#include "actors/contract_examples.hpp"
#include "actors/contract_parts.hpp"
#include "market/coingecko_query.hpp"
#include "market/coinmarketcap_query.hpp"
#include "market/familiar_notes.hpp"

/// The resources that answer in the words of other services, with their errors.
namespace tickboard {

namespace {

constexpr std::string_view familiar_tag = "familiar";

std::vector<std::string_view> familiar_headers() {
  return {"ETag", "Cache-Control", "Server-Timing", "Vary"};
}

resource_note as_coingecko(resource_note one, std::string schema, std::string (*example)()) {
  one.tag = familiar_tag;
  one.bodies = {{"application/json", std::move(schema), example}};
  one.headers = familiar_headers();
  one.problem_type = "application/json";
  one.problem_schema = "GeckoError";
  return one;
}

std::string number_map(std::string_view description) {
  return json::object({{"type", json::text("object")},
                       {"description", json::text(description)},
                       {"additionalProperties", R"({"type":["number","null"]})"}});
}

std::string coin_schema() {
  auto members = contract::properties_of(coingecko::coin_notes());
  members.emplace_back(
      "sparkline_in_7d",
      contract::object_schema("If it was asked for; its list is empty.",
                              {{"price", R"({"type":"array","items":{"type":"number"}})"}}));
  return json::object(
      {{"type", json::text("object")},
       {"description", json::text("A coin, as CoinGecko tells it.")},
       {"properties", json::object(members)},
       {"patternProperties",
        R"({"^price_change_percentage_[0-9]+[hdy]_in_currency$":{"type":["number","null"]}})"},
       {"required", contract::names_in(coingecko::coin_notes())}});
}

} // namespace

std::vector<resource_note> familiar_contract() {
  return {
      as_coingecko(
          {.path = "/api/v3/coins/markets",
           .operation = "getCoinsMarkets",
           .summary = "Assets as CoinGecko's coins with their markets",
           .description = "In one currency. `order` takes sorts that CoinGecko lacks, too.",
           .in_query = coingecko::markets_parameters(),
           .errors = {422, 503}},
          "GeckoCoins", examples::gecko_coins),
      as_coingecko({.path = "/api/v3/simple/price",
                    .operation = "getSimplePrice",
                    .summary = "Prices of some assets",
                    .description = "In any of the currencies; `ids`, `names` or `symbols` say of "
                                   "what. What is not known is left out.",
                    .in_query = coingecko::price_parameters(),
                    .errors = {422, 503},
                    .try_query = "vs_currencies=usd&ids=bitcoin"},
                   "GeckoPrices", examples::gecko_prices),
      as_coingecko({.path = "/api/v3/simple/supported_vs_currencies",
                    .operation = "getSupportedCurrencies",
                    .summary = "What prices can be told in",
                    .description = "The dollar, and what has a live rate to it.",
                    .in_query = coingecko::key_parameters(),
                    .errors = {503}},
                   "GeckoCurrencies", examples::gecko_currencies),
      as_coingecko({.path = "/api/v3/coins/list",
                    .operation = "getCoinsList",
                    .summary = "Every asset, as CoinGecko's coin",
                    .description = "By id.",
                    .in_query = coingecko::list_parameters(),
                    .errors = {503}},
                   "GeckoList", examples::gecko_list),
      as_coingecko({.path = "/api/v3/ping",
                    .operation = "getPing",
                    .summary = "CoinGecko's sign of life",
                    .description = "It says what CoinGecko's says.",
                    .in_query = coingecko::key_parameters()},
                   "GeckoPing", examples::gecko_ping),
      {.path = "/v1/cryptocurrency/listings/latest",
       .operation = "getListings",
       .tag = familiar_tag,
       .summary = "Assets as CoinMarketCap's listings",
       .description = "In any of the currencies; `status.notice` says so if nothing is known of "
                      "what they were to be sorted by.",
       .in_query = coinmarketcap::listings_parameters(),
       .bodies = {{"application/json", "Listings", examples::listings}},
       .headers = familiar_headers(),
       .errors = {500},
       .problem_type = "application/json",
       .problem_schema = "ListingsError"},
  };
}

std::vector<json::member> familiar_schemas() {
  using contract::array_of, contract::object_schema, contract::properties_of, contract::reference;
  const auto status = properties_of(coinmarketcap::status_notes());
  auto listing = properties_of(coinmarketcap::listing_notes());
  listing.emplace_back(
      "quote", json::object({{"type", json::text("object")},
                             {"description", json::text("by currency, as it was asked for")},
                             {"additionalProperties", reference("ListingQuote")}}));
  return {
      {"GeckoCoin", coin_schema()},
      {"GeckoCoins", array_of("GeckoCoin")},
      {"GeckoPrices",
       json::object({{"type", json::text("object")},
                     {"description", json::text("By what the question called the coin.")},
                     {"additionalProperties",
                      number_map("By currency, in small letters: the price; with _market_cap, "
                                 "_24h_vol and _24h_change behind it what else was asked for; "
                                 "last_updated_at in Unix seconds.")}})},
      {"GeckoCurrencies",
       R"({"type":"array","items":{"type":"string"},"description":"In small letters."})"},
      {"GeckoListedCoin",
       object_schema("A coin, by its names.", properties_of(coingecko::listed_coin_notes()),
                     {{"platforms", R"({"type":"object","description":"Empty."})"}})},
      {"GeckoList", array_of("GeckoListedCoin")},
      {"GeckoPing", object_schema("That it lives.", {{"gecko_says", R"({"type":"string"})"}})},
      {"GeckoError",
       object_schema("What is wrong, as CoinGecko says it.", {{"error", R"({"type":"string"})"}})},
      {"ListingQuote",
       object_schema("Numbers in one currency.", properties_of(coinmarketcap::quote_notes()),
                     properties_of(coinmarketcap::quote_aux_notes()))},
      {"Listing", object_schema("An asset, as CoinMarketCap tells it; `aux` adds some members.",
                                listing, properties_of(coinmarketcap::listing_aux_notes()))},
      {"Listings",
       object_schema("A part of the listings.",
                     {{"status", object_schema("How it was answered.", status,
                                               {{"total_count",
                                                 R"({"type":"integer","minimum":0,"description":)"
                                                 R"("rows in all"})"}})},
                      {"data", array_of("Listing")}})},
      {"ListingsError", object_schema("What is wrong, as CoinMarketCap says it.",
                                      {{"status", object_schema("The reason.", status)}})},
  };
}

} // namespace tickboard
