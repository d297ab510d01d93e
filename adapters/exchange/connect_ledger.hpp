#pragma once

#include "adapters/exchange/exchange.hpp"
#include "market/result.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>

namespace tickboard::exchange {

/// What keeps us from a host.
enum class connect_obstacle : std::uint8_t { none, budget, ban };

/// When the next attempt may be made: now, or later.
struct connect_verdict {
  std::int64_t at_ms = 0;
  connect_obstacle why = connect_obstacle::none;
  unsigned status = 0; ///< of the answer that banned us
};

/// Which attempts were made at each host ("host:port"), and until when it wants none. A plain value
/// without a clock: `now_ms` is Unix time in ms, and may jump in either direction. An attempt in
/// the future is taken for one made now, and a ban for one of at most `longest_ban`; so whatever
/// clocks and files say, a wait is never longer than that, or the budget's window.
class connect_ledger {
public:
  static constexpr std::chrono::hours longest_ban{3 * 24}; ///< of a 418 or 429
  static constexpr std::chrono::hours longest_pause{1};    ///< of a 503
  static constexpr std::chrono::minutes first_ban{1};      ///< without a Retry-After; doubles ...
  static constexpr std::chrono::hours last_ban{1};         ///< ... up to this
  static constexpr std::chrono::minutes ban_memory{10};    ///< later ones begin anew
  static constexpr std::chrono::hours attempt_memory{24};  ///< no window is longer
  static constexpr std::size_t most_hosts = 256;           ///< the one not used for longest goes
  static constexpr std::size_t most_attempts = 1'000;      ///< of a host; no budget is larger
  static constexpr std::size_t most_text_bytes = 8 << 20;

  connect_verdict look(const std::string& host, const connect_budget& budget, std::int64_t now_ms);

  /// One is made now. Those that have left the budget's window are forgotten.
  void attempted(const std::string& host, const connect_budget& budget, std::int64_t now_ms);

  /// The host answered with this status, and this Retry-After (0: none): 418 and 429 ban us, with
  /// none for a time that grows; 503 does with one. False if that changes nothing.
  bool refused(const std::string& host, unsigned status, std::chrono::seconds retry_after,
               std::int64_t now_ms);

  /// What is of use later, as JSON.
  std::string text(std::int64_t now_ms);
  /// The error says what is wrong where.
  static result<connect_ledger> parse(std::string_view text, std::int64_t now_ms);

private:
  struct entry {
    std::deque<std::int64_t> attempts; ///< in order
    std::int64_t banned_until_ms = 0;  ///< 0: it is not
    std::int64_t last_ban_ms = 0;      ///< when the one before was over
    unsigned status = 0;
    unsigned refusals = 0; ///< in a row

    void settle(std::int64_t now_ms);
    bool spent(std::int64_t now_ms) const;
    std::int64_t used_ms() const;
  };

  entry& at(const std::string& host, std::int64_t now_ms);

  std::map<std::string, entry> hosts_;
};

} // namespace tickboard::exchange
