#include "adapters/exchange/coinbaseexchange.hpp"

#include "adapters/exchange/coinbaseexchange_frame.hpp"
#include "adapters/exchange/venue.hpp"
#include "market/json_text.hpp"

#include <array>

namespace tickboard::exchange {

namespace {

using namespace std::chrono_literals;

/// One shared code per coin; CGLD is Coinbase's own name for CELO.
constexpr std::array<asset_alias, 3> aliases{{{"XBT", "BTC"}, {"BCHSV", "BSV"}, {"CGLD", "CELO"}}};

class coinbaseexchange_protocol final : public protocol {
public:
  std::string_view name() const noexcept override { return "coinbaseexchange"; }

  // https://docs.cdp.coinbase.com/exchange/websocket-feed/rate-limits: 8 connects/s and 100
  // messages/s per address. The first subscribe is due within 5 s of connecting. Counts of
  // products are not published; around 900 on one connection it is closed at once, 50 in one
  // message work (https://github.com/ccxt/ccxt/issues/26508). A message with one invalid product is
  // ignored entirely (https://github.com/coinbase/coinbase-pro-node/issues/174).
  const limits& published_limits() const noexcept override {
    static const limits published{.streams_per_connection = 200,
                                  .streams_per_request = 50,
                                  .request_interval = 100ms,
                                  .connect_interval = 200ms,
                                  .connects = {8, 1s}, // 8 a second per address
                                  .max_connection_age = 0s,
                                  .keepalive_interval = 0s,
                                  .max_frame_bytes = 4 * 1024 * 1024,
                                  .one_bad_symbol_fails_request = true};
    return published;
  }

  std::string_view default_ws_url() const noexcept override {
    return "wss://ws-feed.exchange.coinbase.com";
  }
  std::string_view default_rest_url() const noexcept override {
    return "https://api.exchange.coinbase.com";
  }

  const std::vector<std::string>& default_channels() const noexcept override {
    static const std::vector<std::string> channels{"ticker"};
    return channels;
  }
  const std::vector<std::string>& known_channels() const noexcept override {
    static const std::vector<std::string> channels{"ticker", "ticker_batch", "heartbeat"};
    return channels;
  }

  const std::vector<std::string>& ticker_channels() const noexcept override {
    static const std::vector<std::string> channels{"ticker", "ticker_batch"};
    return channels;
  }

  std::string listing_target() const override { return "/products"; }

  result<std::vector<market_ptr>> parse_listing(std::string_view body, std::string_view feed_name,
                                                std::size_t& skipped) const override {
    const auto document = parse_rest_body(name(), "listing", body);
    if (!document)
      return unexpected(document.error());
    if (!document->IsArray())
      return unexpected(std::string("coinbaseexchange: the listing is not an array of products"));
    listing out(feed_name);
    for (const auto& one : document->GetArray()) {
      if (one.IsObject() && text_of(one, "status") == "online" &&
          !flag_of(one, "trading_disabled", false))
        out.add(unified(aliases, text_of(one, "base_currency")),
                unified(aliases, text_of(one, "quote_currency")), text_of(one, "id"));
      else
        out.skip();
    }
    skipped = out.skipped();
    return out.take();
  }

  result<market_ptr> market_from_symbol(std::string_view native,
                                        std::string_view feed_name) const override {
    return market_from_pair(name(), native, '-', aliases, feed_name);
  }

  // One request each, of 10 a second that an address may make:
  // https://docs.cdp.coinbase.com/exchange/rest-api/rate-limits
  std::size_t markets_per_check() const noexcept override { return 5; }

  std::vector<trade_question>
  last_trade_questions(std::span<const market_ptr> markets) const override {
    std::vector<trade_question> out;
    for (const auto& one : markets)
      out.push_back({"/products/" + query_escaped(one->native) + "/ticker", {one->native}});
    return out;
  }

  /// The mark is the id of the last trade.
  result<std::vector<trade_mark>>
  parse_last_trades(std::string_view body, std::span<const std::string> natives) const override {
    const auto document = parse_rest_body(name(), "answer on last trades", body, true);
    if (!document)
      return unexpected(document.error());
    if (!document->IsObject())
      return unexpected(
          std::string("coinbaseexchange: the answer on last trades is not an object"));
    if (document->HasMember("message"))
      return unexpected("coinbaseexchange: the question on last trades was refused: " +
                        excerpt(text_of(*document, "message"), 150));
    std::vector<trade_mark> out;
    if (natives.size() == 1) // it does not say which product it is of
      add_mark(out, natives, natives.front(), text_of(*document, "trade_id"));
    return out;
  }

  /// What is limited here is products, however many channels they are subscribed on.
  std::size_t streams_per_market(std::span<const std::string>) const noexcept override { return 1; }

  std::vector<request> subscribe(std::span<const market_ptr> markets,
                                 std::span<const std::string> channels,
                                 std::uint64_t first_id) const override {
    std::string list;
    for (const auto& channel :
         channels.empty() ? std::span<const std::string>(default_channels()) : channels) {
      list.append(list.empty() ? "" : ",");
      append_json_string(list, channel);
    }
    return in_requests(markets, published_limits().streams_per_request, first_id,
                       [&](std::span<const market_ptr> run, std::uint64_t) {
                         std::string out = R"({"type":"subscribe","product_ids":)";
                         append_natives(out, run);
                         return out.append(R"(,"channels":[)").append(list).append("]}");
                       });
  }

  std::string keepalive(std::uint64_t) const override { return {}; }

  void decode(std::span<char> frame, std::int64_t received_ms, const symbol_table& symbols,
              decoded& out) const override {
    coinbaseexchange_frame::decode(frame, {symbols, received_ms, out, nullptr});
  }

  std::vector<std::string> symbols_in(std::string_view frame) const override {
    return coinbaseexchange_frame::symbols_in(frame);
  }
};

} // namespace

const protocol& coinbaseexchange() {
  static const coinbaseexchange_protocol instance;
  return instance;
}

} // namespace tickboard::exchange
