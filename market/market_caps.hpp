#pragma once

#include "market/market.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace tickboard {

/// The market caps of assets in US dollars, as rows of their markets show them. Immutable once
/// shared.
class market_caps {
public:
  /// Knows none.
  market_caps() = default;
  explicit market_caps(std::int64_t as_of_ms) : as_of_ms_(as_of_ms) {}

  void set(std::string_view symbol, double usd) {
    caps_.insert_or_assign(std::string{symbol}, usd);
  }

  std::optional<double> of(std::string_view symbol) const noexcept;
  std::int64_t as_of_ms() const noexcept { return as_of_ms_; } ///< Unix ms

  /// Keeps `published`'s value for each that has moved by less than `least_move` (a fraction)
  /// since. True if some has moved further, or became known or unknown.
  bool settle(const market_caps& published, double least_move);

private:
  std::unordered_map<std::string, double, string_hash, std::equal_to<>> caps_;
  std::int64_t as_of_ms_ = 0;
};

using market_caps_ptr = std::shared_ptr<const market_caps>; ///< never null

} // namespace tickboard
