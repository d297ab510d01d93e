#pragma once

#include "market/result.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tickboard {

enum class market_kind : std::uint8_t { spot };

std::string_view to_string(market_kind kind) noexcept;

/// One tradable pair on one exchange. Immutable and shared by everything that speaks of it.
struct market {
  std::string id;       ///< "binance:BTC-USDT": what the API calls it
  std::string exchange; ///< the feed's name, e.g. "binance"; without letters A to Z
  std::string base;     ///< unified asset code, e.g. "BTC"; without letters a to z
  std::string quote;
  std::string native; ///< the exchange's own symbol, e.g. "BTCUSDT", "BTC-USD", "BTC/USD"
  market_kind kind = market_kind::spot;
  std::size_t hash = 0; ///< of `id`; chooses the writer that owns the market
};

using market_ptr = std::shared_ptr<const market>;

/// Longest asset code and native symbol that are accepted, in bytes.
inline constexpr std::size_t max_asset_length = 32;
inline constexpr std::size_t max_native_length = 64;

/// Longest id that a market can have: "exchange:BASE-QUOTE".
inline constexpr std::size_t max_id_length = 3 * max_asset_length + 2;

/// True for a character that asset codes, symbols and exchange names may have: all but control
/// characters, white space and those that give ids, queries and keys their structure
/// (: , | { } * " \).
bool is_code_character(char c) noexcept;

/// The same as a regular expression (ECMA-262), for documentation.
inline constexpr std::string_view code_pattern = R"([^\s\x00-\x1f\x7f:,|{}*"\\])";

/// Builds a market, its codes in capital letters. Each must be of `is_code_character`s and not too
/// long, a quote without '-', by which ids part base and quote; the error names the offending code.
result<market_ptr> make_market(std::string_view exchange, std::string_view base,
                               std::string_view quote, std::string_view native,
                               market_kind kind = market_kind::spot);

struct string_hash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const noexcept {
    return std::hash<std::string_view>{}(text);
  }
};

/// The markets of one feed by the exchange's own symbol. Immutable once shared.
class symbol_table {
public:
  symbol_table() = default;
  explicit symbol_table(std::vector<market_ptr> markets);

  /// Null for a symbol that is not followed.
  const market_ptr& find(std::string_view native) const noexcept;

  const std::vector<market_ptr>& markets() const noexcept { return markets_; }

  /// Where `one`, itself and not a copy, stands in `markets()`; their number if it does not.
  std::size_t place(const market& one) const noexcept;

private:
  std::vector<market_ptr> markets_;
  std::vector<std::uint32_t> places_; ///< in `markets_` and 1 more, by hash; 0: none
  std::unordered_map<std::string, market_ptr, string_hash, std::equal_to<>> by_native_;
};

using symbol_table_ptr = std::shared_ptr<const symbol_table>;

/// True if "BASE/QUOTE" matches `pattern`, in which * stands for any run of characters:
/// "BTC/USDT", "*/USDT", "BTC/*", "1000*/USDT". ASCII letters compare whatever their case.
bool matches_pattern(std::string_view pattern, std::string_view base, std::string_view quote);

} // namespace tickboard
