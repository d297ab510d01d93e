#pragma once

// Coinbase Exchange's frames. Internal to its adapter.

#include "adapters/exchange/frame_sax.hpp"
#include "adapters/exchange/ticker_fields.hpp"

namespace tickboard::exchange {

/// What a frame says: a Sink of sax_handler. Made for one frame.
class coinbaseexchange_frame {
public:
  static constexpr auto known = key_table(std::to_array<std::string_view>(
      {"type", "sequence", "product_id", "price", "open_24h", "volume_24h", "low_24h", "high_24h",
       "best_bid", "best_bid_size", "best_ask", "best_ask_size", "time",
       // of errors and of the list of subscriptions
       "message", "reason", "channels", "name", "product_ids"}));
  using keys = std::remove_const_t<decltype(known)>;
  using scope = std::uint8_t;
  static constexpr scope skip = 255;

  static void decode(std::span<char> frame, const ticker_output& to);
  static std::vector<std::string> symbols_in(std::string_view frame);

  explicit coinbaseexchange_frame(const ticker_output& to) : to_(to) {}

  scope open(scope in, std::uint8_t key, bool object);
  scalar* slots(scope in);
  void value(scope in, std::uint8_t key, const scalar& value);
  void close(scope in);
  void finish();

private:
  using fields = field_values<keys::none>;

  void take_ticker();
  void take_error();

  ticker_output to_;
  fields fields_{};
  bool is_object_ = false;
  std::string_view channel_;                 // the one being read in a list of subscriptions
  std::vector<std::string_view> products_;   // its products
  std::vector<std::string_view> subscribed_; // those of the ticker channels
};

} // namespace tickboard::exchange
