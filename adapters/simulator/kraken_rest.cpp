#include "adapters/simulator/kraken_rest.hpp"

#include "adapters/simulator/digits.hpp"
#include "adapters/simulator/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace tickboard::simulator {

namespace {

struct rest_names {
  std::string id, altname;
};

/// Assets of the first years carry a prefix: X for coins, Z for national currencies.
rest_names asset_names(const std::string& code) {
  const std::string alt = code == "BTC" ? "XBT" : code == "DOGE" ? "XDG" : code;
  constexpr std::string_view coins[] = {"XBT", "ETH", "LTC", "XRP", "XLM", "XMR",
                                        "ZEC", "ETC", "XDG", "MLN", "REP"};
  constexpr std::string_view national[] = {"USD", "EUR", "GBP", "CAD", "JPY", "AUD"};
  if (std::ranges::find(coins, alt) != std::end(coins))
    return {"X" + alt, alt};
  if (std::ranges::find(national, alt) != std::end(national))
    return {"Z" + alt, alt};
  return {alt, alt};
}

/// Pairs of two prefixed assets keep the prefixes; XDGUSD is the exception.
rest_names pair_names(const instrument& of) {
  const auto base = asset_names(of.base), quote = asset_names(of.quote);
  const auto alt = base.altname + quote.altname;
  const bool prefixed =
      base.id != base.altname && quote.id != quote.altname && base.altname != "XDG";
  return {prefixed ? base.id + quote.id : alt, alt};
}

rest_reply reply(const std::string& result) {
  return {.body = R"({"error":[],"result":)" + result + "}"};
}

rest_reply refusal(std::string_view error) {
  return {.body = fmt::format(R"({{"error":[{}]}})", quoted(error))};
}

void append_pair(std::string& out, const instrument& of, std::string_view status) {
  const auto pair = pair_names(of), base = asset_names(of.base), quote = asset_names(of.quote);
  const std::string tick(frame_text{}.fixed(1, of.price_digits).view());
  out += fmt::format(
      R"({}{}:{{"altname":{},"wsname":{},"aclass_base":"currency","base":{},)"
      R"("aclass_quote":"currency","quote":{},"lot":"unit","cost_decimals":5,"pair_decimals":{},)"
      R"("lot_decimals":{},"lot_multiplier":1,"leverage_buy":[],"leverage_sell":[],)"
      R"("fees":[[0,0.4],[10000,0.35]],"fees_maker":[[0,0.25],[10000,0.2]],)"
      R"("fee_volume_currency":"ZUSD","margin_call":80,"margin_stop":40,"ordermin":"0.0001",)"
      R"("costmin":"0.5","tick_size":"{}","status":"{}"}})",
      out.back() == '{' ? "" : ",", quoted(pair.id), quoted(pair.altname),
      quoted(base.altname + "/" + quote.altname), quoted(base.id), quoted(quote.id),
      of.price_digits, of.size_digits, tick, status);
}

void append_ticker(std::string& out, const instrument& of, const market_state& state) {
  const auto digits = of.price_digits;
  frame_text text;
  const auto book = [&](std::string_view name, std::int64_t price, std::int64_t size) {
    text.raw(name).fixed(price, digits).raw(R"(","1",")").fixed(size, of.size_digits).raw("\"],");
  };
  const auto twice = [&](std::string_view name, std::int64_t value, unsigned decimals) {
    text.raw(name).fixed(value, decimals).raw(R"(",")").fixed(value, decimals).raw("\"],");
  };
  book(R"("a":[")", state.ask, state.ask_size);
  book(R"("b":[")", state.bid, state.bid_size);
  text.raw(R"("c":[")").fixed(state.last, digits).raw(R"(",")");
  text.fixed(state.last_size, of.size_digits).raw("\"],");
  twice(R"("v":[")", state.volume, of.size_digits);
  twice(R"("p":[")", state.vwap, digits);
  text.raw(R"("t":[)").integer(state.trades).raw(',').integer(state.trades).raw("],");
  twice(R"("l":[")", state.low, digits);
  twice(R"("h":[")", state.high, digits);
  text.raw(R"("o":")").fixed(state.open, digits).raw('"');
  out += fmt::format("{}{}:{{{}}}", out.back() == '{' ? "" : ",", quoted(pair_names(of).id),
                     text.view());
}

/// Calls `use(market)` for the markets that `pair` names (any spelling), for all without it.
/// False if a name is unknown.
template <class Use>
bool each_pair(const tape& updates, const std::string& query, Use use) {
  const auto asked = query_value(query, "pair");
  if (!asked) {
    for (std::size_t market = 0; market < updates.markets(); ++market)
      use(market);
    return true;
  }
  std::string_view rest = *asked;
  while (!rest.empty()) {
    const auto name = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(name.size() + 1, rest.size()));
    const auto& all = updates.instruments();
    const auto found = std::ranges::find_if(all, [&](const instrument& of) {
      const auto names = pair_names(of);
      return name == names.id || name == names.altname || name == of.native;
    });
    if (found == all.end())
      return false;
    use(static_cast<std::size_t>(found - all.begin()));
  }
  return true;
}

rest_reply asset_pairs(const venue_world& world, const rest_request& request) {
  std::string body = "{";
  const auto& all = world.updates.instruments();
  if (!each_pair(world.updates, request.query, [&](std::size_t market) {
        append_pair(body, all[market], world.updates.listed(market) ? "online" : "cancel_only");
      }))
    return refusal("EQuery:Unknown asset pair");
  if (!query_value(request.query, "pair"))
    for (const auto& of : world.halted)
      append_pair(body, of, "cancel_only");
  return reply(body + "}");
}

rest_reply assets(const venue_world& world) {
  std::set<std::string> codes;
  for (const auto& of : world.updates.instruments())
    codes.insert({of.base, of.quote});
  std::string body = "{";
  for (const auto& code : codes) {
    const auto names = asset_names(code);
    body += fmt::format(R"({}{}:{{"aclass":"currency","altname":{},"decimals":10,)"
                        R"("display_decimals":5,"status":"enabled"}})",
                        body.back() == '{' ? "" : ",", quoted(names.id), quoted(names.altname));
  }
  return reply(body + "}");
}

rest_reply tickers(const venue_world& world, const rest_request& request) {
  std::string body = "{";
  const auto& updates = world.updates;
  if (!each_pair(updates, request.query, [&](std::size_t market) {
        append_ticker(body, updates.instruments()[market], updates.shown(market));
      }))
    return refusal("EQuery:Unknown asset pair");
  return reply(body + "}");
}

} // namespace

rest_reply kraken_rest(const venue_world& world, const rest_request& request) {
  if (request.path == "/0/public/AssetPairs")
    return asset_pairs(world, request);
  if (request.path == "/0/public/Assets")
    return assets(world);
  if (request.path == "/0/public/Ticker")
    return tickers(world, request);
  if (request.path == "/0/public/SystemStatus")
    return reply(R"({"status":"online"})");
  if (request.path == "/0/public/Time") {
    using namespace std::chrono;
    return reply(
        fmt::format(R"({{"unixtime":{}}})",
                    duration_cast<seconds>(system_clock::now().time_since_epoch()).count()));
  }
  rest_reply unknown = refusal("EGeneral:Unknown method");
  unknown.status = 404;
  return unknown;
}

} // namespace tickboard::simulator
