#include "actors/missing_rights.hpp"

#include "actors/some_of.hpp"
#include "adapters/log/log.hpp"

#include <set>

namespace tickboard {

namespace {

constexpr std::size_t most_named = 8;

/// Without these a script does what they would: it sorts, and looks whose a partition is.
bool has_another_way(std::string_view right) {
  return right == "+sort_ro" || right == "+watch" || right == "+unwatch";
}
constexpr std::chrono::minutes between_lines{1}; ///< of the log, about the same right

} // namespace

std::uint64_t missing_rights::new_connection() {
  const std::lock_guard hold{guard_};
  return ++connections_;
}

void missing_rights::denied(std::uint64_t connection, const std::string& part,
                            const redis::denial& what, time_point now) {
  const auto right = redis::missing_right(what, prefix_);
  if (has_another_way(right))
    return;
  {
    const std::lock_guard hold{guard_};
    forget_old(now);
    if (open_.size() < most)
      open_.insert_or_assign({connection, {what.command, what.key}}, refusal{right, now});
    if (logged_.size() >= most || !logged_.emplace(right, now).second)
      return;
  }
  log::error(
      "redis",
      "the user of Redis lacks a right that tickboard needs; docs/getting-started.md has all",
      {{"right", right},
       {"command", what.command},
       {"key", what.key},
       {"part", part},
       {"reason", what.reason}});
}

void missing_rights::allowed(std::uint64_t connection, const redis::denial& what) {
  const std::lock_guard hold{guard_};
  open_.erase({connection, {what.command, what.key}});
}

std::string missing_rights::report(time_point now) const {
  std::set<std::string> rights;
  {
    const std::lock_guard hold{guard_};
    for (const auto& [at, one] : open_)
      if (now - one.last < memory)
        rights.insert(one.right);
  }
  if (rights.empty())
    return {};
  return "Redis refuses what tickboard needs: its user lacks " + some_of(rights, most_named);
}

void missing_rights::forget_old(time_point now) {
  std::erase_if(open_, [now](const auto& entry) { return now - entry.second.last >= memory; });
  std::erase_if(logged_, [now](const auto& entry) { return now - entry.second >= between_lines; });
}

} // namespace tickboard
