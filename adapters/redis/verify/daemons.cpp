#include "adapters/redis/verify/daemons.hpp"

#include <algorithm>
#include <charconv>
#include <map>

namespace tickboard::redis {

namespace {

/// The last one may be so old when a daemon is killed: they come four times a second, but later
/// when the processors are all taken.
constexpr std::int64_t heartbeat_ms = 5'000;
constexpr auto between_beats = std::chrono::seconds{1}; ///< of one at work: four
constexpr int most_looks = 5; ///< it may be away from Redis, or late, for so many seconds

std::map<std::string, std::int64_t> heartbeats(conversation& on, const std::string& key) {
  std::map<std::string, std::int64_t> out;
  on.ask({"ZRANGE", key, "0", "-1", "WITHSCORES"}, [&](const reply& answer) {
    for (std::size_t i = 0; i + 1 < answer.size(); i += 2) {
      const auto text = answer[i + 1].text();
      auto& at = out[std::string{answer[i].text()}];
      std::from_chars(text.data(), text.data() + text.size(), at);
    }
  });
  return out;
}

} // namespace

bool daemons::may_lag(std::int64_t received_ms, bool derived) const noexcept {
  return std::any_of(ended_ms.begin(), ended_ms.end(), [&](std::int64_t ended) {
    return received_ms <= ended + heartbeat_ms &&
           (derived || received_ms >= ended - longest_lag.count());
  });
}

daemons find_daemons(conversation& on, const layout& keys, const waiting& wait) {
  const auto& key = keys[layout::board].daemons;
  const auto before = heartbeats(on, key);
  auto still = before;
  std::size_t living = 0;
  for (int look = 0; look < most_looks && !still.empty(); ++look) {
    wait(between_beats);
    const auto now = heartbeats(on, key);
    living = static_cast<std::size_t>(std::count_if(now.begin(), now.end(), [&](const auto& beat) {
      const auto known = before.find(beat.first);
      return known == before.end() || known->second != beat.second;
    }));
    std::erase_if(still, [&](const auto& beat) {
      const auto found = now.find(beat.first); // not there: it has stopped in order
      return found == now.end() || found->second != beat.second;
    });
  }
  daemons out;
  out.any_lives = living > 0;
  out.are_many = living + still.size() > 1;
  for (const auto& [id, at] : still)
    out.ended_ms.push_back(at);
  return out;
}

} // namespace tickboard::redis
