#pragma once

#include "actors/messages/connection.hpp"
#include "actors/messages/cross_check.hpp"
#include "actors/messages/source.hpp"
#include "market/quiet_watch.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tickboard {

/// How long a connection's next renewal because of mute markets is put off, through all its lives:
/// not at all the first time, then 5 times `mute_after`, twice as long after each such renewal, up
/// to six hours. A day without one makes the next prompt again.
class mute_renewals {
public:
  using clock = quiet_watch::clock;

  static constexpr std::chrono::hours longest_pause{6}, memory{24};

  void add(clock::time_point now) noexcept;
  std::chrono::milliseconds pause(std::chrono::milliseconds mute_after,
                                  clock::time_point now) const noexcept;

private:
  std::uint32_t count_ = 0; ///< none of them a day older than the one after it
  clock::time_point last_{};
};

/// Finds markets of one life of a connection that trade and of which nothing comes, while others
/// go on. Only last trades count as heard: they are what the cross-check compares. Of one actor.
class mute_guard {
public:
  using clock = quiet_watch::clock;

  static constexpr std::size_t shown = 5; ///< ids of mute markets

  /// All were subscribed at `now`. A renewal is not asked for before `pause` is over.
  mute_guard(source_ptr from, std::chrono::milliseconds mute_after, std::chrono::milliseconds pause,
             clock::time_point now);

  void heard(const decode_report& report, clock::time_point now);
  void refused(const std::string& native);
  void accepted(const std::string& native, clock::time_point now);

  /// Markets to ask REST for now. Nothing while an answer is waited for.
  std::vector<market_ptr> to_check(clock::time_point now);
  void checked(const cross_checked& told, clock::time_point now);

  /// Looks who is mute by now. Returns why the connection should be renewed, if it should.
  std::optional<std::string> look(clock::time_point now);

  const std::vector<std::size_t>& mute() const noexcept { return mute_; }
  std::vector<std::string> shown_ids() const;

private:
  source_ptr from_;
  quiet_watch watch_;
  clock::time_point renewable_at_;
  bool asking_ = false;
  std::vector<std::size_t> mute_; ///< places, as of the last look
};

} // namespace tickboard
