#pragma once

#include "market/decimal.hpp"
#include "market/derived.hpp"
#include "market/market.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace tickboard {

/// What "24 h" means for a market's open, high, low and change.
enum class change_basis : std::uint8_t { rolling_24h, utc_day, kst_day };

std::string_view to_string(change_basis basis) noexcept;

/// A ticker is three groups that exchanges send apart, each with its own freshness.
struct trade_group {
  decimal last;
};

struct quote_group {
  decimal bid, ask, bid_size, ask_size; // sizes in base units
};

/// (ask - bid) / their mean in hundredths of a percent, to three decimals; nothing if either is
/// missing or the mean is not positive. Negative while a book is crossed.
std::optional<double> spread_bps(const quote_group& quote) noexcept;

struct stats_group {
  decimal open, high, low;
  decimal volume;       // in base units
  decimal quote_volume; // in quote units
  std::optional<double> change_pct;
  change_basis basis = change_basis::rolling_24h;
};

/// Where an update stands in the exchange's own order. 0 is "the exchange did not say".
struct stamp {
  std::int64_t ts_ms = 0;     ///< exchange time, Unix milliseconds
  std::uint64_t sequence = 0; ///< exchange sequence or update id, rising for each market
};

/// One update of one market: the groups that its frame carries, complete within each group.
struct ticker_patch {
  market_ptr subject;
  stamp at;
  std::int64_t received_ms = 0; ///< our clock when the frame was read
  std::optional<trade_group> trade;
  std::optional<quote_group> quote;
  std::optional<stats_group> stats;
};

/// Times of one exchange that are further apart than this are of two clocks: it was set meanwhile.
inline constexpr std::int64_t clock_step_ms = 60'000;
/// Nothing with the clock of before was received for this long: it is that of before.
inline constexpr std::int64_t clock_settles_ms = 5'000;

/// How far a group has come; a patch older than this does not apply.
///
/// Exchange time decides, then the sequence. A stamp that lacks the time is compared by sequence
/// alone. One that lacks both is taken in order of arrival, but never over a state whose place in
/// the exchange's order is known. Each known coordinate only rises, so a mixture of timed and
/// untimed sources stays monotone in each of them.
///
/// But for clocks that are set: of two times more than `clock_step_ms` apart, the lower one is the
/// newer if it was received at least `clock_settles_ms` after the other.
struct watermark {
  std::int64_t ts_ms = 0;
  std::uint64_t sequence = 0;
  std::int64_t received_ms = 0; ///< our clock when what has this time was read

  bool admits(const stamp& at, std::int64_t received) const noexcept;
  void raise(const stamp& at, std::int64_t received) noexcept;
  /// True if everything that `other` has seen, this has seen too.
  bool covers(const watermark& other) const noexcept;
  friend bool operator==(const watermark&, const watermark&) = default;
};

/// The merged state of one market.
struct ticker {
  trade_group trade;
  quote_group quote;
  stats_group stats;
  watermark trade_at, quote_at, stats_at;
  std::int64_t received_ms = 0;
  std::int64_t counted_quote_ms = 0; ///< our clock when a quote came last that has a sequence alone
  derived_values derived;            ///< as of when they were last set; no patch touches them

  /// Applies the groups of `patch` that are not older than what is held. True if any applied.
  ///
  /// A quote that has a sequence alone is of a stream of every change (Binance's book ticker). A
  /// timed one without sequence (its day statistics, each second) cannot be compared with it, and
  /// is a moment old: within `clock_settles_ms` of such a one it is not taken, only its time.
  bool apply(const ticker_patch& patch);

  /// Takes over each group of `other` that is ahead of ours (two daemons, or a restart).
  /// True if anything was taken over.
  bool adopt(const ticker& other);

  /// The newest exchange time in any group; 0 if the exchange never said.
  std::int64_t ts_ms() const noexcept;
};

/// The row as users get it, but for its age (market/answer_text.hpp): one JSON object, prices as
/// strings with the exchange's digits. This is what Redis stores and the API returns, byte for
/// byte. `connection`, from 1, is that of the exchange's feed by which the state came: `source`;
/// 0: unknown.
void append_row(std::string& out, const market& subject, const ticker& state, bool stale,
                std::uint32_t connection);

/// True if what `append_row` wrote is stale.
bool is_stale_row(std::string_view row) noexcept;

/// The watermarks as stored beside the row: "trade_ts trade_seq quote_ts quote_seq stats_ts
/// stats_seq trade_lag quote_lag stats_lag", compared by lua/order.lua. A lag is that of receiving
/// behind the exchange's time in ms; 0 if there is no time.
std::string encode_version(const ticker& state);

/// Reads back what `append_row` and `encode_version` wrote, but for the derived values; the error
/// says what is wrong.
result<ticker> decode_row(std::string_view row, std::string_view version);

/// The line that `tickboard normalize` prints for a patch from line `line` of a recording.
void append_patch_line(std::string& out, const ticker_patch& patch, std::uint64_t line);

} // namespace tickboard
