// Binance spot: https://github.com/binance/binance-spot-api-docs (web-socket-streams.md,
// rest-api.md), as of 2026-09.

#include "adapters/simulator/binance_rest.hpp"
#include "adapters/simulator/digits.hpp"
#include "adapters/simulator/json.hpp"
#include "adapters/simulator/venue.hpp"
#include "adapters/simulator/wire.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace tickboard::simulator {

namespace {

constexpr channel_mask ticker = 1, mini_ticker = 2, book_ticker = 4;
constexpr std::size_t most_streams = 1024;
constexpr std::string_view all_mini_tickers = "!miniTicker@arr";

void mini_ticker_text(frame_text& out, const instrument& of, const market_state& state) {
  const auto digits = of.price_digits;
  out.raw(R"({"e":"24hrMiniTicker","E":)").integer(state.ts_ms()).raw(R"(,"s":")").raw(of.native);
  out.raw(R"(","c":")").fixed(state.last, digits, 8).raw(R"(","o":")").fixed(state.open, digits, 8);
  out.raw(R"(","h":")").fixed(state.high, digits, 8).raw(R"(","l":")").fixed(state.low, digits, 8);
  out.raw(R"(","v":")").fixed(state.volume, of.size_digits, 8);
  out.raw(R"(","q":")").fixed(quote_volume_e8(of, state), 8).raw(R"("})");
}

void book_ticker_text(frame_text& out, const instrument& of, const market_state& state) {
  const auto digits = of.price_digits;
  out.raw(R"({"u":)").integer(state.sequence).raw(R"(,"s":")").raw(of.native);
  out.raw(R"(","b":")").fixed(state.bid, digits, 8);
  out.raw(R"(","B":")").fixed(state.bid_size, of.size_digits, 8);
  out.raw(R"(","a":")").fixed(state.ask, digits, 8);
  out.raw(R"(","A":")").fixed(state.ask_size, of.size_digits, 8).raw(R"("})");
}

/// Symbols as stream names spell them; shared by all connections.
struct stream_symbols {
  explicit stream_symbols(const tape& updates) {
    lower.reserve(updates.markets());
    for (const auto& of : updates.instruments()) {
      lower.push_back(of.native);
      for (auto& c : lower.back())
        if (c >= 'A' && c <= 'Z')
          c = static_cast<char>(c - 'A' + 'a');
    }
    for (std::size_t i = 0; i < lower.size(); ++i)
      by_lower.emplace(lower[i], i);
  }

  std::vector<std::string> lower; // by market
  std::unordered_map<std::string_view, std::size_t> by_lower;
};

class binance_protocol final : public protocol {
public:
  binance_protocol(tape& updates, const stream_symbols& symbols, connection& to, bool combined)
      : tape_(updates), symbols_(symbols), to_(to), combined_(combined) {}

  /// The streams that the URL names. Unknown ones are accepted, as by the real one.
  bool listen_at_open(std::string_view streams) {
    while (!streams.empty()) {
      const auto end = std::min(streams.find('/'), streams.size());
      if (end > 0)
        at_open_.emplace_back(streams.substr(0, end));
      streams.remove_prefix(std::min(end + 1, streams.size()));
    }
    return at_open_.size() <= most_streams;
  }

  void opened() override {
    for (const auto& stream : at_open_)
      listen(stream);
    at_open_.clear();
  }

  void received(std::string_view text) override;

  void every_second() override {
    if (!all_)
      return;
    std::string array;
    to_.subscriptions().take_batch([&](std::size_t market, const market_state& state) {
      frame_text one;
      mini_ticker_text(one, tape_.instruments()[market], state);
      array += array.empty() ? '[' : ',';
      array += one.view();
    });
    if (!array.empty())
      send_data(all_mini_tickers, array + "]");
  }

  void announce_shutdown() override {
    using namespace std::chrono;
    const auto now = duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
    send_data("!serverShutdown", fmt::format(R"({{"e":"serverShutdown","E":{}}})", now));
  }

  std::size_t subscriptions() const noexcept override { return streams_.size(); }

  void render(std::string& out, std::size_t market, const market_state& state,
              channel_mask channels, bool) override {
    const auto& of = tape_.instruments()[market];
    if ((channels & ticker) != 0)
      frame(out, market, "@ticker", [&](frame_text& text) { binance_ticker(text, of, state); });
    if ((channels & mini_ticker) != 0)
      frame(out, market, "@miniTicker",
            [&](frame_text& text) { mini_ticker_text(text, of, state); });
    if ((channels & book_ticker) != 0)
      frame(out, market, "@bookTicker",
            [&](frame_text& text) { book_ticker_text(text, of, state); });
  }

private:
  template <class Body>
  void frame(std::string& out, std::size_t market, std::string_view kind, Body body) {
    frame_text text;
    if (combined_)
      text.raw(R"({"stream":")").raw(symbols_.lower[market]).raw(kind).raw(R"(","data":)");
    body(text);
    if (combined_)
      text.raw('}');
    append_frame(out, text.view());
  }

  void send_data(std::string_view stream, std::string_view data) {
    to_.send(combined_ ? fmt::format(R"({{"stream":"{}","data":{}}})", stream, data)
                       : std::string(data));
  }

  struct target {
    std::size_t market;
    channel_mask channel;
  };

  /// What a stream name stands for; market `markets()` if there is no such thing.
  target resolve(std::string_view stream) const {
    const auto at = stream.rfind('@');
    const auto found = symbols_.by_lower.find(stream.substr(0, std::min(at, stream.size())));
    if (at != stream.npos && found != symbols_.by_lower.end()) {
      const auto kind = stream.substr(at);
      for (const auto& [name, channel] :
           {std::pair<std::string_view, channel_mask>{"@ticker", ticker},
            {"@miniTicker", mini_ticker},
            {"@bookTicker", book_ticker}})
        if (kind == name)
          return {found->second, channel};
    }
    return {tape_.markets(), 0};
  }

  void listen(const std::string& stream) {
    if (!streams_.insert(stream).second)
      return;
    if (stream == all_mini_tickers) {
      all_ = true;
      for (std::size_t market = 0; market < tape_.markets(); ++market)
        to_.subscriptions().follow_batched(market, false);
    } else if (const auto to = resolve(stream); to.market < tape_.markets()) {
      to_.subscriptions().follow(to.market, to.channel, false);
    } else {
      return;
    }
    to_.subscribed();
  }

  void leave(const std::string& stream) {
    if (streams_.erase(stream) == 0)
      return;
    if (stream == all_mini_tickers) {
      all_ = false;
      for (std::size_t market = 0; market < tape_.markets(); ++market)
        to_.subscriptions().unfollow_batched(market);
    } else if (const auto to = resolve(stream); to.market < tape_.markets()) {
      to_.subscriptions().unfollow(to.market, to.channel);
    }
  }

  void answer(std::string_view result, const std::string& id) {
    to_.send(fmt::format(R"({{"result":{},"id":{}}})", result, id));
  }

  void refuse(int code, std::string_view why, const std::string& id) {
    to_.send(fmt::format(R"({{"error":{{"code":{},"msg":{}}},"id":{}}})", code, quoted(why), id));
  }

  void property(const rapidjson::Value& request, bool set, const std::string& id);
  void change_streams(const rapidjson::Value& request, bool add, const std::string& id);

  tape& tape_;
  const stream_symbols& symbols_;
  connection& to_;
  bool combined_;
  bool all_ = false;
  std::vector<std::string> at_open_;
  std::set<std::string> streams_;
};

void binance_protocol::received(std::string_view text) {
  rapidjson::Document request;
  if (!parse_json(request, text))
    return refuse(3, "Invalid JSON: expected value at line 1 column 1", "null");
  std::string id = "null";
  if (const auto* given = member(request, "id")) {
    if (given->IsString() && given->GetStringLength() <= 36)
      id = quoted(text_of(*given));
    else if (given->IsInt64())
      id = std::to_string(given->GetInt64());
    else if (!given->IsNull())
      return refuse(2, "Invalid request: request ID must be an unsigned integer", id);
  }
  const auto* method = member(request, "method");
  if (method == nullptr)
    return refuse(2, "Invalid request: missing field `method` at line 1 column 1", id);
  const auto name = method->IsString() ? text_of(*method) : std::string_view{};
  if (name == "SUBSCRIBE" || name == "UNSUBSCRIBE")
    return change_streams(request, name == "SUBSCRIBE", id);
  if (name == "LIST_SUBSCRIPTIONS") {
    std::string list;
    for (const auto& stream : streams_)
      list += (list.empty() ? "" : ",") + quoted(stream);
    return answer("[" + list + "]", id);
  }
  if (name == "SET_PROPERTY" || name == "GET_PROPERTY")
    return property(request, name == "SET_PROPERTY", id);
  refuse(2,
         fmt::format("Invalid request: unknown variant `{}`, expected one of `SUBSCRIBE`, "
                     "`UNSUBSCRIBE`, `LIST_SUBSCRIPTIONS`, `SET_PROPERTY`, `GET_PROPERTY`",
                     name),
         id);
}

void binance_protocol::change_streams(const rapidjson::Value& request, bool add,
                                      const std::string& id) {
  const auto* params = member(request, "params");
  if (params == nullptr || !params->IsArray())
    return refuse(2, "Invalid request: missing field `params`", id);
  for (const auto& stream : params->GetArray())
    if (!stream.IsString())
      return refuse(2, "Invalid request: stream name must be a string", id);
  if (add && streams_.size() + params->Size() > most_streams)
    return refuse(
        2, fmt::format("Invalid request: too many streams, a connection takes {}", most_streams),
        id);
  answer("null", id);
  for (const auto& stream : params->GetArray()) {
    const std::string name(text_of(stream));
    add ? listen(name) : leave(name);
  }
}

void binance_protocol::property(const rapidjson::Value& request, bool set, const std::string& id) {
  const auto* params = member(request, "params");
  if (params == nullptr || !params->IsArray() || params->Empty() || !(*params)[0].IsString())
    return refuse(2, "Invalid request: property name must be a string", id);
  if (params->Size() > (set ? 2u : 1u))
    return refuse(2, "Invalid request: too many parameters", id);
  if (text_of((*params)[0]) != "combined")
    return refuse(0, "Unknown property", id);
  if (!set)
    return answer(combined_ ? "true" : "false", id);
  if (params->Size() < 2 || !(*params)[1].IsBool())
    return refuse(1, "Invalid value type: expected Boolean", id);
  combined_ = (*params)[1].GetBool();
  answer("null", id);
}

class binance final : public venue {
public:
  explicit binance(const venue_world& world) : world_(world), symbols_(world.updates) {}

  venue_limits limits() const override {
    using namespace std::chrono_literals;
    return {.messages_per_second = 5,
            .excess_reason = "Too many requests",
            .ping_every = 20s,
            .pong_within = 60s};
  }

  std::unique_ptr<protocol> connect(std::string_view target, connection& to) override {
    const auto mark = std::min(target.find('?'), target.size());
    const auto path = target.substr(0, mark);
    const auto query = target.substr(std::min(mark + 1, target.size()));
    const bool combined = path == "/stream";
    if (!combined && path != "/ws" && !path.starts_with("/ws/"))
      return nullptr;
    auto made = std::make_unique<binance_protocol>(world_.updates, symbols_, to, combined);
    const auto streams = combined ? query_value(query, "streams").value_or("")
                                  : std::string(path.substr(std::min<std::size_t>(4, path.size())));
    return made->listen_at_open(streams) ? std::move(made) : nullptr;
  }

  rest_reply rest(const rest_request& request) override { return binance_rest(world_, request); }

  state_row describe(std::size_t market) const override {
    const auto& of = world_.updates.instruments()[market];
    const auto& state = world_.updates.state(market);
    const auto text = [](std::int64_t value, unsigned digits, unsigned padded) {
      return std::string(frame_text{}.fixed(value, digits, padded).view());
    };
    const auto price = [&](std::int64_t value) { return text(value, of.price_digits, 8); };
    const auto size = [&](std::int64_t value) { return text(value, of.size_digits, 8); };
    return {.last = price(state.last),
            .bid = price(state.bid),
            .ask = price(state.ask),
            .bid_size = size(state.bid_size),
            .ask_size = size(state.ask_size),
            .open = price(state.open),
            .high = price(state.high),
            .low = price(state.low),
            .volume = size(state.volume),
            .quote_volume = text(quote_volume_e8(of, state), 8, 8),
            .change_pct = text(change_pct(state, 3), 3, 3)};
  }

private:
  venue_world world_;
  stream_symbols symbols_;
};

} // namespace

std::unique_ptr<venue> make_binance(const venue_world& world) {
  return std::make_unique<binance>(world);
}

} // namespace tickboard::simulator
