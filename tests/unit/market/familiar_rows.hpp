#pragma once

#include "market/asset_row.hpp"

#include <doctest/doctest.h>
#include <rapidjson/document.h>

#include <string>
#include <vector>

namespace tickboard::test {

/// Bitcoin, of which all is known; an asset without a name; and one whose slug is the other's
/// symbol in small letters.
inline asset_catalogue_ptr three_known() {
  catalogue_builder out;
  for (const auto& [symbol, name, slug] :
       {std::tuple{"BTC", "Bitcoin", "bitcoin"}, std::tuple{"ETH", "Ethereum", "ethereum"},
        std::tuple{"FOO", "Foo Coin", "bar"}}) {
    asset one;
    one.symbol = symbol;
    one.name = name;
    one.slug = slug;
    if (one.symbol == "BTC") {
      one.circulating_supply = *decimal::parse("20000000");
      one.max_supply = *decimal::parse("21000000.0");
      one.categories = {make_category("Layer 1"), make_category("Proof of work")};
    }
    REQUIRE_FALSE(out.add(one));
  }
  return std::move(out).build();
}

inline asset_directory directory_of_three() {
  asset_directory out;
  out.catalogue = three_known();
  currency dollar{"USD", 1, {}, true}, bitcoin{"BTC", 50'000, {}, false},
      euro{"EUR", 1.25, {}, true};
  dollar.changes.fill(0.0);
  bitcoin.changes = {1.0, 1.0, 1.0, 1.0, 25.0};
  euro.changes[window_count] = -50.0;
  out.currencies = {bitcoin, euro, dollar};
  out.symbols = {"BAR", "BTC", "ETH", "FOO", "ZED"};
  out.market_cap = 4'000'000'000'000;
  return out;
}

/// The row as GET /v1/assets has it, of an asset with these values.
inline std::string page_of(const asset_catalogue& known,
                           std::vector<std::pair<std::string, asset_values>> assets) {
  std::string out = "{\"data\":[";
  for (auto& [symbol, values] : assets) {
    out += out.back() == '[' ? "" : ",";
    append_asset_row(out, {symbol, known.find(symbol), &values});
  }
  return out + "],\"page\":{}}";
}

inline asset_values bitcoin_values() {
  asset_values out;
  out.price_usd = 100'000;
  out.high_usd_24h = 110'000;
  out.low_usd_24h = 75'000;
  out.volume_usd_24h = 5e9;
  out.market_cap = 2e12;
  out.rank = 1;
  out.changes = {std::nullopt, std::nullopt, std::nullopt, 2.0, 25.0};
  out.markets = 7;
  out.exchanges = 3;
  out.received_ms = 1'712'508'571'736;
  return out;
}

inline rapidjson::Document json_of(const std::string& text) {
  rapidjson::Document out;
  out.Parse(text.c_str());
  REQUIRE_MESSAGE(!out.HasParseError(), text);
  return out;
}

/// The names of an object's members, in their order.
inline std::vector<std::string> members_of(const rapidjson::Value& object) {
  std::vector<std::string> out;
  for (const auto& one : object.GetObject())
    out.emplace_back(one.name.GetString());
  return out;
}

} // namespace tickboard::test
