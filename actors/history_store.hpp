#pragma once

#include "actors/board.hpp"
#include "actors/messages/writer.hpp"
#include "actors/slot.hpp"
#include "market/candle_query.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <vector>

namespace tickboard {

/// A writer's way to the price histories and candles in Redis, which outlive it: what a market's
/// windows and candles were is read when the writer first hears of the market, and written in
/// turns, a few markets at a time: histories every 20 s, candles every minute, if they are others
/// since. Both are kept apart from the board, since what is rebuilt of the board from memory is not
/// to be had from there. Used by its writer alone.
class history_store {
public:
  static constexpr std::size_t write_rounds = 80;   ///< writes that bring each: one in 5 sweeps
  static constexpr std::size_t max_written = 250;   ///< markets: bounds how long Redis is held ...
  static constexpr std::size_t max_read = 256;      ///< ... also at a start, which should be quick
  static constexpr std::size_t candle_rounds = 120; ///< the same of candles, one in ten sweeps
  static constexpr std::size_t max_candles_written = 200;

  /// Without `candles` none are kept.
  history_store(board_ptr on, std::optional<candle_counts> candles)
      : board_(std::move(on)), kept_(candles) {}

  /// A market of the writer's, from now on; it must live until this object ends or forgets it.
  void add(slot& market);

  /// Those that are leaving are no markets of the writer's any more.
  void forget_leaving();

  /// Calls that read what is stored of the next markets; `done` runs once, on the io thread. Empty
  /// if there are none, or some are under way.
  std::vector<redis::call> read(std::int64_t now_ms, std::function<void(histories_read)> done);
  /// Markets whose windows may be others now. Those that could not be read because Redis is away
  /// are read again.
  std::vector<slot*> finish_read(const histories_read& found, std::int64_t now_ms);

  /// Calls that write the histories of the next markets, as of now. Empty if there are none, or
  /// some are under way. What Redis does not take is written in the next round.
  std::vector<redis::call> write(std::int64_t now_ms, std::function<void(histories_written)> done);
  void finish_write() noexcept { writing_ = false; }

  /// The same of candles, of those markets that have news; at the end, when there is no time for
  /// turns, the first that have some. What Redis does not take is written in the next round; so is
  /// what must be read before.
  std::vector<redis::call> write_candles(std::int64_t now_ms, bool in_turns,
                                         std::function<void(candles_written)> done);
  void finish_candles(const candles_written& result);
  /// Redis may have lost what was written.
  void write_candles_again();
  /// Some are being written, or cannot be before what is stored is read.
  bool has_candles_under_way() const noexcept {
    return kept_ && !(storing_.empty() && reading_.empty() && unread_.empty());
  }

private:
  static void restore_candles(const histories_read& found, const std::vector<slot*>& markets);

  board_ptr board_;
  std::deque<slot*> unread_;
  std::vector<slot*> reading_; ///< null: forgotten since
  std::vector<slot*> read_;
  std::size_t next_ = 0; ///< to write
  bool writing_ = false;
  std::optional<candle_counts> kept_;
  std::size_t next_candles_ = 0;
  std::vector<slot*> storing_; ///< whose candles are being written; null: forgotten since
};

} // namespace tickboard
