#pragma once

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>

namespace tickboard {

/// The markets that a connection follows but for its exchange, which refuses them, by their ids.
/// Those that are refused for `stale_after` are unserved: nobody tells of them, though the
/// connection lives. Of one actor.
class refused_markets {
public:
  using time_point = std::chrono::steady_clock::time_point;
  using duration = std::chrono::steady_clock::duration;

  /// These are refused by now. If `all_stale`, all rows are stale already, so theirs just stay so.
  void set(const std::set<std::string>& ids, time_point now, bool all_stale) {
    std::erase_if(since_, [&](const auto& entry) { return !ids.contains(entry.first); });
    std::erase_if(unserved_, [&](const auto& id) { return !ids.contains(id); });
    for (const auto& id : ids)
      since_.try_emplace(id, now);
    if (all_stale)
      unserved_ = ids;
  }

  bool contains(const std::string& id) const { return since_.contains(id); }
  const std::set<std::string>& unserved() const noexcept { return unserved_; }

  void look(time_point now, duration stale_after) {
    for (const auto& [id, since] : since_)
      if (now - since >= stale_after)
        unserved_.insert(id);
  }

  /// When the next one is unserved; nothing if all are.
  std::optional<time_point> due(duration stale_after) const {
    std::optional<time_point> out;
    for (const auto& [id, since] : since_)
      if (!unserved_.contains(id))
        out = std::min(out.value_or(time_point::max()), since + stale_after);
    return out;
  }

private:
  std::map<std::string, time_point> since_;
  std::set<std::string> unserved_; ///< among them
};

} // namespace tickboard
