#pragma once

#include "actors/messages/ids.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

/// To the keeper.
namespace tickboard {

struct rebuilt {
  std::size_t writer = 0;
  std::uint64_t incarnation = 0;
};

/// A writer saw that Redis lost what it wrote under this incarnation.
struct state_lost {
  std::uint64_t incarnation = 0;
  std::string reason;
};

/// A writer has a new connection to Redis, or is new itself.
struct writer_connected {
  std::size_t writer = 0;
  std::uint64_t last = 0; ///< incarnation of its connection before, if there was one; 0: none
};

/// How many markets a feed follows, once it knows.
struct markets_expected {
  std::string feed;
  std::size_t markets = 0;
};

/// How many markets a writer holds.
struct markets_held {
  std::size_t writer = 0;
  std::size_t markets = 0;
};

struct keeper_tick {};
struct epochs_seen {
  bool all_there = false;
  bool reachable = false;
  std::string refusal{}; ///< why Redis, which can be reached, did not refresh them; empty: it did
};
struct epochs_written {
  std::uint64_t incarnation = 0;
  std::string failure; ///< empty: written
};

/// Who says of himself that he works on this Redis.
struct daemons_seen {
  bool failed = false;
  std::string refusal{}; ///< why the turn could not be asked for; empty: it could
  std::string starter{}; ///< whose turn it is to start
  std::map<std::string, std::string> beats{}; ///< daemon id -> when it was last heard of
};
/// Keys of an earlier life, one SCAN step.
struct leftovers_found {
  bool failed = false;
  std::string refusal{}; ///< why those of the step before are still there; empty: they are gone
  std::string starter{};
  std::string cursor{}; ///< empty: there are no more, and those of the step before are gone
  std::vector<std::string> keys{};
};

/// Redis knows that the daemon is at work no more, or is away.
struct farewell_told {};

struct readiness_asked {};
struct readiness {
  bool ready = false;
  std::string reason;
  bool was_whole = false; ///< this daemon has brought all markets that there were at its start
};

} // namespace tickboard
