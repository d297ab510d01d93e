#include "adapters/simulator/binance_rest.hpp"

#include "adapters/simulator/json.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tickboard::simulator {

namespace {

constexpr std::int64_t day_ms = 86'400'000;

/// The statistics that the stream's event and the REST answer name differently.
struct statistics_names {
  std::string_view change, change_pct, vwap, previous, last, last_size, bid, bid_size, ask,
      ask_size, open, high, low, volume, quote_volume, open_time, close_time, first_id, last_id,
      count;
};

constexpr statistics_names stream_names{"p", "P", "w", "x", "c", "Q", "b", "B", "a", "A",
                                        "o", "h", "l", "v", "q", "O", "C", "F", "L", "n"};
constexpr statistics_names rest_statistics{
    "priceChange", "priceChangePercent", "weightedAvgPrice", "prevClosePrice", "lastPrice",
    "lastQty",     "bidPrice",           "bidQty",           "askPrice",       "askQty",
    "openPrice",   "highPrice",          "lowPrice",         "volume",         "quoteVolume",
    "openTime",    "closeTime",          "firstId",          "lastId",         "count"};

void statistics(frame_text& out, const statistics_names& names, const instrument& of,
                const market_state& state) {
  const auto name = [&](std::string_view key) -> frame_text& {
    return out.raw(",\"").raw(key).raw("\":");
  };
  const auto price = [&](std::string_view key, std::int64_t value) {
    name(key).raw('"').fixed(value, of.price_digits, 8).raw('"');
  };
  const auto size = [&](std::string_view key, std::int64_t value) {
    name(key).raw('"').fixed(value, of.size_digits, 8).raw('"');
  };
  price(names.change, state.last - state.open);
  name(names.change_pct).raw('"').fixed(change_pct(state, 3), 3).raw('"');
  price(names.vwap, state.vwap);
  price(names.previous, state.open);
  price(names.last, state.last);
  size(names.last_size, state.last_size);
  price(names.bid, state.bid);
  size(names.bid_size, state.bid_size);
  price(names.ask, state.ask);
  size(names.ask_size, state.ask_size);
  price(names.open, state.open);
  price(names.high, state.high);
  price(names.low, state.low);
  size(names.volume, state.volume);
  name(names.quote_volume).raw('"').fixed(quote_volume_e8(of, state), 8).raw('"');
  name(names.open_time).integer(state.ts_ms() - day_ms);
  name(names.close_time).integer(state.ts_ms());
  name(names.first_id).integer(state.sequence);
  name(names.last_id).integer(state.sequence + state.trades - 1);
  name(names.count).integer(state.trades);
}

rest_reply refusal(int code, std::string_view why) {
  return {.status = 400, .body = fmt::format(R"({{"code":{},"msg":{}}})", code, quoted(why))};
}

void append_listing(std::string& out, const instrument& of, std::string_view status) {
  const auto step = [](unsigned digits) {
    return std::string(frame_text{}.fixed(1, digits, 8).view());
  };
  if (out.back() != '[')
    out += ',';
  out += fmt::format(
      R"({{"symbol":{},"status":"{}","baseAsset":{},"baseAssetPrecision":8,"quoteAsset":{},)"
      R"("quotePrecision":8,"quoteAssetPrecision":8,"baseCommissionPrecision":8,)"
      R"("quoteCommissionPrecision":8,"orderTypes":["LIMIT","LIMIT_MAKER","MARKET"],)"
      R"("icebergAllowed":true,"ocoAllowed":true,"otoAllowed":true,"isSpotTradingAllowed":true,)"
      R"("isMarginTradingAllowed":false,"filters":[)"
      R"({{"filterType":"PRICE_FILTER","minPrice":"{}","maxPrice":"1000000.00000000","tickSize":"{}"}},)"
      R"({{"filterType":"LOT_SIZE","minQty":"{}","maxQty":"9000000.00000000","stepSize":"{}"}},)"
      R"({{"filterType":"NOTIONAL","minNotional":"5.00000000","applyMinToMarket":true,)"
      R"("maxNotional":"9000000.00000000","applyMaxToMarket":false,"avgPriceMins":5}}],)"
      R"("permissions":[],"permissionSets":[["SPOT"]],)"
      R"("defaultSelfTradePreventionMode":"EXPIRE_MAKER",)"
      R"("allowedSelfTradePreventionModes":["EXPIRE_TAKER","EXPIRE_MAKER","EXPIRE_BOTH"]}})",
      quoted(of.native), status, quoted(of.base), quoted(of.quote), step(of.price_digits),
      step(of.price_digits), step(of.size_digits), step(of.size_digits));
}

/// The markets that `symbol` or `symbols` ask for; all if neither is given.
result<std::vector<std::size_t>> chosen(const tape& updates, const std::string& query) {
  std::vector<std::string> names;
  if (const auto one = query_value(query, "symbol")) {
    names.push_back(*one);
  } else if (const auto many = query_value(query, "symbols")) {
    rapidjson::Document list;
    if (!parse_json(list, *many) || !list.IsArray())
      return unexpected<std::string>("Illegal characters found in parameter 'symbols'");
    for (const auto& name : list.GetArray())
      names.emplace_back(name.IsString() ? text_of(name) : std::string_view{});
  }
  std::vector<std::size_t> markets;
  for (const auto& name : names) {
    markets.push_back(updates.find(name));
    if (markets.back() == updates.markets())
      return unexpected<std::string>("Invalid symbol.");
  }
  if (names.empty())
    for (std::size_t i = 0; i < updates.markets(); ++i)
      markets.push_back(i);
  return markets;
}

rest_reply exchange_info(const venue_world& world, const rest_request& request) {
  const auto markets = chosen(world.updates, request.query);
  if (!markets)
    return refusal(-1121, markets.error());
  const auto status = query_value(request.query, "symbolStatus").value_or("");
  if (!status.empty() && status != "TRADING" && status != "HALT" && status != "BREAK")
    return refusal(-1130, "Data sent for parameter 'symbolStatus' is not valid.");
  using namespace std::chrono;
  std::string body = fmt::format(
      R"({{"timezone":"UTC","serverTime":{},"rateLimits":[],"exchangeFilters":[],"symbols":[)",
      duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count());
  if (status.empty() || status == "TRADING")
    for (const auto market : *markets)
      if (world.updates.listed(market))
        append_listing(body, world.updates.instruments()[market], "TRADING");
  if ((status.empty() || status == "BREAK") && markets->size() == world.updates.markets())
    for (const auto& of : world.halted)
      append_listing(body, of, "BREAK");
  return {.body = body + "]}"};
}

void append_statistics(std::string& out, const instrument& of, const market_state& state,
                       bool mini) {
  frame_text text;
  text.raw(R"({"symbol":")").raw(of.native).raw('"');
  if (!mini) {
    statistics(text, rest_statistics, of, state);
  } else {
    for (const auto& [name, value] : {std::pair{"openPrice", state.open},
                                      {"highPrice", state.high},
                                      {"lowPrice", state.low},
                                      {"lastPrice", state.last}})
      text.raw(",\"").raw(name).raw("\":\"").fixed(value, of.price_digits, 8).raw('"');
    text.raw(R"(,"volume":")").fixed(state.volume, of.size_digits, 8);
    text.raw(R"(","quoteVolume":")").fixed(quote_volume_e8(of, state), 8);
    text.raw(R"(","openTime":)").integer(state.ts_ms() - day_ms);
    text.raw(R"(,"closeTime":)").integer(state.ts_ms());
    text.raw(R"(,"count":)").integer(state.trades);
  }
  out += text.raw('}').view();
}

rest_reply day_tickers(const venue_world& world, const rest_request& request) {
  const auto markets = chosen(world.updates, request.query);
  if (!markets)
    return refusal(-1121, markets.error());
  const bool mini = query_value(request.query, "type").value_or("FULL") == "MINI";
  const bool single = query_value(request.query, "symbol").has_value();
  std::string body;
  for (const auto market : *markets) {
    if (!body.empty())
      body += ',';
    append_statistics(body, world.updates.instruments()[market], world.updates.shown(market), mini);
  }
  return {.body = single ? body : "[" + body + "]"};
}

} // namespace

void binance_ticker(frame_text& out, const instrument& of, const market_state& state) {
  out.raw(R"({"e":"24hrTicker","E":)").integer(state.ts_ms()).raw(R"(,"s":")").raw(of.native);
  out.raw('"');
  statistics(out, stream_names, of, state);
  out.raw('}');
}

rest_reply binance_rest(const venue_world& world, const rest_request& request) {
  if (request.path == "/api/v3/ping")
    return {.body = "{}"};
  if (request.path == "/api/v3/time") {
    using namespace std::chrono;
    return {.body = fmt::format(
                R"({{"serverTime":{}}})",
                duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count())};
  }
  if (request.path == "/api/v3/exchangeInfo")
    return exchange_info(world, request);
  if (request.path == "/api/v3/ticker/24hr")
    return day_tickers(world, request);
  return {.status = 404, .body = R"({"code":-1000,"msg":"no such endpoint"})"};
}

} // namespace tickboard::simulator
