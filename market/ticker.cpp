#include "market/ticker.hpp"

#include "market/json_text.hpp"
#include "market/price_history.hpp"
#include "market/shown.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <iterator>

namespace tickboard {

std::string_view to_string(change_basis basis) noexcept {
  switch (basis) {
  case change_basis::utc_day:
    return "utc_day";
  case change_basis::kst_day:
    return "kst_day";
  case change_basis::rolling_24h:
    break;
  }
  return "rolling_24h";
}

// -- order ----------------------------------------------------------------------------------------

namespace {

/// `a` - `b` >= `least`, which is not negative. Stored numbers may be anything.
bool leads(std::int64_t a, std::int64_t b, std::int64_t least) noexcept {
  return a >= b && static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b) >=
                       static_cast<std::uint64_t>(least);
}

/// `to` - `from`, wrapping around.
std::int64_t distance(std::int64_t from, std::int64_t to) noexcept {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(to) -
                                   static_cast<std::uint64_t>(from));
}

/// Is the first of two different times the newer one?
bool is_newer(std::int64_t ts, std::int64_t received, std::int64_t other_ts,
              std::int64_t other_received) noexcept {
  if (leads(ts, other_ts, clock_step_ms + 1))
    return !leads(other_received, received, clock_settles_ms);
  if (leads(other_ts, ts, clock_step_ms + 1))
    return leads(received, other_received, clock_settles_ms);
  return ts > other_ts;
}

} // namespace

bool watermark::admits(const stamp& at, std::int64_t received) const noexcept {
  if (at.ts_ms == 0 && at.sequence == 0)
    return ts_ms == 0 && sequence == 0; // it cannot be shown to be newer than what has an order
  if (at.ts_ms != 0 && ts_ms != 0 && at.ts_ms != ts_ms)
    return is_newer(at.ts_ms, received, ts_ms, received_ms);
  return at.sequence == 0 || at.sequence >= sequence;
}

void watermark::raise(const stamp& at, std::int64_t received) noexcept {
  if (at.ts_ms != 0 && at.ts_ms != ts_ms && at.sequence != 0)
    sequence = at.sequence; // a newer time also begins a new count, should the exchange restart it
  else
    sequence = std::max(sequence, at.sequence);
  if (at.ts_ms == 0)
    return;
  ts_ms = at.ts_ms;
  received_ms = std::max(received_ms, received);
}

bool watermark::covers(const watermark& other) const noexcept {
  if (ts_ms == other.ts_ms)
    return sequence >= other.sequence;
  if (ts_ms == 0 || other.ts_ms == 0)
    return ts_ms > other.ts_ms;
  return is_newer(ts_ms, received_ms, other.ts_ms, other.received_ms);
}

namespace {

constexpr std::size_t pct_decimals = 6; ///< finer than any price tick makes of a percentage
constexpr std::size_t spread_decimals = 3;

} // namespace

bool ticker::apply(const ticker_patch& patch) {
  const auto take = [&patch](auto& mine, watermark& mark, const auto& theirs) {
    const bool taken = theirs && mark.admits(patch.at, patch.received_ms);
    if (taken) {
      mine = *theirs;
      mark.raise(patch.at, patch.received_ms);
    }
    return taken;
  };
  const bool has_trade = take(trade, trade_at, patch.trade);
  const bool is_moment = patch.quote && patch.at.ts_ms != 0 && patch.at.sequence == 0;
  const bool is_behind = is_moment && counted_quote_ms != 0 &&
                         leads(patch.received_ms, counted_quote_ms, 0) &&
                         !leads(patch.received_ms, counted_quote_ms, clock_settles_ms);
  bool has_quote = false;
  if (!is_behind)
    has_quote = take(quote, quote_at, patch.quote);
  else if (quote_at.admits(patch.at, patch.received_ms))
    quote_at.raise(patch.at, patch.received_ms); // what is held is at least of then
  if (has_quote && patch.at.ts_ms == 0 && patch.at.sequence != 0)
    counted_quote_ms = patch.received_ms;
  const bool has_stats = take(stats, stats_at, patch.stats);
  // Read from the patch: what was just stored here may be far from being readable.
  if (has_stats && patch.stats->change_pct)
    stats.change_pct = as_shown<pct_decimals>(*patch.stats->change_pct);
  const bool applied = has_trade || has_quote || has_stats;
  if (applied)
    received_ms = std::max(received_ms, patch.received_ms);
  return applied;
}

bool ticker::adopt(const ticker& other) {
  bool taken = false;
  const auto take = [&](auto& mine, watermark& mark, const auto& theirs, const watermark& ahead) {
    if (mark.covers(ahead))
      return;
    mine = theirs;
    mark = ahead;
    taken = true;
  };
  take(trade, trade_at, other.trade, other.trade_at);
  take(quote, quote_at, other.quote, other.quote_at);
  take(stats, stats_at, other.stats, other.stats_at);
  if (taken)
    received_ms = std::max(received_ms, other.received_ms);
  return taken;
}

std::int64_t ticker::ts_ms() const noexcept {
  return std::max({trade_at.ts_ms, quote_at.ts_ms, stats_at.ts_ms});
}

std::optional<double> spread_bps(const quote_group& quote) noexcept {
  if (!quote.bid || !quote.ask)
    return std::nullopt;
  const double bid = quote.bid.value(), ask = quote.ask.value();
  const double mean = (bid + ask) / 2;
  if (!(mean > 0) || !std::isfinite(mean))
    return std::nullopt;
  return as_shown<spread_decimals>((ask - bid) / mean * 1e4);
}

// -- text -----------------------------------------------------------------------------------------

namespace {

void append_decimal(std::string& out, std::string_view name, const decimal& value) {
  out.append(name);
  if (value.empty()) {
    out.append("null");
    return;
  }
  out.push_back('"');
  out.append(value.text());
  out.push_back('"');
}

void append_integer(std::string& out, std::string_view name, std::int64_t value, bool null) {
  out.append(name);
  if (null) {
    out.append("null");
    return;
  }
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.begin(), digits.end(), value).ptr;
  out.append(digits.begin(), end);
}

constexpr double largest_integer = 9e15; ///< all integers below are doubles

/// `steps` / 10^`Decimals`, without zeros at the end.
template <std::size_t Decimals>
void append_fixed(std::string& out, std::int64_t steps) {
  constexpr auto scale = static_cast<std::int64_t>(power_of_ten(Decimals));
  std::array<char, 24> text;
  auto* end = text.begin();
  if (steps < 0) {
    *end++ = '-';
    steps = -steps;
  }
  end = std::to_chars(end, text.end(), steps / scale).ptr;
  if (auto rest = steps % scale; rest != 0) {
    *end = '.';
    for (auto at = Decimals; at > 0; --at, rest /= 10)
      end[at] = static_cast<char>('0' + rest % 10);
    end += Decimals + 1;
    while (end[-1] == '0')
      --end;
  }
  out.append(text.begin(), end);
}

/// With at most `Decimals` decimals.
template <std::size_t Decimals>
void append_number(std::string& out, std::string_view name, const std::optional<double>& value) {
  out.append(name);
  if (!value) {
    out.append("null");
    return;
  }
  if (const double steps = std::round(*value * power_of_ten(Decimals));
      std::abs(steps) < largest_integer) {
    append_fixed<Decimals>(out, static_cast<std::int64_t>(steps));
    return;
  }
  const auto begin = out.size();
  fmt::format_to(std::back_inserter(out), "{:.{}f}", *value, Decimals);
  while (out.back() == '0')
    out.pop_back();
  if (out.back() == '.')
    out.pop_back();
  if (std::string_view{out}.substr(begin) == "-0")
    out.erase(begin, 1);
}

/// Shortest text that reads back as the same double, which is valid JSON.
void append_number(std::string& out, std::string_view name, const std::optional<double>& value) {
  out.append(name);
  if (!value) {
    out.append("null");
    return;
  }
  std::array<char, 32> digits;
  const auto end = std::to_chars(digits.begin(), digits.end(), *value).ptr;
  out.append(digits.begin(), end);
}

/// The members that rows and normalised patches have in common, from "exchange" to "kind".
void append_names(std::string& out, const market& subject) {
  out.append("\"exchange\":");
  append_json_string(out, subject.exchange);
  out.append(",\"base\":");
  append_json_string(out, subject.base);
  out.append(",\"quote\":");
  append_json_string(out, subject.quote);
  out.append(",\"kind\":\"");
  out.append(to_string(subject.kind));
  out.push_back('"');
}

/// From "last" to "change_24h_pct".
void append_values(std::string& out, const trade_group& trade, const quote_group& quote,
                   const stats_group& stats) {
  append_decimal(out, ",\"last\":", trade.last);
  append_decimal(out, ",\"bid\":", quote.bid);
  append_decimal(out, ",\"ask\":", quote.ask);
  append_decimal(out, ",\"bid_size\":", quote.bid_size);
  append_decimal(out, ",\"ask_size\":", quote.ask_size);
  append_decimal(out, ",\"open_24h\":", stats.open);
  append_decimal(out, ",\"high_24h\":", stats.high);
  append_decimal(out, ",\"low_24h\":", stats.low);
  append_decimal(out, ",\"volume_24h\":", stats.volume);
  append_decimal(out, ",\"quote_volume_24h\":", stats.quote_volume);
  append_number<pct_decimals>(out, ",\"change_24h_pct\":", stats.change_pct);
}

/// As /v1/exchanges calls the feed and its connection.
void append_source(std::string& out, std::string_view exchange, std::uint32_t connection) {
  out.append(",\"source\":");
  if (connection == 0) {
    out.append("null");
    return;
  }
  append_json_string(out, exchange);
  out.back() = '/';
  append_integer(out, "", connection, false);
  out.push_back('"');
}

/// Room for nearly every row (most have 600 to 750 bytes), and within what malloc keeps at hand for
/// a thread.
constexpr std::size_t usual_row_bytes = 960;

void append_derived(std::string& out, const derived_values& derived) {
  append_number(out, ",\"price_usd\":", derived.price_usd);
  append_number(out, ",\"volume_usd_24h\":", derived.volume_usd_24h);
  append_number(out, ",\"market_cap\":", derived.market_cap);
  static_assert(window_count == 4);
  append_number<price_history::decimals>(out, ",\"change_1m_pct\":", derived.change_pct[0]);
  append_number<price_history::decimals>(out, ",\"change_5m_pct\":", derived.change_pct[1]);
  append_number<price_history::decimals>(out, ",\"change_15m_pct\":", derived.change_pct[2]);
  append_number<price_history::decimals>(out, ",\"change_1h_pct\":", derived.change_pct[3]);
}

} // namespace

void append_row(std::string& out, const market& subject, const ticker& state, bool stale,
                std::uint32_t connection) {
  out.reserve(out.size() + usual_row_bytes);
  out.append("{\"id\":");
  append_json_string(out, subject.id);
  out.push_back(',');
  append_names(out, subject);
  append_values(out, state.trade, state.quote, state.stats);
  append_number<spread_decimals>(out, ",\"spread_bps\":", spread_bps(state.quote));
  out.append(",\"change_basis\":\"");
  out.append(to_string(state.stats.basis));
  const auto ts_ms = state.ts_ms();
  append_integer(out, "\",\"ts_ms\":", ts_ms, ts_ms == 0);
  append_integer(out, ",\"received_ms\":", state.received_ms, false);
  append_source(out, subject.exchange, connection);
  append_derived(out, state.derived);
  out.append(stale ? ",\"stale\":true}" : ",\"stale\":false}");
}

bool is_stale_row(std::string_view row) noexcept {
  return row.ends_with(",\"stale\":true}");
}

std::string encode_version(const ticker& state) {
  std::string out;
  out.reserve(96);
  for (const auto* mark : {&state.trade_at, &state.quote_at, &state.stats_at}) {
    append_integer(out, out.empty() ? "" : " ", mark->ts_ms, false);
    append_integer(out, " ", static_cast<std::int64_t>(mark->sequence), false);
  }
  for (const auto* mark : {&state.trade_at, &state.quote_at, &state.stats_at})
    append_integer(out, " ", mark->ts_ms == 0 ? 0 : distance(mark->ts_ms, mark->received_ms),
                   false);
  return out;
}

void append_patch_line(std::string& out, const ticker_patch& patch, std::uint64_t line) {
  const auto& subject = *patch.subject;
  out.push_back('{');
  append_names(out, subject);
  out.append(",\"symbol\":");
  append_json_string(out, subject.base + "/" + subject.quote);
  out.append(",\"native\":");
  append_json_string(out, subject.native);
  append_integer(out, ",\"line\":", static_cast<std::int64_t>(line), false);
  append_values(out, patch.trade.value_or(trade_group{}), patch.quote.value_or(quote_group{}),
                patch.stats.value_or(stats_group{}));
  append_integer(out, ",\"ts_ms\":", patch.at.ts_ms, patch.at.ts_ms == 0);
  append_integer(out, ",\"sequence\":", static_cast<std::int64_t>(patch.at.sequence),
                 patch.at.sequence == 0);
  out.append("}\n");
}

} // namespace tickboard
