#pragma once

#include "actors/feed.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tickboard {

/// The feeds of a daemon: which run, and how they become others while the daemon goes on. Used by
/// the thread that starts and stops the daemon; its methods wait for actors, so for no other.
class feed_set {
public:
  using time_point = std::chrono::steady_clock::time_point;

  /// Feeds run below `root`, a supervisor; `common` is what all of them are given.
  feed_set(caf::actor_system& system, caf::actor root, feed_config common);

  /// Makes these the feeds that run: ends those that are not among them, whose markets leave,
  /// starts further ones, and starts anew those with other settings, but for those with other
  /// symbols alone, which follow them from then on; the rest does not notice. A feed that does not
  /// end in time ends without having passed on its last frames.
  void change(const std::vector<config::feed_settings>& wanted, time_point until);

  std::vector<std::string> names() const; ///< of those that run, sorted

  /// The actor that follows this exchange at the moment; null: none does.
  caf::actor feed_of(const std::string& name) const;

  /// Ends all; what they followed stays in Redis.
  void stop();

private:
  struct running {
    config::feed_settings settings;
    std::uint32_t first_source_id;
    address_ptr at;
  };

  void start(const config::feed_settings& settings, std::uint32_t first_source_id);
  void add(const running& one);
  void choose(running& one, const config::feed_settings& settings);
  void retire(const std::string& name, const running& one, time_point until);
  void forget(const std::string& name);
  std::uint32_t free_source_id();

  caf::actor_system& system_;
  caf::actor root_;
  feed_config common_;
  std::map<std::string, running> feeds_; ///< by name
  std::uint32_t next_source_id_ = 0;
};

/// Answers when everything that `service` was sent before has been passed on; see drain_asked.
/// False with a warning that says `loss`, if it does not by then, or if it was not all.
bool drain(const caf::scoped_actor& self, const caf::actor& service,
           std::chrono::steady_clock::time_point until,
           std::string_view loss = "the last updates may be missing in Redis");

} // namespace tickboard
