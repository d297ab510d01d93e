#pragma once

#include "adapters/simulator/faults.hpp"
#include "adapters/simulator/venue.hpp"

#include <optional>

namespace tickboard::simulator {

inline constexpr double max_rate = 10'000'000;

/// What the control endpoint sees and changes.
class controlled {
public:
  struct figures {
    std::uint64_t sent = 0, count = 0;
    bool done = false;
    std::size_t connections = 0, subscriptions = 0;
    std::uint64_t upgrades = 0, requests = 0; ///< asked for so far, refused ones too
    std::string faults = {};                  ///< JSON array
  };

  virtual ~controlled() = default;
  virtual tape& updates() noexcept = 0;
  virtual venue& exchange() noexcept = 0;
  /// True if a recording is played: there are no random-walk states and no pace.
  virtual bool replaying() const noexcept = 0;
  virtual figures status() const = 0;
  virtual bool apply(const fault& fault) = 0; ///< false: too many are in force
  virtual void clear_faults() = 0;
  virtual void pace_changed() = 0;
};

/// Answers below /sim/ (see README). Nothing for other paths.
std::optional<rest_reply> control(controlled& subject, const rest_request& request);

} // namespace tickboard::simulator
