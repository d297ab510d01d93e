#pragma once

#include "adapters/simulator/random_walk.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tickboard::simulator {

/// A place in the endless sequence of updates, and the market that is updated there. Each round
/// over all markets visits every market once, in an order of its own.
class tape_cursor {
public:
  tape_cursor(std::uint64_t seed, std::size_t markets);

  std::uint64_t index() const noexcept { return index_; }
  std::uint64_t round() const noexcept { return round_; }
  std::size_t market() const noexcept { return market_; }
  void next() noexcept;
  void seek(std::uint64_t index) noexcept;

private:
  void enter_round() noexcept;

  std::uint64_t seed_;
  std::size_t markets_;
  std::uint64_t index_ = 0, round_ = 0;
  std::size_t place_ = 0, market_ = 0, stride_ = 0;
};

/// The one sequence of updates that all connections read, each at its own place. Update `i` is a
/// function of the seed and `i`; its time is when the tape first got that far.
class tape {
public:
  using clock = std::chrono::steady_clock;

  struct pace {
    double rate = 0;         ///< updates a second; 0: driven by the readers
    std::uint64_t count = 0; ///< updates in all; 0: without end
    bool hold = false;       ///< waits for `release` besides the first subscriber
  };

  /// A stretch of updates with one base time.
  struct stretch {
    std::uint64_t from = 0, to = 0;
    std::int64_t start_us = 0;

    /// Rises by a microsecond, the finest that exchanges send, with each update.
    std::int64_t at(std::uint64_t index) const noexcept {
      return start_us + static_cast<std::int64_t>(index - from);
    }
  };

  tape(std::vector<instrument> instruments, std::uint64_t seed, const pace& pace);

  const std::vector<instrument>& instruments() const noexcept { return instruments_; }
  std::size_t markets() const noexcept { return instruments_.size(); }
  /// The market's number, or `markets()`.
  std::size_t find(std::string_view native) const noexcept;

  /// Does the exchange list it as tradable? Updates go on in any case.
  bool listed(std::size_t market) const noexcept { return listed_[market]; }
  void set_listed(std::size_t market, bool is) noexcept { listed_[market] = is; }

  /// As `find`, but without markets that cannot be subscribed, though they may be listed.
  std::size_t find_subscribable(std::string_view native) const noexcept;
  void set_subscribable(std::size_t market, bool is) noexcept { subscribable_[market] = is; }

  std::uint64_t sent() const noexcept { return head_.index(); }
  const market_state& state(std::size_t market) const noexcept { return states_[market]; }
  /// What REST tells of the market: its state, or the one from when `keep_shown` first named it.
  const market_state& shown(std::size_t market) const noexcept;
  /// REST goes on telling the present states of these markets, and of no others.
  void keep_shown(const std::vector<std::size_t>& markets);
  const pace& pacing() const noexcept { return pace_; }
  tape_cursor head() const noexcept { return head_; }

  /// True once `count` updates were generated: nothing changes any more.
  bool still() const noexcept { return pace_.count != 0 && sent() >= pace_.count; }
  bool running() const noexcept { return subscribed_ && !pace_.hold && !still(); }
  bool reader_driven() const noexcept { return pace_.rate <= 0; }

  // -- pace ------------------------------------------------------------------

  void first_subscribed() noexcept;
  void release() noexcept;
  /// Precondition: count is 0 or at least `sent()`.
  void set_pace(double rate, std::uint64_t count) noexcept;
  /// Generates what is due by now (never more than a tenth of a second's worth at once; the rest
  /// is due at the next call). For a rate above 0.
  void catch_up();
  /// When the next update is due. For a rate above 0.
  clock::time_point next_due() const noexcept;
  /// Generates up to `updates` more, as far as `count` allows.
  void advance(std::uint64_t updates);

  // -- time ------------------------------------------------------------------

  /// The stretch that `index` lies in. Precondition: oldest_known() <= index < sent().
  stretch stretch_of(std::uint64_t index) const noexcept;
  /// Times before this update are forgotten (a reader so far behind starts afresh).
  std::uint64_t oldest_known() const noexcept { return times_.front().from; }
  /// The exchange's clock is that far ahead (or, negative, behind) from the next update on.
  void set_clock(std::int64_t ahead_us);
  /// No reader needs times before `index` any more.
  void forget_before(std::uint64_t index) noexcept;

private:
  struct time_mark {
    std::uint64_t from = 0;
    std::int64_t start_us = 0;
  };

  /// Ten minutes of milliseconds: how far a reader may lag behind, and 10 MB.
  static constexpr std::size_t most_times = 600'000;

  void restart_clock() noexcept;
  void mark_time();
  std::int64_t now_us() const;

  std::vector<instrument> instruments_;
  std::unordered_map<std::string_view, std::size_t> by_native_;
  std::vector<market_state> states_;
  std::map<std::size_t, market_state> shown_; ///< by market: those that are kept
  std::vector<bool> listed_, subscribable_;
  tape_cursor head_;
  pace pace_;
  bool subscribed_ = false;
  std::uint64_t paced_from_ = 0;
  clock::time_point paced_since_;
  std::deque<time_mark> times_;
  std::int64_t clock_ahead_us_ = 0;
};

} // namespace tickboard::simulator
