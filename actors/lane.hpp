#pragma once

#include "actors/board.hpp"
#include "actors/slot.hpp"

#include <algorithm>
#include <chrono>
#include <deque>
#include <functional>
#include <string>
#include <vector>

namespace tickboard {

/// What became of a lane's batch.
struct lane_result {
  struct conflict {
    std::string id, version, row; ///< as stored, with a newer group than ours
  };
  enum class outcome {
    done,    ///< everything is stored, but for the conflicts
    shared,  ///< another daemon writes to this partition too: merge again
    emptied, ///< the partition lost its state
    failed   ///< Redis refused or is gone; `failure` says why
  };
  outcome what = outcome::done;
  std::vector<conflict> conflicts;
  std::string failure;
  bool away = false; ///< it failed for want of a connection, which others tell of
};

/// A writer's way into one partition: the markets that Redis has yet to hear of, and the one batch
/// that is under way. At most one batch is in flight; while it is, markets collect here, each
/// once, so that memory and Redis's work are bounded by markets, not by updates. Used by its
/// writer alone.
class lane {
public:
  using time_point = std::chrono::steady_clock::time_point;

  static constexpr std::size_t max_batch = 256; ///< rows: bounds how long a script holds Redis
  /// An update carries the scores of indexes that are not kept up only if none did for so long ...
  static constexpr std::chrono::milliseconds lag{10'000};
  /// ... and if no update comes, they follow by themselves so much later.
  static constexpr std::chrono::milliseconds grace{500};
  static constexpr std::size_t catch_up_limit =
      50; ///< markets a time: no flood when all fall quiet

  lane(const board& on, std::size_t partition);

  std::size_t partition() const noexcept { return partition_; }
  bool in_flight() const noexcept { return !batch_.empty() || !leaving_batch_.empty(); }
  std::size_t waiting() const noexcept { return waiting_.size(); }
  bool has_waiting() const noexcept { return !waiting_.empty() || !leaving_.empty(); }
  std::size_t batch_size() const noexcept { return batch_.size(); }

  /// To be called after every change of the market: queues it, unless it is queued already.
  void mark(slot& market);

  /// These are not followed any more: nothing of them is sent, and Redis is to forget them. They
  /// must live until `slot::has_left`, or `stay`.
  void leave(const std::vector<slot*>& markets);
  /// It is followed again after all, and to be marked.
  void stay(slot& market);

  /// Calls `visit` with each market of the batch that comes next.
  template <class Visit>
  void visit_next(Visit visit) const {
    for (std::size_t i = 0; i < std::min(waiting_.size(), max_batch); ++i)
      visit(*waiting_[i]);
  }

  /// From now on these are set with every update, others later. At first all are. If there are more
  /// of them than before, all markets that lag are queued.
  void keep_up(const index_set& asked);
  /// Since that call Redis has got what it lacked of these: they are right with every row.
  bool is_kept_up() const noexcept { return owed_ == 0; }

  /// Queues markets whose scores have lagged long enough, the first `catch_up_limit` of them.
  void catch_up(time_point now);

  /// What Redis has yet to get by now is wanted until it has it, however often its batch fails, or
  /// until it leaves. To be called again after a reset and what is marked then.
  void want_all();
  bool has_all_wanted() const noexcept { return wanted_ == 0; }

  /// Redis and we agree on its history, as nobody else has written to the partition since.
  bool is_merged(const slot& market) const noexcept {
    return market.entries[partition_ == 0 ? 0 : 1].merged == reign_;
  }

  /// True if the next batch can go as plain commands: nothing has to be merged or forgotten.
  bool is_plain() const;

  /// How a batch of merged markets gets to Redis.
  enum class way {
    script,  ///< write.lua, which looks whose the partition is
    commands ///< a transaction, whose array of replies is nil if the partition was touched
  };

  /// The calls that bring the next batch to Redis; `done` runs once, on the io thread, when all
  /// of them are answered. Precondition: has_waiting() and not in_flight(); for `commands`
  /// is_plain.
  std::vector<redis::call> take_batch(std::string_view token, time_point now, way by,
                                      std::function<void(lane_result)> done);

  /// The batch in flight is over. Markets that are not stored are queued again, but for those of
  /// conflicts: these are to be marked, or left to another. Those whose history is in doubt will be
  /// merged, which are all if another daemon writes here. Returns how many are stored.
  std::size_t finish(const lane_result& result);
  /// What Redis has of a conflict stands: whoever wrote it has brought all of it.
  void leave_to_another(slot& market);

  /// Forgets that anything was stored: everything must be marked anew.
  void reset();

private:
  void push(slot& market);
  void await(slot& market, time_point due);
  void note_sent(slot& market, time_point now);
  void owe(slot& market);
  void is_even(slot& market);
  void no_longer_wanted(slot& market);
  struct changed_index {
    std::size_t index, markets;
  };
  std::vector<changed_index> changed_indexes(time_point now, const std::vector<slot*>& known);
  bool is_due(slot& market, std::size_t index) const;
  redis::call write_call(std::string_view token, time_point now, const std::vector<slot*>& known);
  redis::call plain_call(time_point now, const std::vector<slot*>& known);
  void add_rows(redis::command& to, const std::vector<slot*>& known) const;
  void add_versions(redis::command& to, const std::vector<slot*>& known) const;
  void add_scores(redis::command& to, const std::vector<slot*>& known, std::size_t index) const;
  redis::call merge_call(std::string_view token, time_point now, const std::vector<slot*>& unknown);
  redis::call forget_call(std::string_view token);
  redis::call whole_partition_call(const board::script_ptr& script, std::string_view token) const;
  void finish_leaving(bool stored);

  const board* board_;
  std::size_t partition_;
  std::vector<std::size_t> indexes_; ///< those that the partition has, but for `id`
  index_set kept_ = index_set{}.set();
  std::deque<slot*> waiting_;
  std::vector<slot*> batch_;
  std::deque<slot*> leaving_;
  std::vector<slot*> leaving_batch_; ///< of these, those whose departure is `sent` count
  struct laggard {
    slot* market;
    time_point due;
  };
  std::deque<laggard> laggards_; ///< each market at most once
  std::size_t owed_ = 0;         ///< markets whose entries say so
  std::size_t wanted_ = 0;       ///< markets whose entries say so
  /// Ends when another daemon was found to write here, for all markets at once: how many there are
  /// does not matter, as two daemons end each other's with every batch.
  std::uint64_t reign_ = 1;
  bool claimed_ = false;   ///< a batch was stored since the reset: the partition is ours
  bool discarded_ = false; ///< reset while in flight: the result says nothing any more
};

} // namespace tickboard
