#pragma once

// Reads tickers' values out of the fields of a frame. Internal to adapters/exchange.

#include "adapters/exchange/frame_sax.hpp"
#include "market/ticker.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tickboard::exchange {

/// Unix milliseconds of an RFC 3339 time ("2026-01-01T00:00:00.123456Z", or an offset for the Z),
/// cut, not rounded; years 1970 to 9999. Nothing for other text.
std::optional<std::int64_t> parse_rfc3339_ms(std::string_view text) noexcept;

/// A non-negative integer in digits alone, at most `max`.
std::optional<std::uint64_t> parse_integer(std::string_view text, std::uint64_t max) noexcept;

/// The values of one object of a frame, read by type. What is absent or null reads as empty or 0;
/// the first value that breaks the protocol is kept as `problem()` and reads as empty too.
class field_reader {
public:
  /// `numbers` is how the exchange writes decimals: as JSON numbers or as text. The arguments
  /// must outlive the reader.
  template <std::size_t N>
  field_reader(std::string_view exchange, std::string_view event, const key_table<N>& keys,
               const field_values<N>& values, scalar_kind numbers)
      : exchange_(exchange), event_(event), names_(keys.names().data()), values_(values.data()),
        numbers_(numbers) {}

  bool has(std::uint8_t key) const noexcept {
    const auto kind = values_[key].kind;
    return kind != scalar_kind::absent && kind != scalar_kind::null;
  }

  /// Makes a value that the frame does not have a problem; null is a value.
  void require(std::uint8_t key, std::string_view expected);

  /// The market's symbol; required. Problems found later name it.
  std::string_view symbol(std::uint8_t key);

  decimal any_number(std::uint8_t key); ///< of either sign
  decimal amount(std::uint8_t key);     ///< not negative: prices, sizes, volumes
  decimal required_amount(std::uint8_t key);
  std::uint64_t sequence(std::uint8_t key); ///< a JSON integer
  std::int64_t unix_ms(std::uint8_t key);   ///< a JSON integer
  std::int64_t rfc3339_ms(std::uint8_t key);

  /// A side of the book without price and size (sent as zeros) is no quote: empty.
  quote_group quote(std::uint8_t bid, std::uint8_t ask, std::uint8_t bid_size,
                    std::uint8_t ask_size);

  bool ok() const noexcept { return problem_.empty(); }
  const std::string& problem() const noexcept { return problem_; }

private:
  void blame(std::uint8_t key, std::string_view expected);
  std::optional<std::string_view> typed(std::uint8_t key, scalar_kind kind,
                                        std::string_view expected);

  std::string_view exchange_, event_, symbol_;
  const std::string_view* names_;
  const scalar* values_;
  scalar_kind numbers_;
  std::string problem_;
};

/// Where the tickers of one frame go: patches of the markets in `symbols`, or, with `collected`,
/// their symbols alone. What it refers to must outlive it.
struct ticker_output {
  const symbol_table& symbols;
  std::int64_t received_ms;
  decoded& out;
  std::vector<std::string>* collected;

  /// A new patch of the market that `symbol_key` names; null if there is none to make.
  ticker_patch* begin(field_reader& read, std::uint8_t symbol_key) const;

  void tell(event said) const;

  /// Takes the patch back if one of its values broke the protocol.
  void end(const field_reader& read) const;
};

/// The symbols of the tickers in a copy of `frame`, as `Sink` finds them; none if it is not JSON.
template <class Sink>
std::vector<std::string> collect_symbols(std::string_view frame) {
  std::string copy(frame);
  const symbol_table nothing;
  decoded out;
  std::vector<std::string> symbols;
  Sink sink(ticker_output{nothing, 0, out, &symbols});
  if (parse_frame(std::span<char>(copy), sink))
    return {};
  sink.finish();
  return symbols;
}

} // namespace tickboard::exchange
