#pragma once

// What every adapter needs besides decoding: asset names, listings, requests. Internal to
// adapters/exchange.

#include "adapters/exchange/exchange.hpp"

#include <rapidjson/document.h>

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

namespace tickboard::exchange {

/// An exchange's own code for an asset and the code that all exchanges share for it.
using asset_alias = std::pair<std::string_view, std::string_view>;

/// The shared code of `code`: its alias, or itself.
std::string_view unified(std::span<const asset_alias> aliases, std::string_view code) noexcept;

/// Gathers the markets of a listing. Two entries of the same id or symbol cannot be told apart
/// later on: the first stays.
class listing {
public:
  explicit listing(std::string_view feed_name) : feed_name_(feed_name) {}

  /// Takes the market in if its codes can be used; else, counts it.
  void add(std::string_view base, std::string_view quote, std::string_view native);
  void skip() noexcept { ++skipped_; }

  std::size_t skipped() const noexcept { return skipped_; }
  std::vector<market_ptr> take() { return std::move(markets_); }

private:
  std::string_view feed_name_;
  std::vector<market_ptr> markets_;
  std::unordered_set<std::string> taken_;
  std::size_t skipped_ = 0;
};

/// What REST answered as a document; the error says which exchange's, `what` it is ("listing"), and
/// where it stops being JSON. Numbers are kept as text if `numbers_as_text`.
result<rapidjson::Document> parse_rest_body(std::string_view exchange, std::string_view what,
                                            std::string_view body, bool numbers_as_text = false);

/// The text of a member; empty if it has none.
std::string_view text_of(const rapidjson::Value& object, const char* key) noexcept;

/// Percent-encodes all but letters, digits and "-._~", for a URL's query.
std::string query_escaped(std::string_view text);

/// The boolean of a member; `fallback` if it has none.
bool flag_of(const rapidjson::Value& object, const char* key, bool fallback) noexcept;

/// Adds the mark of a market that was asked for; the first of several stays. Ignores empty ones,
/// and those too long for what an exchange may call a trade.
void add_mark(std::vector<trade_mark>& to, std::span<const std::string> asked,
              std::string_view native, std::string_view mark);

/// A symbol "BASE<separator>QUOTE" as a market.
result<market_ptr> market_from_pair(std::string_view exchange, std::string_view native,
                                    char separator, std::span<const asset_alias> aliases,
                                    std::string_view feed_name);

/// Appends ["a","b"] of the markets' symbols.
void append_natives(std::string& out, std::span<const market_ptr> markets);

/// The one request that tells the last trades of all these markets; none for no markets.
std::vector<trade_question> one_trade_question(std::string target,
                                               std::span<const market_ptr> markets);

/// Cuts `markets` in runs of at most `per_request` and makes a request of each; `text` gets the
/// run and the request's id.
std::vector<request>
in_requests(std::span<const market_ptr> markets, std::size_t per_request, std::uint64_t first_id,
            const std::function<std::string(std::span<const market_ptr>, std::uint64_t)>& text);

} // namespace tickboard::exchange
