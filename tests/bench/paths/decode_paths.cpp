#include "actors/frame_decoder.hpp"
#include "tests/bench/paths/paths.hpp"

#include <fmt/format.h>
#include <rapidjson/reader.h>

#include <memory>

namespace tickboard::bench {

namespace {

/// A frame of a channel, as the exchange's documentation shows it.
struct sample {
  std::string_view exchange, channel, native, text;
};

// clang-format off
constexpr sample samples[] = {
    {"binance", "ticker", "BTCUSDT",
     R"({"stream":"btcusdt@ticker","data":{"e":"24hrTicker","E":1767225600123,"s":"BTCUSDT",)"
     R"("p":"-1205.87000000","P":"-1.361","w":"87931.20411873","x":"88612.45000000",)"
     R"("c":"87406.58000000","Q":"0.00412000","b":"87406.57000000","B":"3.81204000",)"
     R"("a":"87406.58000000","A":"1.09733000","o":"88612.45000000","h":"89120.00000000",)"
     R"("l":"86900.10000000","v":"18234.55121000","q":"1603385934.55321870",)"
     R"("O":1767139200123,"C":1767225600122,"F":5712930011,"L":5715044872,"n":2114862}})"},
    {"binance", "bookTicker", "BTCUSDT",
     R"({"stream":"btcusdt@bookTicker","data":{"u":83120475990,"s":"BTCUSDT",)"
     R"("b":"87406.57000000","B":"3.81204000","a":"87406.58000000","A":"1.09733000"}})"},
    {"coinbaseexchange", "ticker", "BTC-USD",
     R"({"type":"ticker","sequence":112740938214,"product_id":"BTC-USD","price":"87412.03",)"
     R"("open_24h":"88598.71","volume_24h":"7319.54410912","low_24h":"86911.5","high_24h":"89107.22",)"
     R"("volume_30d":"291034.11982371","best_bid":"87412.02","best_bid_size":"0.18340211",)"
     R"("best_ask":"87412.03","best_ask_size":"0.05127700","side":"buy",)"
     R"("time":"2026-01-01T00:00:00.118342Z","trade_id":931284417,"last_size":"0.00219847"})"},
    {"kraken", "ticker", "BTC/USD",
     R"({"channel":"ticker","type":"update","data":[{"symbol":"BTC/USD","bid":87409.1,)"
     R"("bid_qty":1.74420000,"ask":87409.2,"ask_qty":8.02913341,"last":87409.2,)"
     R"("volume":2419.80117364,"vwap":87902.5,"low":86890.0,"high":89114.7,"change":-1188.4,)"
     R"("change_pct":-1.34,"timestamp":"2026-01-01T00:00:00.120993Z"}]})"},
};
// clang-format on

constexpr std::size_t frames_a_batch = 64;
constexpr int followed = 500; ///< markets of the feed

struct nothing : rapidjson::BaseReaderHandler<rapidjson::UTF8<>, nothing> {};

source source_of(const sample& from) {
  source out;
  out.feed = from.exchange;
  out.protocol = exchange::find_protocol(from.exchange);
  auto subject = out.protocol->market_from_symbol(from.native, from.exchange);
  if (!subject)
    fail(subject.error());
  std::vector<market_ptr> markets{*std::move(subject)};
  for (int i = 1; i < followed; ++i)
    markets.push_back(*make_market(from.exchange, fmt::format("C{}", i), "USD",
                                   fmt::format("C{}{}", i, from.native.substr(3))));
  out.symbols = std::make_shared<const symbol_table>(std::move(markets));
  return out;
}

std::shared_ptr<net::frame_batch> batch_of(const sample& from) {
  auto out = std::make_shared<net::frame_batch>(nullptr);
  for (std::size_t i = 0; i < frames_a_batch; ++i)
    out->add(from.text);
  out->received_ms = begin_ms + 150;
  return out;
}

path decode_path(const sample& from) {
  struct state {
    source origin;
    frame_decoder decoder;
    net::frame_batch_ptr frames;
  };
  auto all = std::make_shared<state>();
  all->origin = source_of(from);
  return {fmt::format("decode:{}.{}", from.exchange, from.channel),
          "frame",
          frames_a_batch,
          [all, &from] { all->frames = batch_of(from); },
          [all, &from] {
            all->decoder.decode(all->origin, *all->frames);
            if (all->decoder.out.patches.size() != frames_a_batch)
              fail(fmt::format("{}: {}", from.exchange, all->decoder.out.first_problem));
          },
          false};
}

path raw_path(const sample& from) {
  auto frames = std::make_shared<net::frame_batch_ptr>();
  return {fmt::format("raw_parse:{}.{}", from.exchange, from.channel),
          "frame",
          frames_a_batch,
          [frames, &from] { *frames = batch_of(from); },
          [frames, &from] {
            constexpr unsigned flags =
                rapidjson::kParseInsituFlag | rapidjson::kParseNumbersAsStringsFlag;
            for (std::size_t i = 0; i < frames_a_batch; ++i) {
              rapidjson::InsituStringStream stream((*frames)->frame(i).data());
              rapidjson::Reader reader;
              nothing handler;
              if (!reader.Parse<flags>(stream, handler))
                fail(fmt::format("{}: not JSON", from.exchange));
            }
          },
          false};
}

} // namespace

std::vector<path> decode_paths() {
  std::vector<path> out;
  for (const auto& one : samples) {
    out.push_back(decode_path(one));
    out.push_back(raw_path(one));
  }
  return out;
}

} // namespace tickboard::bench
