// Kraken WebSocket v2: https://docs.kraken.com/api/docs/websocket-v2/ticker and recorded frames
// of 2025 and 2026 (acks and error texts as sent).

#include "adapters/simulator/digits.hpp"
#include "adapters/simulator/json.hpp"
#include "adapters/simulator/kraken_rest.hpp"
#include "adapters/simulator/venue.hpp"
#include "adapters/simulator/wire.hpp"

#include <fmt/format.h>

#include <map>

namespace tickboard::simulator {

namespace {

constexpr channel_mask ticker = 1;

std::string now_text() {
  using namespace std::chrono;
  frame_text text;
  text.time(duration_cast<microseconds>(system_clock::now().time_since_epoch()).count());
  return std::string(text.view());
}

class kraken_protocol final : public protocol {
public:
  kraken_protocol(tape& updates, connection& to, std::uint64_t id)
      : tape_(updates), to_(to), id_(id) {}

  void opened() override { send_status("online"); }
  void announce_shutdown() override { send_status("maintenance"); }
  void received(std::string_view text) override;

  void every_second() override {
    if (!triggers_.empty() && !std::exchange(wrote_, false))
      to_.send(R"({"channel":"heartbeat"})");
  }

  void wrote_data() override { wrote_ = true; }
  std::size_t subscriptions() const noexcept override { return triggers_.size(); }

  void render(std::string& out, std::size_t market, const market_state& state, channel_mask,
              bool snapshot) override {
    const auto& of = tape_.instruments()[market];
    const auto digits = of.price_digits;
    frame_text text;
    text.raw(R"({"channel":"ticker","type":")").raw(snapshot ? "snapshot" : "update");
    text.raw(R"(","data":[{"symbol":")").raw(of.native);
    text.raw(R"(","bid":)").fixed(state.bid, digits);
    text.raw(R"(,"bid_qty":)").fixed(state.bid_size, of.size_digits);
    text.raw(R"(,"ask":)").fixed(state.ask, digits);
    text.raw(R"(,"ask_qty":)").fixed(state.ask_size, of.size_digits);
    text.raw(R"(,"last":)").fixed(state.last, digits);
    text.raw(R"(,"volume":)").fixed(state.volume, of.size_digits);
    text.raw(R"(,"vwap":)").fixed(state.vwap, digits);
    text.raw(R"(,"low":)").fixed(state.low, digits);
    text.raw(R"(,"high":)").fixed(state.high, digits);
    text.raw(R"(,"change":)").fixed(state.last - state.open, digits);
    text.raw(R"(,"change_pct":)").fixed(change_pct(state, 2), 2);
    text.raw(R"(,"trades":)").integer(state.trades);
    text.raw(R"(,"timestamp":")").time(state.ts_us).raw(R"("}]})");
    append_frame(out, text.view());
  }

private:
  void send_status(std::string_view system) {
    to_.send(fmt::format(R"({{"channel":"status","type":"update","data":[{{"version":"2.0.10",)"
                         R"("system":"{}","api_version":"v2","connection_id":{}}}]}})",
                         system, id_));
  }

  /// What belongs to one request's replies.
  struct request_context {
    std::string method;
    std::string req_id; ///< `,"req_id":N` or empty
    std::string time_in;
  };

  void refuse(const request_context& of, std::string_view error, std::string_view symbol = {}) {
    to_.send(fmt::format(
        R"({{"error":{},"method":{}{},"success":false{},"time_in":"{}","time_out":"{}"}})",
        quoted(error), quoted(of.method), of.req_id,
        symbol.empty() ? "" : R"(,"symbol":)" + quoted(symbol), of.time_in, now_text()));
  }

  void acknowledge(const request_context& of, std::string_view result) {
    to_.send(fmt::format(
        R"({{"method":"{}"{},"result":{},"success":true,"time_in":"{}","time_out":"{}"}})",
        of.method, of.req_id, result, of.time_in, now_text()));
  }

  void subscribe(const rapidjson::Value& params, const request_context& context);
  void unsubscribe(const rapidjson::Value& params, const request_context& context);
  /// Calls `use(symbol)` for each symbol, after checking the parameters in common.
  template <class Use>
  void each_symbol(const rapidjson::Value& params, const request_context& context, Use use);

  tape& tape_;
  connection& to_;
  std::uint64_t id_;
  std::map<std::size_t, std::string> triggers_; // by followed market
  bool wrote_ = false;
};

void kraken_protocol::received(std::string_view text) {
  request_context context{"", "", now_text()};
  rapidjson::Document request;
  if (!parse_json(request, text))
    return refuse(context, "Malformed request");
  context.method = text_member(request, "method");
  if (const auto* id = member(request, "req_id")) {
    if (!id->IsInt64())
      return refuse(context, "Malformed request: req_id must be an integer");
    context.req_id = fmt::format(R"(,"req_id":{})", id->GetInt64());
  }
  if (context.method == "ping")
    return to_.send(fmt::format(R"({{"method":"pong"{},"time_in":"{}","time_out":"{}"}})",
                                context.req_id, context.time_in, now_text()));
  const auto* params = member(request, "params");
  if (context.method != "subscribe" && context.method != "unsubscribe")
    return refuse(context, "Unsupported method");
  if (params == nullptr || !params->IsObject())
    return refuse(context, "Malformed request: params missing");
  context.method == "subscribe" ? subscribe(*params, context) : unsubscribe(*params, context);
}

template <class Use>
void kraken_protocol::each_symbol(const rapidjson::Value& params, const request_context& context,
                                  Use use) {
  const auto channel = text_member(params, "channel");
  if (channel != "ticker")
    return refuse(context, fmt::format("Channel not supported {}", channel));
  const auto* symbols = member(params, "symbol");
  if (symbols == nullptr || !symbols->IsArray() || symbols->Empty())
    return refuse(context, "Symbol(s) not found");
  for (const auto& item : symbols->GetArray()) {
    const auto symbol = item.IsString() ? text_of(item) : std::string_view{};
    if (symbol.find('/') == symbol.npos)
      refuse(context, fmt::format("Currency pair not in ISO 4217-A3 format {}", symbol), symbol);
    else
      use(symbol);
  }
}

void kraken_protocol::subscribe(const rapidjson::Value& params, const request_context& context) {
  std::string trigger = "trades";
  if (const auto* given = member(params, "event_trigger")) {
    trigger = given->IsString() ? text_of(*given) : std::string_view{};
    if (trigger != "trades" && trigger != "bbo")
      return refuse(context, "Malformed request: event_trigger must be trades or bbo");
  }
  const auto* wanted = member(params, "snapshot");
  if (wanted != nullptr && !wanted->IsBool())
    return refuse(context, "Malformed request: snapshot must be a boolean");
  const bool snapshot = wanted == nullptr || wanted->GetBool();
  bool any = false;
  each_symbol(params, context, [&](std::string_view symbol) {
    const auto market = tape_.find_subscribable(symbol);
    if (market == tape_.markets())
      return refuse(context, fmt::format("Currency pair not supported {}", symbol), symbol);
    if (!triggers_.emplace(market, trigger).second)
      return refuse(context, "Already subscribed", symbol);
    acknowledge(context, fmt::format(R"({{"channel":"ticker","event_trigger":"{}","snapshot":{},)"
                                     R"("symbol":{}}})",
                                     trigger, snapshot, quoted(symbol)));
    to_.subscriptions().follow(market, ticker, snapshot);
    any = true;
  });
  if (any)
    to_.subscribed();
}

void kraken_protocol::unsubscribe(const rapidjson::Value& params, const request_context& context) {
  each_symbol(params, context, [&](std::string_view symbol) {
    const auto found = triggers_.find(tape_.find(symbol));
    if (found == triggers_.end())
      return refuse(context, "Subscription Not Found", symbol);
    acknowledge(context, fmt::format(R"({{"channel":"ticker","event_trigger":"{}","symbol":{}}})",
                                     found->second, quoted(symbol)));
    to_.subscriptions().unfollow(found->first, ticker);
    triggers_.erase(found);
  });
}

class kraken final : public venue {
public:
  explicit kraken(const venue_world& world) : world_(world) {}

  venue_limits limits() const override { return {}; }

  std::unique_ptr<protocol> connect(std::string_view target, connection& to) override {
    if (target != "/v2")
      return nullptr;
    return std::make_unique<kraken_protocol>(world_.updates, to, mix(++connections_));
  }

  rest_reply rest(const rest_request& request) override { return kraken_rest(world_, request); }

  state_row describe(std::size_t market) const override {
    const auto& of = world_.updates.instruments()[market];
    const auto& state = world_.updates.state(market);
    const auto text = [](std::int64_t value, unsigned digits) {
      return std::string(frame_text{}.fixed(value, digits).view());
    };
    const auto price = [&](std::int64_t value) { return text(value, of.price_digits); };
    const auto size = [&](std::int64_t value) { return text(value, of.size_digits); };
    return {.last = price(state.last),
            .bid = price(state.bid),
            .ask = price(state.ask),
            .bid_size = size(state.bid_size),
            .ask_size = size(state.ask_size),
            .high = price(state.high),
            .low = price(state.low),
            .volume = size(state.volume),
            .change_pct = text(change_pct(state, 2), 2)};
  }

private:
  venue_world world_;
  std::uint64_t connections_ = 0;
};

} // namespace

std::unique_ptr<venue> make_kraken(const venue_world& world) {
  return std::make_unique<kraken>(world);
}

} // namespace tickboard::simulator
