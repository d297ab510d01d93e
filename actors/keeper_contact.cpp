#include "actors/beats.hpp"
#include "actors/keeper.hpp"
#include "actors/to_actor.hpp"
#include "adapters/log/log.hpp"

#include <caf/all.hpp>

#include <algorithm>
#include <map>
#include <string_view>

/// The part of a keeper that looks for other daemons at a start, and removes what an earlier life
/// left if there is none.
namespace tickboard {

namespace {

/// A daemon at work says so four times a second, and its heartbeat is looked for as often. Looks
/// that Redis has answered are counted, not time: that passes while nobody gets through to Redis,
/// too, and clocks of two machines differ.
constexpr int silent_looks = 20;
/// Of a turn, unless it is prolonged: each look, and each step of a wipe, does.
constexpr const char* turn_ms = "3000";
constexpr auto longest_wait = std::chrono::seconds{30};

/// Between the first brace and the next one behind it.
std::string_view tag_of(std::string_view key) {
  const auto begin = std::min(key.find('{'), key.size());
  return key.substr(begin, key.find('}', begin) - begin);
}

/// A cluster takes keys of one hash tag at a time.
std::vector<redis::command> unlink(const std::vector<std::string>& keys) {
  std::map<std::string_view, redis::command> by_tag;
  for (const auto& key : keys) {
    auto& one = by_tag[tag_of(key)];
    if (one.arguments() == 0)
      one.add("UNLINK");
    one.add(key);
  }
  std::vector<redis::command> out;
  for (auto& [tag, one] : by_tag)
    out.push_back(std::move(one));
  return out;
}

} // namespace

/// Two daemons that start together would each find nobody, and remove what the other has written by
/// then. So they take turns, and who has had his is seen at work by the next.
void keeper_state::first_contact() {
  if (has_left)
    return;
  contacting = true;
  const auto& starter = config.board->layout[redis::layout::board].starter;
  auto seen = std::make_shared<daemons_seen>();
  std::vector<redis::call> calls(3);
  calls[0].arguments = ask_for_turn();
  calls[0].done = [seen](const redis::reply& answer) { seen->refusal = answer.error(); };
  calls[1].arguments = redis::command{"GET", starter};
  calls[1].done = [seen](const redis::reply& answer) { seen->starter = answer.text(); };
  calls[2].arguments = ask_for_beats(config.board->layout);
  calls[2].done = [seen, tell = to_actor<daemons_seen>(self)](const redis::reply& answer) {
    seen->failed = answer.failed();
    seen->beats = read_beats(answer);
    tell(std::move(*seen));
  };
  store->submit(std::move(calls));
}

/// To get the turn, or to keep it.
redis::command keeper_state::ask_for_turn() const {
  const auto& starter = config.board->layout[redis::layout::board].starter;
  if (has_turn)
    return {"PEXPIRE", starter, turn_ms};
  return {"SET", starter, config.daemon_id, "NX", "PX", turn_ms};
}

/// Is another daemon at work on this state? If not, what is there is of the past.
void keeper_state::meet(const daemons_seen& seen) {
  contacting = false; // the next tick looks again
  if (seen.failed || has_left)
    return;
  if (config.past->contacted) {
    bury(seen);
    return;
  }
  const auto now = self->clock().now();
  has_turn = seen.starter == config.daemon_id;
  // A full Redis gives nobody the turn, until what an earlier life left is removed.
  if (!has_turn && (seen.refusal.empty() || !seen.starter.empty())) {
    first_sight.reset();
    if (!waits_since)
      waits_since = now;
    if (now - *waits_since < longest_wait)
      reason = "waiting for another daemon that starts";
    else
      begin("start beside another daemon");
    return;
  }
  waits_since.reset();
  auto others = seen.beats;
  others.erase(config.daemon_id);
  if (first_sight)
    ++first_sight->looks;
  else
    first_sight = sight{others};
  const auto at_work = std::count_if(others.begin(), others.end(), [this](const auto& one) {
    const auto before = first_sight->beats.find(one.first);
    return before == first_sight->beats.end() || before->second != one.second;
  });
  if (at_work > 0) {
    log::info("keeper", "other daemons work on this Redis", {{"count", at_work}});
    begin("start beside another daemon");
  } else if (others.empty() || first_sight->looks >= silent_looks) {
    begin_wipe();
  } else {
    reason = "looking whether another daemon is at work";
  }
}

/// The next who starts sees us at work.
void keeper_state::begin(const std::string& why) {
  config.past->contacted = true;
  order_rebuild(why);
  if (std::exchange(has_turn, false))
    redis::submit_one(*store, {"DEL", config.board->layout[redis::layout::board].starter});
}

/// First what says that there is something to read, at once: rows take many steps, between which
/// pages are asked for, and we may be killed. What of that comes back is of a daemon that we took
/// for dead, and stays: as no partition had an owner any more, it merges all that it has.
void keeper_state::begin_wipe() {
  contacting = true;
  const auto& board = *config.board;
  const auto& keys = board.layout[redis::layout::board];
  auto first = board.assets.all();
  for (std::size_t i = 0; i < board.layout.size(); ++i) {
    const auto frame = board.layout[i].frame();
    first.insert(first.end(), frame.begin(), frame.end());
  }
  wiped_first = {first.begin(), first.end()};
  wiped_first.insert({keys.daemons, keys.starter});
  wipe("0", first);
}

/// Removes, then looks for more; an empty cursor: there is no more. UNLINK frees in the background;
/// SCAN's batches keep each step short. Who has come back meanwhile may have written rows that went
/// with those that were left. So the last step takes owners and epochs once more: that one writes
/// all it has anew.
void keeper_state::wipe(const std::string& cursor, const std::vector<std::string>& keys) {
  const auto& layout = config.board->layout;
  const auto& starter = layout[redis::layout::board].starter;
  auto found = std::make_shared<leftovers_found>();
  std::vector<redis::call> calls;
  const auto add = [&calls](redis::command what, redis::reply_handler done = {}) {
    auto& one = calls.emplace_back();
    one.arguments = std::move(what);
    one.done = std::move(done);
  };
  const auto remove = [&](const std::vector<std::string>& some) {
    for (auto& one : unlink(some))
      add(std::move(one), [found](const redis::reply& answer) {
        if (found->refusal.empty())
          found->refusal = answer.error();
      });
  };
  remove(keys);
  if (cursor.empty()) {
    std::vector<std::string> signs;
    for (std::size_t i = 0; i < layout.size(); ++i)
      signs.insert(signs.end(), {layout[i].epoch, layout[i].owner});
    remove(signs);
  }
  add(ask_for_turn());
  if (!cursor.empty())
    add({"SCAN", cursor, "MATCH", layout.pattern(), "COUNT", "500"},
        [found](const redis::reply& answer) {
          found->failed = answer.size() != 2;
          if (found->failed)
            return;
          found->cursor = answer[0].text();
          for (std::size_t i = 0; i < answer[1].size(); ++i)
            found->keys.emplace_back(answer[1][i].text());
        });
  add({"GET", starter},
      [found, tell = to_actor<leftovers_found>(self)](const redis::reply& answer) {
        found->failed = found->failed || answer.failed();
        found->starter = answer.text();
        tell(std::move(*found));
      });
  store->submit(std::move(calls));
}

void keeper_state::go_on_wiping(const leftovers_found& found) {
  contacting = false; // the next tick tries again
  if (found.failed || has_left || config.past->contacted)
    return;
  if (!found.refusal.empty()) {
    reason = "Redis refuses what is written: " + found.refusal;
    return;
  }
  // We were away for longer than a turn lasts, or had none: Redis was full, and now has room for
  // one. It may be another's by now, or have been.
  if (has_turn ? found.starter != config.daemon_id : !found.starter.empty()) {
    has_turn = false;
    first_sight.reset();
    return;
  }
  if (found.cursor.empty()) {
    begin("start"); // writers have other connections: nothing of the wipe may be under way
    return;
  }
  contacting = true;
  std::vector<std::string> keys;
  for (const auto& key : found.keys)
    if (!wiped_first.contains(key))
      keys.push_back(key);
  wipe(found.cursor == "0" ? std::string{} : found.cursor, keys);
}

/// Once all we have is in Redis, how late the dead left it says nothing any more to `tickboard
/// verify`, and the next start has no need to wait for them.
void keeper_state::look_for_dead() {
  contacting = true;
  redis::submit_one(*store, ask_for_beats(config.board->layout),
                    [tell = to_actor<daemons_seen>(self)](const redis::reply& answer) {
                      daemons_seen seen;
                      seen.failed = answer.failed();
                      seen.beats = read_beats(answer);
                      tell(std::move(seen));
                    });
}

void keeper_state::bury(const daemons_seen& seen) {
  if (!first_sight || ++first_sight->looks < silent_looks)
    return;
  redis::command strike{"ZREM", config.board->layout[redis::layout::board].daemons};
  for (const auto& [id, beat] : first_sight->beats)
    if (const auto now = seen.beats.find(id); now != seen.beats.end() && now->second == beat)
      strike.add(id);
  first_sight.reset();
  if (strike.arguments() > 2)
    redis::submit_one(*store, std::move(strike));
}

} // namespace tickboard
