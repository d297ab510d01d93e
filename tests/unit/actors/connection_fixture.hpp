#pragma once

#include "actors/connection.hpp"
#include "actors/messages/feed.hpp"
#include "actors/messages/status.hpp"
#include "actors/messages/writer.hpp"
#include "actors/normalizer.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/scripted_stream.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string>
#include <string_view>
#include <vector>

namespace tickboard::test {

// -- what exchanges say, as recorded --------------------------------------------------------------

inline std::string kraken_ticker(std::string_view symbol, std::string_view last = "63297.8") {
  return fmt::format(
      R"({{"channel":"ticker","type":"update","data":[{{"symbol":"{}","bid":63297.7,)"
      R"("bid_qty":5.45673101,"ask":63297.8,"ask_qty":0.36974422,"last":{},)"
      R"("volume":1020.88391276,"vwap":63685.7,"low":63250,"high":64409.2,"change":0.7,)"
      R"("change_pct":0,"trades":47536,"timestamp":"2026-08-12T19:29:02.066592Z"}}]}})",
      symbol, last);
}

inline std::string kraken_ack(std::uint64_t id, std::string_view symbol) {
  return fmt::format(
      R"({{"method":"subscribe","req_id":{},"result":{{"channel":"ticker","event_trigger":)"
      R"("trades","snapshot":true,"symbol":"{}"}},"success":true,)"
      R"("time_in":"2026-08-12T19:29:00.962486Z","time_out":"2026-08-12T19:29:00.962534Z"}})",
      id, symbol);
}

inline std::string kraken_refusal(std::uint64_t id, std::string_view symbol) {
  return fmt::format(R"({{"error":"Currency pair not supported {0}","method":"subscribe",)"
                     R"("req_id":{1},"success":false,"symbol":"{0}",)"
                     R"("time_in":"2026-09-24T03:54:32.996743Z",)"
                     R"("time_out":"2026-09-24T03:54:32.996775Z"}})",
                     symbol, id);
}

inline std::string coinbase_ticker(std::string_view product, std::uint64_t sequence = 1) {
  return fmt::format(
      R"({{"type":"ticker","sequence":{},"product_id":"{}","price":"63297.81",)"
      R"("open_24h":"63000.1","volume_24h":"1020.8","low_24h":"62000","high_24h":"64000.25",)"
      R"("volume_30d":"30000","best_bid":"63297.80","best_bid_size":"0.5","best_ask":"63297.82",)"
      R"("best_ask_size":"0.25","side":"buy","time":"2026-08-12T19:29:02.066592Z",)"
      R"("trade_id":7,"last_size":"0.01"}})",
      sequence, product);
}

inline std::string coinbase_subscriptions(const std::vector<std::string>& products) {
  return fmt::format(R"({{"type":"subscriptions","channels":[{{"name":"ticker",)"
                     R"("product_ids":["{}"],"account_ids":null}}]}})",
                     fmt::join(products, R"(",")"));
}

inline std::string coinbase_refusal(std::string_view reason) {
  return fmt::format(R"({{"type":"error","message":"Failed to subscribe","reason":"{}"}})", reason);
}

inline std::string binance_ack(std::uint64_t id) {
  return fmt::format(R"({{"result":null,"id":{}}})", id);
}

inline std::string binance_refusal(std::uint64_t id) {
  return fmt::format(R"({{"error":{{"code":2,"msg":"Invalid request: invalid stream"}},"id":{}}})",
                     id);
}

// -- one connection -------------------------------------------------------------------------------

/// A connection actor with a real normalizer behind it. The probes stand for the feed and the one
/// writer.
struct connection_fixture : actor_fixture {
  connection_fixture(std::string_view exchange, const std::vector<std::string>& natives) {
    source from;
    from.id = 7;
    from.feed = exchange;
    from.connection = 3;
    from.protocol = exchange::find_protocol(exchange);
    REQUIRE(from.protocol != nullptr);
    std::vector<market_ptr> markets;
    for (const auto& native : natives) {
      auto made = from.protocol->market_from_symbol(native, exchange);
      REQUIRE_MESSAGE(made, (made ? "" : made.error()));
      markets.push_back(*made);
    }
    from.symbols = std::make_shared<const symbol_table>(std::move(markets));
    config.from = std::make_shared<const source>(std::move(from));
    config.life = "the life";
    config.stream.url = "wss://exchange.test/";
    config.open = streams.opener();
    config.normalizer = make_address();
    const auto writer_at = make_address();
    writer_at->set(writer.handle());
    config.normalizer->set(spawn(normalizer, std::vector{writer_at}, make_address()));
    const auto& limits = config.from->protocol->published_limits();
    config.request_interval = limits.request_interval;
    config.keepalive_interval = limits.keepalive_interval;
  }

  /// Starts it; `open` answers the connect.
  scripted_stream& start(bool open = true) {
    subject = spawn(connection, config, feed.handle());
    end_of_it.emplace(subject);
    run();
    auto& stream = streams.last();
    if (open) {
      stream.open();
      run();
    }
    return stream;
  }

  void receive(const std::string& frame) {
    streams.last().receive({frame});
    run();
  }

  /// One answer of the normalizer with this event alone.
  void hear(exchange::event event) {
    decode_report report;
    report.frames = 1;
    report.events.push_back(std::move(event));
    send(subject, std::move(report));
  }

  /// Time passes while `frame` keeps coming.
  void advance_with(const std::string& frame, std::chrono::milliseconds by,
                    std::chrono::milliseconds every = std::chrono::seconds{1}) {
    for (; by.count() > 0; by -= every) {
      receive(frame);
      advance(std::min(by, every), std::chrono::milliseconds{100});
    }
  }

  bool ended() const { return end_of_it->ended(); }
  caf::error reason() const { return end_of_it->reason(); }

  connection_status status() {
    REQUIRE_FALSE(feed.all<connection_status>().empty());
    return feed.all<connection_status>().back();
  }

  scripted_streams streams;
  probe<connection_live, renewal_wanted, connection_status> feed{*this};
  probe<write_patches> writer{*this};
  connection_config config;
  caf::actor subject;
  std::optional<obituary> end_of_it;
};

/// Symbols "B0<separator>USD" and so on.
inline std::vector<std::string> numbered_natives(std::size_t count, std::string_view separator) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < count; ++i)
    out.push_back(fmt::format("B{}{}USD", i, separator));
  return out;
}

} // namespace tickboard::test
