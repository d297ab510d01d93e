#pragma once

#include "actors/board.hpp"
#include "actors/messages.hpp"
#include "actors/slot.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <vector>

namespace tickboard {

/// A writer's way to the price histories in Redis, which outlive it: what a market's windows were
/// is read when the writer first hears of the market, and written every 20 s, a few markets at a
/// time. Histories are kept apart from the board, since what is rebuilt of the board from memory is
/// not to be had from there. Used by its writer alone.
class history_store {
public:
  static constexpr std::size_t write_rounds = 400; ///< writes, one a sweep, that bring each market
  static constexpr std::size_t max_written = 50;   ///< markets: bounds how long Redis is held ...
  static constexpr std::size_t max_read = 256;     ///< ... also at a start, which should be quick

  explicit history_store(board_ptr on) : board_(std::move(on)) {}

  /// A market of the writer's, from now on; it must live until this object ends or forgets it.
  void add(slot& market) { unread_.push_back(&market); }

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

private:
  board_ptr board_;
  std::deque<slot*> unread_;
  std::vector<slot*> reading_; ///< null: forgotten since
  std::vector<slot*> read_;
  std::size_t next_ = 0; ///< to write
  bool writing_ = false;
};

} // namespace tickboard
