#pragma once

#include "market/ticker.hpp"

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tickboard::exchange {

/// So many connection attempts within any such time, of one address. 0: as many as one likes.
struct connect_budget {
  std::size_t attempts = 0;
  std::chrono::milliseconds window{0};
};

/// What an exchange's public documentation lets one client do. Each adapter states its own, with
/// the source of the number beside it.
struct limits {
  std::size_t streams_per_connection = 100; ///< subscriptions, counted as the exchange counts them
  std::size_t streams_per_request = 50;     ///< in one subscribe message
  std::chrono::milliseconds request_interval{100};  ///< least time between our messages
  std::chrono::milliseconds connect_interval{1000}; ///< least time between our connects
  connect_budget connects; ///< a little less than allowed: a killed daemon may not note its last
  std::chrono::seconds max_connection_age{0}; ///< 0: the exchange sets none
  std::chrono::seconds keepalive_interval{0}; ///< 0: nothing to send; else `keepalive()`
  std::size_t max_frame_bytes = 4 * 1024 * 1024;
  /// A subscribe message with one unknown symbol fails for all its symbols.
  bool one_bad_symbol_fails_request = false;
};

// -- what a frame can say besides tickers ---------------------------------------------------------

/// The exchange confirms subscriptions: those of request `request_id` when `natives` is empty,
/// else these symbols.
struct acknowledged {
  std::uint64_t request_id = 0;
  std::vector<std::string> natives;
};

/// The exchange refuses subscriptions, named in the same way. If it names neither, the reason
/// concerns the connection.
struct rejected {
  std::uint64_t request_id = 0;
  std::vector<std::string> natives;
  std::string reason;
};

/// The exchange did not take what was sent, because it was too much at a time: nothing is wrong
/// with what it asked for. Whatever is not answered by and by may be asked again, later.
struct too_fast {
  std::string reason;
};

/// The connection lives; says nothing about data.
struct heartbeat {};

/// The exchange wants this text sent back now.
struct reply_wanted {
  std::string text;
};

/// The exchange is about to close: connect anew, then leave.
struct reconnect_wanted {
  std::string reason;
};

/// The exchange tells its own condition ("online", "maintenance", ...).
struct condition {
  std::string text;
};

using event = std::variant<acknowledged, rejected, too_fast, heartbeat, reply_wanted,
                           reconnect_wanted, condition>;

/// What decoding a run of frames yields. Reused from batch to batch: `clear` keeps the capacity.
struct decoded {
  std::vector<ticker_patch> patches;
  std::vector<event> events;
  std::uint64_t ignored = 0;   ///< well-formed frames or entries that carry no ticker of ours
  std::uint64_t malformed = 0; ///< frames or entries that break the protocol
  std::string first_problem;   ///< of the malformed: what was wrong, at most 200 characters

  void clear();
  void reject(std::string_view problem);
};

/// One subscribe message.
struct request {
  std::uint64_t id = 0;
  std::vector<std::string> natives; ///< the symbols it asks for
  std::string text;
};

/// One REST request for the last trades of some markets.
struct trade_question {
  std::string target; ///< path and query, below the REST URL
  std::vector<std::string> natives;
};

/// What tells a market's last trade from those before it: other text whenever it traded. Of one
/// exchange's REST alone: not to be compared with anything else.
struct trade_mark {
  std::string native;
  std::string mark; ///< not empty
};

/// An exchange's public ticker protocol: strings in, values out. Has no state, no sockets, no
/// clock; one object serves every connection from any thread.
///
/// `channels` are the feed's configured streams, in the exchange's own names (see each adapter);
/// an empty list stands for `default_channels()`.
class protocol {
public:
  virtual ~protocol() = default;

  virtual std::string_view name() const noexcept = 0; ///< "binance"
  virtual const limits& published_limits() const noexcept = 0;
  virtual std::string_view default_ws_url() const noexcept = 0;   ///< full URL to connect to
  virtual std::string_view default_rest_url() const noexcept = 0; ///< scheme://host[:port]
  virtual const std::vector<std::string>& default_channels() const noexcept = 0;
  virtual const std::vector<std::string>& known_channels() const noexcept = 0;
  /// Those that carry tickers: of a feed's channels, one at least must.
  virtual const std::vector<std::string>& ticker_channels() const noexcept {
    return known_channels();
  }

  /// Path and query of the symbol listing, below the REST URL.
  virtual std::string listing_target() const = 0;

  /// The markets open for trading in a listing; `feed_name` becomes their exchange. Entries that
  /// cannot be used are left out and counted in `skipped`.
  virtual result<std::vector<market_ptr>>
  parse_listing(std::string_view body, std::string_view feed_name, std::size_t& skipped) const = 0;

  /// A market from its symbol alone, by the exchange's symbol grammar, for recordings, which come
  /// without a listing.
  virtual result<market_ptr> market_from_symbol(std::string_view native,
                                                std::string_view feed_name) const = 0;

  /// Streams that one market takes of `streams_per_connection`.
  virtual std::size_t streams_per_market(std::span<const std::string> channels) const noexcept = 0;

  /// The REST requests that tell the last trades of these markets, within what the exchange allows
  /// once a second. At most `markets_per_check` markets.
  virtual std::vector<trade_question>
  last_trade_questions(std::span<const market_ptr> markets) const = 0;
  virtual std::size_t markets_per_check() const noexcept = 0;

  /// The answer to one of them; markets that have no trade, or are not in it, are left out. The
  /// error says why there is none.
  virtual result<std::vector<trade_mark>>
  parse_last_trades(std::string_view body, std::span<const std::string> natives) const = 0;

  /// The subscribe messages for these markets, each within the limits, ids counting up from
  /// `first_id` (which is at least 1).
  virtual std::vector<request> subscribe(std::span<const market_ptr> markets,
                                         std::span<const std::string> channels,
                                         std::uint64_t first_id) const = 0;

  /// The exchange-level ping; empty where the exchange has none.
  virtual std::string keepalive(std::uint64_t request_id) const = 0;

  /// Decodes one frame and adds to `out`. `frame` is changed in place (RapidJSON in situ) and
  /// must be followed by one NUL character that is not part of the span. Symbols that are not in
  /// `symbols` count as ignored. Never throws on any input.
  virtual void decode(std::span<char> frame, std::int64_t received_ms, const symbol_table& symbols,
                      decoded& out) const = 0;

  /// The symbol of each ticker in a frame, for recordings: what `symbols` must hold so that
  /// `decode` keeps it. Empty for frames without tickers; never throws.
  virtual std::vector<std::string> symbols_in(std::string_view frame) const = 0;
};

/// The adapter called `name`, or null. This table is the one place that lists the adapters.
const protocol* find_protocol(std::string_view name) noexcept;

/// Names of all adapters, for error messages and help.
std::vector<std::string> protocol_names();

} // namespace tickboard::exchange
