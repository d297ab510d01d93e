#pragma once

#include "actors/board.hpp"
#include "actors/messages/writer.hpp"
#include "market/ticker.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <vector>

namespace tickboard {

/// Markets that a writer is to own and has not heard of, though Redis may have their rows: those
/// that have been quiet since its last life, or are told by another daemon. It takes the rows over,
/// so that such a market turns stale with its connection, and leaves when it is not followed any
/// more. Bounded by what is followed. Used by its writer alone.
class adoption {
public:
  static constexpr std::size_t max_read = 256; ///< rows of one question

  explicit adoption(board_ptr board) : board_(std::move(board)) {}

  /// `source_id`: of the connection that follows it now.
  void add(market_ptr market, std::uint32_t source_id) {
    waiting_.push_back({std::move(market), source_id});
  }
  /// Nothing waits, and nothing is under way.
  bool is_over() const noexcept { return waiting_.empty() && reading_.empty(); }

  /// Asks for the next of them, but for those that `is_held`; nothing while an answer is under way.
  /// `done` runs on the io thread.
  std::vector<redis::call> read(const std::function<bool(const market&)>& is_held,
                                std::function<void(rows_read)> done);

  struct stored {
    market_ptr market;
    std::uint32_t source_id;
    ticker state;
    bool stale; ///< as the row says
  };
  /// Those that Redis has. If it was away, they are asked for once more.
  std::vector<stored> finish(const rows_read& found);

private:
  struct one {
    market_ptr market;
    std::uint32_t source_id;
  };

  board_ptr board_;
  std::deque<one> waiting_;
  std::vector<one> reading_;
};

} // namespace tickboard
