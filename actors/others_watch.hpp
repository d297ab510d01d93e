#pragma once

#include "actors/board.hpp"
#include "actors/messages/writer.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace tickboard {

/// What other daemons do with the board: whether any is at work, as its heartbeat tells, and which
/// rows are stale in Redis, a window at a time, over and over. Used by its writer alone.
class others_watch {
public:
  static constexpr std::size_t window = 512; ///< ids of one look
  /// After so many answers in a row, half a second apart, at which no other heartbeat had moved,
  /// none is at work.
  static constexpr unsigned still_looks = 10;

  others_watch(board_ptr board, std::string daemon_id)
      : board_(std::move(board)), daemon_id_(std::move(daemon_id)) {}

  /// Asks for all of it; nothing while an answer is under way. `done` runs on the io thread.
  std::vector<redis::call> look(std::function<void(others_seen)> done);
  /// To be called with every answer.
  void finish(const others_seen& seen);

  bool another_lives() const noexcept { return still_ < still_looks; }

private:
  board_ptr board_;
  std::string daemon_id_;
  std::map<std::string, std::string> beats_; ///< by daemon id
  unsigned still_ = still_looks;             ///< answers since one had moved
  std::size_t passed_ = 0;                   ///< stale rows of the windows before this one
  bool looking_ = false;
};

} // namespace tickboard
