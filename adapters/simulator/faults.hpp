#pragma once

#include "adapters/simulator/subscriber.hpp"
#include "market/result.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tickboard::simulator {

enum class fault_kind : std::uint8_t {
  drop,         ///< cuts TCP at once
  stall,        ///< no data, but pongs, heartbeats and acknowledgements
  refuse,       ///< upgrades get an HTTP status and Retry-After
  refuse_rest,  ///< REST requests do
  garbage,      ///< malformed frames in between
  slow,         ///< a trickle of bytes
  duplicate,    ///< every data frame twice
  out_of_order, ///< a data frame is followed by the market's frame of an earlier millisecond
  shutdown,     ///< announces the end as the venue does, closes after `seconds`
  mute,         ///< one market is silent, though subscribed
  close,        ///< closes with 1001 (going away)
  still,        ///< one market seems not to be traded: it is silent, and REST tells nothing new
};

struct fault {
  fault_kind kind = fault_kind::drop;
  std::chrono::duration<double> seconds{10};
  std::optional<std::size_t> connections;  ///< the oldest so many; absent: all, later ones too
  std::size_t market = 0;                  ///< mute, still
  unsigned status = 503;                   ///< refuse, refuse_rest
  std::optional<std::int64_t> retry_after; ///< of these, s; 0: none; absent: until they end
};

std::string_view to_string(fault_kind kind) noexcept;

/// Reads the body of POST /sim/fault; the error says what is allowed.
result<fault> parse_fault(std::string_view body, const tape& updates);

/// The faults in force. Times out by `expire`, which the owner calls when `next_expiry` is due.
class fault_board {
public:
  using clock = std::chrono::steady_clock;

  static constexpr std::size_t most = 64; ///< in force at once

  /// `affected`: ids of the connections it concerns, if not all. False if the board is full.
  bool add(const fault& fault, std::vector<std::uint64_t> affected);
  void clear() { active_.clear(); }

  /// Takes out what is over; returns the connections that an ended shutdown closes (empty and
  /// `all` for every connection).
  struct ended {
    bool any = false;
    bool close_all = false;
    std::vector<std::uint64_t> close;
  };
  ended expire(clock::time_point now);
  std::optional<clock::time_point> next_expiry() const;

  /// Markets that seem not to be traded.
  std::vector<std::size_t> still() const;

  disturbance on(std::uint64_t connection) const;
  /// The refusal of this kind in force, with its Retry-After; 0: none.
  struct refusal {
    unsigned status;
    std::int64_t retry_after;
  };
  std::optional<refusal> refusing(fault_kind kind, clock::time_point now) const;

  /// [{"kind":"stall","seconds_left":4.2},...]
  std::string json(clock::time_point now) const;

private:
  struct entry {
    fault what;
    std::vector<std::uint64_t> affected;
    clock::time_point until;

    bool concerns(std::uint64_t connection) const;
  };

  std::vector<entry> active_;
};

} // namespace tickboard::simulator
