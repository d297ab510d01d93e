#include "adapters/exchange/kraken.hpp"

#include "adapters/exchange/excerpt.hpp"
#include "adapters/exchange/kraken_frame.hpp"
#include "adapters/exchange/venue.hpp"

#include <fmt/format.h>

#include <array>

namespace tickboard::exchange {

namespace {

using namespace std::chrono_literals;

/// One shared code per coin. Kraken kept the old names through forks (its LUNA is what others call
/// LUNC) and has asset ids of its own, where X and Z stand before older assets.
constexpr std::array<asset_alias, 26> aliases{
    {{"XBT", "BTC"},   {"BCHSV", "BSV"}, {"LUNA", "LUNC"}, {"LUNA2", "LUNA"}, {"REPV2", "REP"},
     {"REP", "REPV1"}, {"UST", "USTC"},  {"XDG", "DOGE"},  {"FEE", "KFEE"},   {"XETC", "ETC"},
     {"XETH", "ETH"},  {"XLTC", "LTC"},  {"XMLN", "MLN"},  {"XREP", "REP"},   {"XXBT", "BTC"},
     {"XXDG", "DOGE"}, {"XXLM", "XLM"},  {"XXMR", "XMR"},  {"XXRP", "XRP"},   {"XZEC", "ZEC"},
     {"ZAUD", "AUD"},  {"ZCAD", "CAD"},  {"ZEUR", "EUR"},  {"ZGBP", "GBP"},   {"ZJPY", "JPY"},
     {"ZUSD", "USD"}}};

/// The listing's `wsname` is a v1 symbol; v2 renamed these two assets and kept all others.
constexpr std::array<asset_alias, 2> renamed_in_v2{{{"XBT", "BTC"}, {"XDG", "DOGE"}}};

/// REST names a pair by its v1 codes without the slash ("XBTUSD"), and answers by its id, in which
/// assets of the first years have a prefix ("XXBTZUSD").
std::string rest_code(std::string_view v2_code) {
  for (const auto& [v1, v2] : renamed_in_v2)
    if (v2 == v2_code)
      return std::string(v1);
  return std::string(v2_code);
}

struct rest_pair {
  explicit rest_pair(std::string_view native) {
    const auto slash = native.find('/');
    base = rest_code(native.substr(0, slash));
    if (slash != std::string_view::npos)
      quote = rest_code(native.substr(slash + 1));
  }

  bool has_id(std::string_view id) const {
    for (const std::string_view before : {"", "X", "Z"})
      for (const std::string_view between : {"", "X", "Z"})
        if (id == fmt::format("{}{}{}{}", before, base, between, quote))
          return true;
    return false;
  }

  std::string base, quote;
};

/// Price and size of the last trade, "c": nothing else there changes with trades alone, as sums
/// and counts are of a window that moves on, or of a day that ends.
std::string last_trade_of(const rapidjson::Value& pair) {
  if (!pair.IsObject())
    return {};
  const auto closed = pair.FindMember("c");
  if (closed == pair.MemberEnd() || !closed->value.IsArray())
    return {};
  std::string out;
  for (const auto& one : closed->value.GetArray())
    if (one.IsString())
      out.append(out.empty() ? "" : " ").append(one.GetString(), one.GetStringLength());
  return out;
}

constexpr std::string_view trigger_of(std::string_view channel) {
  return channel == "ticker.bbo" ? "bbo" : "trades";
}

class kraken_protocol final : public protocol {
public:
  std::string_view name() const noexcept override { return "kraken"; }

  // Kraken publishes that its message rate is limited (as a dynamic "Exceeded msg rate") and that
  // reconnects after maintenance should keep 5 s apart, but no counts of symbols: those are ours.
  // https://docs.kraken.com/exchange/guides/websockets/introduction
  const limits& published_limits() const noexcept override {
    static const limits published{.streams_per_connection = 500,
                                  .streams_per_request = 100,
                                  .request_interval = 500ms,
                                  .connect_interval = 5000ms,
                                  .connects = {120, 10min}, // about 150, as is widely told
                                  .max_connection_age = 0s,
                                  .keepalive_interval = 30s,
                                  .max_frame_bytes = 4 * 1024 * 1024};
    return published;
  }

  std::string_view default_ws_url() const noexcept override { return "wss://ws.kraken.com/v2"; }
  std::string_view default_rest_url() const noexcept override { return "https://api.kraken.com"; }

  const std::vector<std::string>& default_channels() const noexcept override {
    static const std::vector<std::string> channels{"ticker"};
    return channels;
  }
  const std::vector<std::string>& known_channels() const noexcept override {
    static const std::vector<std::string> channels{"ticker", "ticker.bbo"};
    return channels;
  }

  std::string listing_target() const override { return "/0/public/AssetPairs"; }

  result<std::vector<market_ptr>> parse_listing(std::string_view body, std::string_view feed_name,
                                                std::size_t& skipped) const override {
    const auto document = parse_rest_body(name(), "listing", body);
    if (!document)
      return unexpected(document.error());
    const auto pairs = result_in(*document, "listing");
    if (!pairs)
      return unexpected(pairs.error());
    listing out(feed_name);
    for (const auto& pair : (*pairs)->GetObject())
      add_pair(pair.value, out);
    skipped = out.skipped();
    return out.take();
  }

  result<market_ptr> market_from_symbol(std::string_view native,
                                        std::string_view feed_name) const override {
    return market_from_pair(name(), native, '/', aliases, feed_name);
  }

  // One request, of about one a second that an address may make:
  // https://docs.kraken.com/api/docs/guides/spot-rest-ratelimits
  std::size_t markets_per_check() const noexcept override { return 20; }

  std::vector<trade_question>
  last_trade_questions(std::span<const market_ptr> markets) const override {
    std::string list;
    for (const auto& one : markets) {
      const rest_pair pair(one->native);
      list.append(list.empty() ? "" : ",").append(pair.base).append(pair.quote);
    }
    return one_trade_question("/0/public/Ticker?pair=" + query_escaped(list), markets);
  }

  result<std::vector<trade_mark>>
  parse_last_trades(std::string_view body, std::span<const std::string> natives) const override {
    const auto document = parse_rest_body(name(), "answer on last trades", body, true);
    if (!document)
      return unexpected(document.error());
    const auto pairs = result_in(*document, "answer on last trades");
    if (!pairs)
      return unexpected(pairs.error());
    std::vector<rest_pair> asked(natives.begin(), natives.end());
    std::vector<trade_mark> out;
    for (const auto& pair : (*pairs)->GetObject()) {
      const std::string_view id(pair.name.GetString(), pair.name.GetStringLength());
      for (std::size_t i = 0; i < asked.size(); ++i)
        if (asked[i].has_id(id))
          add_mark(out, natives, natives[i], last_trade_of(pair.value));
    }
    return out;
  }

  std::size_t streams_per_market(std::span<const std::string> channels) const noexcept override {
    return or_default(channels).size();
  }

  std::vector<request> subscribe(std::span<const market_ptr> markets,
                                 std::span<const std::string> channels,
                                 std::uint64_t first_id) const override {
    std::vector<request> out;
    for (const auto& channel : or_default(channels)) {
      auto more =
          in_requests(markets, published_limits().streams_per_request, first_id + out.size(),
                      [&](std::span<const market_ptr> run, std::uint64_t id) {
                        std::string text =
                            R"({"method":"subscribe","params":{"channel":"ticker","symbol":)";
                        append_natives(text, run);
                        return text.append(
                            fmt::format(R"(,"event_trigger":"{}","snapshot":true}},"req_id":{}}})",
                                        trigger_of(channel), id));
                      });
      out.insert(out.end(), std::make_move_iterator(more.begin()),
                 std::make_move_iterator(more.end()));
    }
    return out;
  }

  std::string keepalive(std::uint64_t request_id) const override {
    return fmt::format(R"({{"method":"ping","req_id":{}}})", request_id);
  }

  void decode(std::span<char> frame, std::int64_t received_ms, const symbol_table& symbols,
              decoded& out) const override {
    kraken_frame::decode(frame, {symbols, received_ms, out, nullptr});
  }

  std::vector<std::string> symbols_in(std::string_view frame) const override {
    return kraken_frame::symbols_in(frame);
  }

private:
  /// The object "result" of an answer, which lives as long as the document.
  static result<const rapidjson::Value*> result_in(const rapidjson::Document& document,
                                                   std::string_view what) {
    if (!document.IsObject())
      return unexpected(fmt::format("kraken: the {} is not an object", what));
    const auto errors = document.FindMember("error");
    if (errors != document.MemberEnd() && errors->value.IsArray() && !errors->value.Empty()) {
      const auto& first = errors->value[0];
      return unexpected(
          fmt::format("kraken: the {} was refused: {}", what,
                      excerpt(first.IsString() ? first.GetString() : "unknown", 150)));
    }
    const auto pairs = document.FindMember("result");
    if (pairs == document.MemberEnd() || !pairs->value.IsObject())
      return unexpected(fmt::format("kraken: the {} has no object \"result\"", what));
    return &pairs->value;
  }

  /// What a pair's status leaves of its ticker: kraken.hpp says why.
  static bool has_live_ticker(std::string_view status) noexcept {
    return status == "online" || status == "post_only" || status == "limit_only" ||
           status == "reduce_only";
  }

  static void add_pair(const rapidjson::Value& pair, listing& out) {
    if (!pair.IsObject() || !has_live_ticker(text_of(pair, "status"))) {
      out.skip();
      return;
    }
    const auto v1_symbol = text_of(pair, "wsname");
    const auto slash = v1_symbol.find('/');
    if (slash == std::string_view::npos) {
      out.skip();
      return;
    }
    const auto base = unified(renamed_in_v2, v1_symbol.substr(0, slash));
    const auto quote = unified(renamed_in_v2, v1_symbol.substr(slash + 1));
    out.add(unified(aliases, base), unified(aliases, quote), fmt::format("{}/{}", base, quote));
  }

  std::span<const std::string> or_default(std::span<const std::string> channels) const noexcept {
    return channels.empty() ? std::span<const std::string>(default_channels()) : channels;
  }
};

} // namespace

const protocol& kraken() {
  static const kraken_protocol instance;
  return instance;
}

} // namespace tickboard::exchange
