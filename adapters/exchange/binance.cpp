#include "adapters/exchange/binance.hpp"

#include "adapters/exchange/binance_frame.hpp"
#include "adapters/exchange/excerpt.hpp"
#include "adapters/exchange/venue.hpp"
#include "market/json_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace tickboard::exchange {

namespace {

using namespace std::chrono_literals;

constexpr std::string_view all_mini_tickers = "!miniTicker@arr";

/// One shared code per coin: these two are other names of BTC and BSV, and YOYO trades as YOYOW
/// everywhere else.
constexpr std::array<asset_alias, 3> aliases{{{"XBT", "BTC"}, {"BCHSV", "BSV"}, {"YOYO", "YOYOW"}}};

/// Assets that Binance markets are or were quoted in.
constexpr std::array<std::string_view, 39> quote_assets{
    "USDT", "USDC", "FDUSD", "BUSD", "TUSD", "USDP", "USDS", "USD1", "AEUR", "EURI",
    "DAI",  "PAX",  "VAI",   "UST",  "USD",  "BTC",  "ETH",  "BNB",  "XRP",  "TRX",
    "DOGE", "DOT",  "SOL",   "EUR",  "GBP",  "AUD",  "TRY",  "BRL",  "RUB",  "UAH",
    "NGN",  "ZAR",  "JPY",   "MXN",  "PLN",  "RON",  "ARS",  "IDRT", "BIDR"};

bool is_quote_asset(std::string_view code) {
  return std::find(quote_assets.begin(), quote_assets.end(), code) != quote_assets.end();
}

/// The quote asset at the end of a symbol; empty if there is none. The longest wins ("TUSD" before
/// "USD"), unless a shorter one leaves a base that is itself known ("BNB" + "USD", not "BN" +
/// "BUSD").
std::string_view quote_of(std::string_view native) {
  std::string_view best;
  bool best_is_known = false;
  for (const auto quote : quote_assets) {
    if (native.size() <= quote.size() || !native.ends_with(quote))
      continue;
    const bool known = is_quote_asset(native.substr(0, native.size() - quote.size()));
    if (best.empty() || (known && !best_is_known) ||
        (known == best_is_known && quote.size() > best.size())) {
      best = quote;
      best_is_known = known;
    }
  }
  return best;
}

/// Streams are named in lower case. Symbols may hold letters beyond ASCII; those have no case.
std::string stream_name(std::string_view native, std::string_view channel) {
  std::string out(native);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z')
      c = static_cast<char>(c - 'A' + 'a');
  return out.append("@").append(channel);
}

std::string subscribe_text(std::span<const std::string> streams, std::uint64_t id) {
  std::string out = R"({"method":"SUBSCRIBE","params":[)";
  for (const auto& stream : streams) {
    if (out.back() != '[')
      out.push_back(',');
    append_json_string(out, stream);
  }
  return out.append(fmt::format("],\"id\":{}}}", id));
}

class binance_protocol final : public protocol {
public:
  std::string_view name() const noexcept override { return "binance"; }

  const limits& published_limits() const noexcept override {
    static const limits published{
        .streams_per_connection = 1023, // 1024, of which one is kept for !miniTicker@arr
        .streams_per_request = 200,     // what established clients send; none is published
        .request_interval = 300ms,      // 5 messages/s, and pongs count
        .connect_interval = 1000ms,
        .connects = {280, 5min},           // 300 attempts in 5 minutes per address
        .max_connection_age = 23h + 50min, // cut at 24 h
        .keepalive_interval = 0s,          // the server pings, every 20 s
        .max_frame_bytes = 4 * 1024 * 1024};
    return published;
  }

  std::string_view default_ws_url() const noexcept override {
    return "wss://stream.binance.com:9443/stream";
  }
  std::string_view default_rest_url() const noexcept override { return "https://api.binance.com"; }

  const std::vector<std::string>& default_channels() const noexcept override {
    static const std::vector<std::string> channels{"ticker", "bookTicker"};
    return channels;
  }
  const std::vector<std::string>& known_channels() const noexcept override {
    static const std::vector<std::string> channels{"ticker", "miniTicker", "bookTicker",
                                                   std::string(all_mini_tickers)};
    return channels;
  }

  std::string listing_target() const override {
    return "/api/v3/exchangeInfo?symbolStatus=TRADING";
  }

  result<std::vector<market_ptr>> parse_listing(std::string_view body, std::string_view feed_name,
                                                std::size_t& skipped) const override {
    const auto document = parse_rest_body(name(), "listing", body);
    if (!document)
      return unexpected(document.error());
    const auto symbols = document->IsObject() ? document->FindMember("symbols")
                                              : rapidjson::Value::ConstMemberIterator{};
    if (!document->IsObject() || symbols == document->MemberEnd() || !symbols->value.IsArray())
      return unexpected(std::string("binance: the listing has no array \"symbols\""));
    listing out(feed_name);
    for (const auto& one : symbols->value.GetArray()) {
      if (one.IsObject() && text_of(one, "status") == "TRADING" &&
          flag_of(one, "isSpotTradingAllowed", true))
        out.add(unified(aliases, text_of(one, "baseAsset")),
                unified(aliases, text_of(one, "quoteAsset")), text_of(one, "symbol"));
      else
        out.skip();
    }
    skipped = out.skipped();
    return out.take();
  }

  result<market_ptr> market_from_symbol(std::string_view native,
                                        std::string_view feed_name) const override {
    const auto quote = quote_of(native);
    if (quote.empty())
      return unexpected(
          fmt::format("binance: symbol \"{}\" ends in no known quote asset", excerpt(native, 40)));
    const auto base = native.substr(0, native.size() - quote.size());
    return make_market(feed_name, unified(aliases, base), unified(aliases, quote), native);
  }

  // Weight 2 of 6000 a minute for up to 20 symbols:
  // https://developers.binance.com/docs/binance-spot-api-docs/rest-api/market-data-endpoints
  std::size_t markets_per_check() const noexcept override { return 20; }

  std::vector<trade_question>
  last_trade_questions(std::span<const market_ptr> markets) const override {
    std::string list;
    append_natives(list, markets);
    return one_trade_question("/api/v3/ticker/24hr?symbols=" + query_escaped(list), markets);
  }

  /// The mark is the id of the last trade.
  result<std::vector<trade_mark>>
  parse_last_trades(std::string_view body, std::span<const std::string> natives) const override {
    const auto document = parse_rest_body(name(), "answer on last trades", body, true);
    if (!document)
      return unexpected(document.error());
    if (document->IsObject() && document->HasMember("msg"))
      return unexpected("binance: the question on last trades was refused: " +
                        excerpt(text_of(*document, "msg"), 150));
    if (!document->IsArray())
      return unexpected(std::string("binance: the answer on last trades is not an array"));
    std::vector<trade_mark> out;
    for (const auto& one : document->GetArray())
      if (one.IsObject())
        add_mark(out, natives, text_of(one, "symbol"), text_of(one, "lastId"));
    return out;
  }

  std::size_t streams_per_market(std::span<const std::string> channels) const noexcept override {
    const auto all = or_default(channels);
    return all.size() -
           static_cast<std::size_t>(std::count(all.begin(), all.end(), all_mini_tickers));
  }

  std::vector<request> subscribe(std::span<const market_ptr> markets,
                                 std::span<const std::string> channels,
                                 std::uint64_t first_id) const override {
    const auto all = or_default(channels);
    const auto per_market = streams_per_market(channels);
    const bool whole_board = per_market < all.size();
    // One place in each request is left for the stream of all markets, which the first one takes.
    const auto places = published_limits().streams_per_request - (whole_board ? 1 : 0);
    const auto per_request = per_market == 0 ? markets.size() : places / per_market;
    return in_requests(markets, per_request, first_id,
                       [&](std::span<const market_ptr> run, std::uint64_t id) {
                         std::vector<std::string> streams;
                         if (whole_board && id == first_id)
                           streams.emplace_back(all_mini_tickers);
                         for (const auto& one : run)
                           for (const auto& channel : all)
                             if (channel != all_mini_tickers)
                               streams.push_back(stream_name(one->native, channel));
                         return subscribe_text(streams, id);
                       });
  }

  std::string keepalive(std::uint64_t) const override { return {}; }

  void decode(std::span<char> frame, std::int64_t received_ms, const symbol_table& symbols,
              decoded& out) const override {
    binance_frame::decode(frame, {symbols, received_ms, out, nullptr});
  }

  std::vector<std::string> symbols_in(std::string_view frame) const override {
    return binance_frame::symbols_in(frame);
  }

private:
  std::span<const std::string> or_default(std::span<const std::string> channels) const noexcept {
    return channels.empty() ? std::span<const std::string>(default_channels()) : channels;
  }
};

} // namespace

const protocol& binance() {
  static const binance_protocol instance;
  return instance;
}

} // namespace tickboard::exchange
