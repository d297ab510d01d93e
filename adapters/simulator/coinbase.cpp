// Coinbase Exchange: https://docs.cdp.coinbase.com/exchange/websocket-feed and recorded frames
// of 2021 to 2025 (error texts as sent).

#include "adapters/simulator/digits.hpp"
#include "adapters/simulator/json.hpp"
#include "adapters/simulator/venue.hpp"
#include "adapters/simulator/wire.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace tickboard::simulator {

namespace {

constexpr channel_mask ticker = 1;
constexpr unsigned batch_seconds = 5;

std::int64_t now_us() {
  using namespace std::chrono;
  return duration_cast<microseconds>(system_clock::now().time_since_epoch()).count();
}

void ticker_text(frame_text& out, const instrument& of, const market_state& state) {
  const auto digits = of.price_digits;
  const auto volume_30d = state.volume + of.start_volume * 29;
  out.raw(R"({"type":"ticker","sequence":)").integer(state.sequence);
  out.raw(R"(,"product_id":")").raw(of.native);
  out.raw(R"(","price":")").trimmed(state.last, digits);
  out.raw(R"(","open_24h":")").trimmed(state.open, digits);
  out.raw(R"(","volume_24h":")").fixed(state.volume, of.size_digits);
  out.raw(R"(","low_24h":")").trimmed(state.low, digits);
  out.raw(R"(","high_24h":")").trimmed(state.high, digits);
  out.raw(R"(","volume_30d":")").fixed(volume_30d, of.size_digits);
  out.raw(R"(","best_bid":")").fixed(state.bid, digits);
  out.raw(R"(","best_bid_size":")").fixed(state.bid_size, of.size_digits);
  out.raw(R"(","best_ask":")").fixed(state.ask, digits);
  out.raw(R"(","best_ask_size":")").fixed(state.ask_size, of.size_digits);
  out.raw(state.buy ? R"(","side":"buy","time":")" : R"(","side":"sell","time":")");
  out.time(state.ts_us).raw(R"(","trade_id":)").integer(state.trades);
  out.raw(R"(,"last_size":")").trimmed(state.last_size, of.size_digits).raw(R"("})");
}

class coinbase_protocol final : public protocol {
public:
  coinbase_protocol(tape& updates, connection& to) : tape_(updates), to_(to) {}

  void received(std::string_view text) override;
  void every_second() override;

  std::size_t subscriptions() const noexcept override {
    std::size_t count = 0;
    for (const auto& [name, products] : channels_)
      count += products.size();
    return count;
  }

  void render(std::string& out, std::size_t market, const market_state& state, channel_mask,
              bool) override {
    frame_text text;
    ticker_text(text, tape_.instruments()[market], state);
    append_frame(out, text.view());
  }

private:
  using product_set = std::set<std::size_t>;
  using channel_map = std::map<std::string, product_set, std::less<>>;

  result<channel_map> requested(const rapidjson::Value& request, bool adding) const;
  result<product_set> products(const rapidjson::Value* list) const;
  void add(const channel_map& wanted);
  void remove(const channel_map& unwanted);
  void send_subscriptions();

  void refuse(std::string_view message, std::string_view reason) {
    to_.send(fmt::format(R"({{"type":"error","message":{},"reason":{}}})", quoted(message),
                         quoted(reason)));
  }

  tape& tape_;
  connection& to_;
  channel_map channels_;
  unsigned seconds_ = 0;
};

void coinbase_protocol::received(std::string_view text) {
  rapidjson::Document request;
  if (!parse_json(request, text))
    return to_.send(R"({"type":"error","message":"Malformed JSON"})");
  const auto type = text_member(request, "type");
  if (type != "subscribe" && type != "unsubscribe")
    return refuse("Failed to subscribe", "Type has to be either subscribe or unsubscribe");
  const bool adding = type == "subscribe";
  const auto wanted = requested(request, adding);
  if (!wanted)
    return refuse(adding ? "Failed to subscribe" : "Failed to unsubscribe", wanted.error());
  if (!adding)
    remove(*wanted);
  for (const auto& [name, products] : *wanted)
    if (adding)
      channels_[name].insert(products.begin(), products.end());
  send_subscriptions();
  if (adding)
    add(*wanted);
}

result<coinbase_protocol::product_set>
coinbase_protocol::products(const rapidjson::Value* list) const {
  product_set found;
  if (list == nullptr)
    return found;
  if (!list->IsArray())
    return unexpected<std::string>("product_ids must be an array");
  for (const auto& item : list->GetArray()) {
    const auto name = item.IsString() ? text_of(item) : std::string_view{};
    const auto market = tape_.find_subscribable(name);
    if (market == tape_.markets())
      return unexpected(fmt::format("{} is not a valid product", name));
    found.insert(market);
  }
  return found;
}

/// The channels with their products that a message asks for. One bad product or channel refuses
/// the whole message.
result<coinbase_protocol::channel_map> coinbase_protocol::requested(const rapidjson::Value& request,
                                                                    bool adding) const {
  const auto shared = products(member(request, "product_ids"));
  if (!shared)
    return unexpected(shared.error());
  const auto* list = member(request, "channels");
  if (list == nullptr || !list->IsArray() || list->Empty())
    return unexpected<std::string>("channels must be a non-empty array");
  channel_map wanted;
  for (const auto& item : list->GetArray()) {
    const auto name = item.IsString() ? text_of(item) : text_member(item, "name");
    if (name != "ticker" && name != "ticker_batch" && name != "heartbeat")
      return unexpected(fmt::format("{} is not a valid channel", name));
    const auto own = products(item.IsObject() ? member(item, "product_ids") : nullptr);
    if (!own)
      return unexpected(own.error());
    auto& into = wanted[std::string(name)];
    into.insert(shared->begin(), shared->end());
    into.insert(own->begin(), own->end());
    if (into.empty() && adding)
      return unexpected(fmt::format("{} requires product_ids", name));
    if (const auto held = channels_.find(name); into.empty() && held != channels_.end())
      into = held->second; // unsubscribing a channel without products is all of it
  }
  return wanted;
}

void coinbase_protocol::add(const channel_map& wanted) {
  auto& to = to_.subscriptions();
  for (const auto& [name, products] : wanted)
    for (const auto market : products)
      if (name == "ticker")
        to.follow(market, ticker, true);
      else if (name == "ticker_batch")
        to.follow_batched(market, true);
  to_.subscribed();
}

void coinbase_protocol::remove(const channel_map& unwanted) {
  auto& from = to_.subscriptions();
  for (const auto& [name, products] : unwanted) {
    const auto held = channels_.find(name);
    if (held == channels_.end())
      continue;
    for (const auto market : products) {
      held->second.erase(market);
      if (name == "ticker")
        from.unfollow(market, ticker);
      else if (name == "ticker_batch")
        from.unfollow_batched(market);
    }
    if (held->second.empty())
      channels_.erase(held);
  }
}

void coinbase_protocol::send_subscriptions() {
  std::string text = R"({"type":"subscriptions","channels":[)";
  for (bool first = true; const auto& [name, products] : channels_) {
    text += fmt::format(R"({}{{"name":"{}","product_ids":[)", first ? "" : ",", name);
    first = false;
    for (const auto market : products)
      text += (text.back() == '[' ? "" : ",") + quoted(tape_.instruments()[market].native);
    text += R"(],"account_ids":null})";
  }
  to_.send(text + "]}");
}

void coinbase_protocol::every_second() {
  if (const auto beats = channels_.find("heartbeat"); beats != channels_.end())
    for (const auto market : beats->second) {
      const auto& state = tape_.state(market);
      frame_text text;
      text.raw(R"({"type":"heartbeat","last_trade_id":)").integer(state.trades);
      text.raw(R"(,"product_id":")").raw(tape_.instruments()[market].native);
      text.raw(R"(","sequence":)").integer(state.sequence);
      text.raw(R"(,"time":")").time(now_us()).raw(R"("})");
      to_.send(text.view());
    }
  if (++seconds_ % batch_seconds == 0)
    to_.subscriptions().take_batch([&](std::size_t market, const market_state& state) {
      frame_text text;
      ticker_text(text, tape_.instruments()[market], state);
      to_.send(text.view());
    });
}

// -- REST ------------------------------------------------------------------------

std::string unit(unsigned digits) {
  return std::string(frame_text{}.fixed(1, digits).view());
}

void append_product(std::string& out, const instrument& of, bool online) {
  out += fmt::format(
      R"({}{{"id":{},"base_currency":{},"quote_currency":{},"quote_increment":"{}",)"
      R"("base_increment":"{}","display_name":{},"min_market_funds":"1","margin_enabled":false,)"
      R"("post_only":false,"limit_only":false,"cancel_only":false,"status":"{}",)"
      R"("status_message":"","trading_disabled":{},"fx_stablecoin":false,)"
      R"("max_slippage_percentage":"0.02000000","auction_mode":false,)"
      R"("high_bid_limit_percentage":""}})",
      out.back() == '[' ? "" : ",", quoted(of.native), quoted(of.base), quoted(of.quote),
      unit(of.price_digits), unit(of.size_digits), quoted(of.base + "-" + of.quote),
      online ? "online" : "delisted", !online);
}

class coinbase final : public venue {
public:
  explicit coinbase(const venue_world& world) : world_(world) {}

  venue_limits limits() const override {
    using namespace std::chrono_literals;
    return {
        .messages_per_second = 100, .excess_reason = "Rate limit exceeded", .subscribe_within = 5s};
  }

  std::unique_ptr<protocol> connect(std::string_view target, connection& to) override {
    if (target != "/" && !target.empty())
      return nullptr;
    return std::make_unique<coinbase_protocol>(world_.updates, to);
  }

  rest_reply rest(const rest_request& request) override {
    if (request.path == "/products")
      return products();
    if (request.path == "/currencies")
      return currencies();
    constexpr std::string_view head = "/products/", tail = "/ticker";
    const std::string_view path = request.path;
    if (path.starts_with(head) && path.ends_with(tail) && path.size() > head.size() + tail.size()) {
      const auto market =
          world_.updates.find(path.substr(head.size(), path.size() - head.size() - tail.size()));
      if (market < world_.updates.markets())
        return product_ticker(market);
    }
    return {.status = 404, .body = R"({"message":"NotFound"})"};
  }

  state_row describe(std::size_t market) const override {
    const auto& of = world_.updates.instruments()[market];
    const auto& state = world_.updates.state(market);
    const auto trimmed = [&](std::int64_t value) {
      return std::string(frame_text{}.trimmed(value, of.price_digits).view());
    };
    const auto full = [](std::int64_t value, unsigned digits) {
      return std::string(frame_text{}.fixed(value, digits).view());
    };
    return {.last = trimmed(state.last),
            .bid = full(state.bid, of.price_digits),
            .ask = full(state.ask, of.price_digits),
            .bid_size = full(state.bid_size, of.size_digits),
            .ask_size = full(state.ask_size, of.size_digits),
            .open = trimmed(state.open),
            .high = trimmed(state.high),
            .low = trimmed(state.low),
            .volume = full(state.volume, of.size_digits)};
  }

private:
  rest_reply products() const {
    std::string body = "[";
    const auto& all = world_.updates.instruments();
    for (std::size_t market = 0; market < all.size(); ++market)
      append_product(body, all[market], world_.updates.listed(market));
    for (const auto& of : world_.halted)
      append_product(body, of, false);
    return {.body = body + "]"};
  }

  rest_reply currencies() const {
    std::set<std::string> codes;
    for (const auto& of : world_.updates.instruments())
      codes.insert({of.base, of.quote});
    std::string body = "[";
    for (const auto& code : codes)
      body += fmt::format(
          R"({}{{"id":{},"name":{},"min_size":"0.00000001","status":"online","message":"",)"
          R"("max_precision":"0.00000001","convertible_to":[],"details":{{"type":"crypto",)"
          R"("symbol":"","sort_order":100,"push_payment_methods":["crypto"],)"
          R"("display_name":"","group_types":[],"min_withdrawal_amount":0.0001,)"
          R"("max_withdrawal_amount":1000000}},"default_network":"",)"
          R"("supported_networks":[],"display_name":""}})",
          body.back() == '[' ? "" : ",", quoted(code), quoted(code));
    return {.body = body + "]"};
  }

  rest_reply product_ticker(std::size_t market) const {
    const auto& of = world_.updates.instruments()[market];
    const auto& state = world_.updates.shown(market);
    frame_text text;
    text.raw(R"({"ask":")").fixed(state.ask, of.price_digits);
    text.raw(R"(","bid":")").fixed(state.bid, of.price_digits);
    text.raw(R"(","volume":")").fixed(state.volume, of.size_digits);
    text.raw(R"(","trade_id":)").integer(state.trades);
    text.raw(R"(,"price":")").trimmed(state.last, of.price_digits);
    text.raw(R"(","size":")").trimmed(state.last_size, of.size_digits);
    text.raw(R"(","time":")").time(state.ts_us).raw(R"("})");
    return {.body = std::string(text.view())};
  }

  venue_world world_;
};

} // namespace

std::unique_ptr<venue> make_coinbase(const venue_world& world) {
  return std::make_unique<coinbase>(world);
}

} // namespace tickboard::simulator
