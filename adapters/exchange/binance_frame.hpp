#pragma once

// Binance's frames. Internal to the Binance adapter.

#include "adapters/exchange/frame_sax.hpp"
#include "adapters/exchange/ticker_fields.hpp"

namespace tickboard::exchange {

/// What a frame of a raw or combined stream says: a Sink of sax_handler. Made for one frame.
class binance_frame {
public:
  static constexpr auto known = key_table(std::to_array<std::string_view>(
      {"e", "E", "C", "s", "u", "c", "o", "h", "l", "v", "q", "P", "b", "B", "a", "A",
       // of the envelope, and of answers to requests
       "stream", "data", "result", "id", "error", "code", "msg"}));
  using keys = std::remove_const_t<decltype(known)>;
  using scope = std::uint8_t;
  static constexpr scope skip = 255;

  static void decode(std::span<char> frame, const ticker_output& to);
  static std::vector<std::string> symbols_in(std::string_view frame);

  explicit binance_frame(const ticker_output& to) : to_(to) {}

  scope open(scope in, std::uint8_t key, bool object);
  scalar* slots(scope in);
  void value(scope in, std::uint8_t key, const scalar& value);
  void close(scope in);
  void finish() {}

private:
  using fields = field_values<keys::none>;

  void close_envelope();
  void announce_shutdown();
  void answer(const fields& from);
  bool take_event(const fields& from);
  void take_ticker(const fields& from, std::string_view event);

  ticker_output to_;
  fields outer_{}, entry_{};
  bool enveloped_ = false, shutting_down_ = false;
};

} // namespace tickboard::exchange
