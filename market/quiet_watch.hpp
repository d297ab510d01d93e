#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace tickboard {

/// Learns how often each of some markets is heard of, and finds those that are silent for far
/// longer than is usual for them: suspects. Silence alone proves nothing, as a market may simply
/// not be traded. So suspects are looked up by other means (REST), and what is found there is kept
/// as a mark that changes whenever the market trades. A market is mute if its mark changed from
/// one look to a later one, and nothing was heard of it meanwhile nor for a while after.
///
/// How long is suspicious (`bar`): 10 times the mean gap between two updates (of about the last
/// 16) and twice the longest (which fades in 16 times its own length), but at least `mute_after`;
/// 5 times `mute_after` for a market of which less than 8 gaps are known, or that was never heard
/// of. A suspect is looked up at the bar and again half a bar later; then, as long as its mark
/// stays the same, after twice the time of before, up to a day.
///
/// Markets are numbers below the count. 48 bytes a market; hearing allocates nothing. Time is
/// passed in and must not go backwards. Not synchronised.
class quiet_watch {
public:
  using clock = std::chrono::steady_clock;

  static constexpr int usual_gaps = 10, longest_gaps = 2, unknown_gaps = 5;
  static constexpr unsigned gaps_to_know = 8, gaps_in_mean = 16, fading = 16;
  static constexpr std::chrono::hours longest_wait{24};

  /// All markets were subscribed at `subscribed`. Precondition: mute_after > 0.
  quiet_watch(std::size_t markets, clock::duration mute_after, clock::time_point subscribed);

  void heard(std::size_t market, clock::time_point now) noexcept;

  /// It was refused: its silence means nothing from now on.
  void leave_out(std::size_t market) noexcept { entries_[market].left_out = true; }

  /// It is subscribed after all, at `now`.
  void take_in(std::size_t market, clock::time_point now) noexcept {
    entries_[market] = {};
    entries_[market].last = now;
  }

  /// Up to `most` markets to look up now, in turn; each is due again after its wait, whether or not
  /// `looked_up` is called. None while nothing was heard of any market for `mute_after`: then the
  /// whole connection is silent, or brings nothing that is counted.
  std::vector<std::size_t> suspects(clock::time_point now, std::size_t most);

  /// What a look at a suspect found. Does nothing if the market was heard of since it was
  /// suspected.
  void looked_up(std::size_t market, std::uint64_t mark, clock::time_point now) noexcept;

  /// In order of their numbers. The while after the second look is a sixth of `mute_after`.
  std::vector<std::size_t> mute(clock::time_point now) const;

  clock::duration bar(std::size_t market) const noexcept;

private:
  struct entry {
    clock::time_point last{};    ///< heard of, or subscribed
    clock::time_point next{};    ///< look, if suspected
    clock::time_point changed{}; ///< when the mark was found to have, if `moved`
    std::uint64_t mark = 0;      ///< if `marked`
    float mean = 0, longest = 0; ///< gaps, in seconds
    std::uint8_t gaps = 0;       ///< known, at most `gaps_in_mean`
    std::uint8_t same = 0;       ///< looks that found the same mark again
    bool heard : 1 = false, left_out : 1 = false, suspected : 1 = false, marked : 1 = false,
                 moved : 1 = false;
  };

  clock::duration wait(std::size_t market) const noexcept;

  std::vector<entry> entries_;
  clock::duration mute_after_;
  clock::time_point last_heard_{};
  bool any_heard_ = false;
  std::size_t turn_ = 0; ///< the market whose turn to be looked up it is
};

} // namespace tickboard
