#pragma once

#include "market/market.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tickboard {

/// One market as a source of exchange rates: one unit of its base was last traded for `last` of its
/// quote.
struct rate_source {
  market_ptr subject;
  double last = 0;           ///< 0: not known
  double volume = 0;         ///< of 24 h in base units; 0: not known
  double quote_volume = 0;   ///< of 24 h in quote units; 0: not known
  std::int64_t heard_ms = 0; ///< when its exchange last spoke of it, Unix ms by our clock
  bool stale = false;        ///< its feed is down

  friend bool operator==(const rate_source&, const rate_source&) = default;
};

/// Assets by code; iteration is in the order of codes.
using asset_set = std::set<std::string, std::less<>>;

/// True for the dollar and for the assets through which others are valued (BTC, ETH, USDT, USDC,
/// EUR): a market with one of these at one end and an asset whose rate is wanted at the other is a
/// source of rates.
bool is_rate_hub(std::string_view asset) noexcept;

/// US dollars per unit of each asset that markets are quoted in. Immutable once shared.
///
/// A rate comes from the asset's own markets with USD, either way round; only if there is none,
/// from its markets with a hub that has such a rate of its own: two steps at most, and so no
/// cycles. Of several sources the median counts, weighted by their turnover in USD
/// (docs/decisions/usd.md). What has no fresh source has no rate: nothing is ever assumed, not of
/// stablecoins either.
class rate_table {
public:
  /// Knows that a dollar is a dollar.
  rate_table() = default;

  /// From `sources`, of which those count that are not stale, have a price, and were heard of at
  /// most `max_age_ms` before `now_ms`. Their order does not matter.
  rate_table(std::span<const rate_source> sources, const asset_set& wanted, std::int64_t now_ms,
             std::int64_t max_age_ms);

  std::optional<double> usd_per(std::string_view asset) const noexcept;

  /// Assets whose rate was asked for and those that came along as hubs, known or not.
  bool covers(std::string_view asset) const noexcept;
  std::size_t size() const noexcept { return rates_.size(); }

  /// The assets whose rate is known, by code; the dollar is not among them.
  std::vector<std::string> known() const;

  std::int64_t as_of_ms() const noexcept { return as_of_ms_; }

  /// Keeps `published`'s value for each rate that has moved by less than `least_move` (a fraction)
  /// since. True if some rate has moved further, or became known or unknown, or is new.
  bool settle(const rate_table& published, double least_move);

private:
  using rate_map =
      std::unordered_map<std::string, std::optional<double>, string_hash, std::equal_to<>>;

  rate_map rates_; ///< without USD
  std::int64_t as_of_ms_ = 0;
};

using rate_table_ptr = std::shared_ptr<const rate_table>; ///< never null

/// Could a market of these two assets be a source of a rate, given which are wanted?
bool is_rate_source(const market& subject, const rate_table& rates) noexcept;

struct weighted {
  double value, weight;
};

/// The value with half of the weight on either side; between two, their mean. Without any weight
/// all count alike. Nothing for no values. Reorders `values`.
std::optional<double> weighted_median(std::span<weighted> values);

} // namespace tickboard
