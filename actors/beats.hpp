#pragma once

#include "adapters/redis/client.hpp"
#include "adapters/redis/layout.hpp"

#include <map>
#include <string>

namespace tickboard {

/// All heartbeats: as many as were killed since somebody last started, and those at work.
inline redis::command ask_for_beats(const redis::layout& of) {
  return {"ZRANGE", of[redis::layout::board].daemons, "0", "-1", "WITHSCORES"};
}

/// What was answered to that, daemon id -> when it was last heard of; nothing if it failed.
inline std::map<std::string, std::string> read_beats(const redis::reply& answer) {
  std::map<std::string, std::string> out;
  for (std::size_t i = 0; !answer.failed() && i + 1 < answer.size(); i += 2)
    out.emplace(answer[i].text(), answer[i + 1].text());
  return out;
}

} // namespace tickboard
