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
  daemons out;
  if (before.empty())
    return out;
  wait(between_beats);
  for (const auto& [id, at] : heartbeats(on, key)) {
    const auto known = before.find(id);
    if (known == before.end() || known->second != at)
      out.any_lives = true;
    else
      out.ended_ms.push_back(at);
  }
  return out;
}

} // namespace tickboard::redis
