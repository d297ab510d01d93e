#pragma once

// Kraken's frames. Internal to its adapter.

#include "adapters/exchange/frame_sax.hpp"
#include "adapters/exchange/ticker_fields.hpp"

namespace tickboard::exchange {

/// What a WebSocket v2 frame says: a Sink of sax_handler. Made for one frame.
class kraken_frame {
public:
  static constexpr auto known = key_table(std::to_array<std::string_view>(
      {"symbol", "bid", "bid_qty", "ask", "ask_qty", "last", "volume", "vwap", "low", "high",
       "change", "timestamp", "system",
       // of the envelope, and of answers to requests
       "channel", "data", "method", "success", "error", "req_id", "result",
       // instead of "error", of what answers no request in particular: {"Error":"Exceeded msg
       // rate"} https://github.com/bitrich-info/xchange-stream/issues/502
       "Error"}));
  using keys = std::remove_const_t<decltype(known)>;
  using scope = std::uint8_t;
  static constexpr scope skip = 255;

  static void decode(std::span<char> frame, const ticker_output& to);
  static std::vector<std::string> symbols_in(std::string_view frame);

  explicit kraken_frame(const ticker_output& to) : to_(to), before_(to.out) {}

  scope open(scope in, std::uint8_t key, bool object);
  scalar* slots(scope in);
  void value(scope in, std::uint8_t key, const scalar& value);
  void close(scope in);
  void finish();

private:
  using fields = field_values<keys::none>;

  void take_ticker();
  void take_channel(std::string_view channel);
  void take_answer();

  ticker_output to_;
  checkpoint before_;
  fields outer_{}, entry_{}, result_{};
  std::string_view system_; ///< what the last entry said of the exchange's condition
  bool is_object_ = false, has_list_ = false;
};

} // namespace tickboard::exchange
