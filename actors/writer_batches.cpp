#include "actors/messages/keeper.hpp"
#include "actors/writer.hpp"
#include "adapters/log/log.hpp"

#include <caf/all.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

/// The part of a writer that sends batches, and goes by what Redis makes of them.
namespace tickboard {

namespace {

constexpr auto retry_delay = std::chrono::milliseconds{200}; ///< after Redis refused a batch

/// After a large batch Redis gets three times as long a rest as the batch took: a flood of updates
/// then conflates more, and readers get their share of Redis.
constexpr std::size_t large_batch = 64;
constexpr int rests_per_batch = 3;
constexpr auto longest_rest = std::chrono::milliseconds{20};

/// The transactions of several lanes as one.
redis::call together(std::vector<redis::call> parts) {
  redis::call out;
  std::vector<redis::reply_handler> done;
  for (auto& one : parts) {
    std::move(one.transaction.begin(), one.transaction.end(), std::back_inserter(out.transaction));
    done.push_back(std::move(one.done));
  }
  out.done = [done = std::move(done)](const redis::reply& answer) {
    for (const auto& each : done)
      each(answer);
  };
  return out;
}

/// Asking again would be refused again: in a cluster, or for want of a right. BUSY and LOADING
/// pass.
bool is_refused_for_good(const redis::reply& answer) {
  const auto why = answer.error();
  return !answer.disconnected() &&
         (why.starts_with("ERR") || why.starts_with("NOPERM") || why.starts_with("CROSSSLOT"));
}

/// From now on Redis watches who owns the partitions; `done` hears whether that is this writer, as
/// far as they have an owner. Runs on the io thread.
std::vector<redis::call> ask_for_fence(const board& on, const std::string& token,
                                       std::function<void(fence)> done) {
  std::vector<redis::call> out(3);
  out[0].arguments = redis::command{"UNWATCH"}; // or what an earlier one has seen would count
  out[1].arguments = redis::command{"WATCH"};
  out[2].arguments = redis::command{"MGET"};
  for (std::size_t i = 0; i < on.layout.size(); ++i) {
    out[1].arguments.add(on.layout[i].owner);
    out[2].arguments.add(on.layout[i].owner);
  }
  auto found = std::make_shared<fence>(fence::held);
  const auto judge = [found](const redis::reply& answer) {
    if (is_refused_for_good(answer))
      *found = fence::refused;
    else if (answer.failed() && *found == fence::held)
      *found = fence::none;
  };
  out[1].done = judge;
  out[2].done = [judge, found, token, done = std::move(done)](const redis::reply& answer) {
    judge(answer);
    for (std::size_t i = 0; i < answer.size(); ++i)
      if (*found == fence::held && !answer[i].is_nil() && answer[i].text() != token)
        *found = fence::none;
    done(*found);
  };
  return out;
}

} // namespace

/// Sends the next batch of every partition that is free. The answers come back together, as one
/// message: with few updates a batch, waking an actor costs more than what it then does.
void writer_state::pump() {
  if (!connected || incarnation == 0)
    return;
  std::vector<std::size_t> ready;
  for (std::size_t i = 0; i < lanes.size(); ++i)
    if (lanes[i].has_waiting() && !lanes[i].in_flight() && !paused[i])
      ready.push_back(i);
  if (std::any_of(lanes.begin(), lanes.end(),
                  [](const lane& one) { return one.has_waiting() && one.in_flight(); }))
    store->look();
  if (ready.empty())
    return;
  struct answers {
    caf::actor_addr to;
    std::size_t open;
    lanes_flushed message;

    void add() {
      if (--open == 0)
        if (auto actor = caf::actor_cast<caf::actor>(to))
          caf::anon_send(actor, std::move(message));
    }
  };
  auto gathered = std::make_shared<answers>(
      answers{caf::actor_cast<caf::actor_addr>(self), ready.size(), {{}, {}, incarnation}});
  const bool plain =
      std::all_of(ready.begin(), ready.end(), [this](auto i) { return lanes[i].is_plain(); });
  const auto by = plain && watched == fence::held ? lane::way::commands : lane::way::script;
  std::vector<redis::call> calls;
  std::size_t rows = 0;
  bool prompt = false;
  const auto now_ms = config.now_ms();
  for (const auto i : ready) {
    lanes[i].visit_next([this, now_ms](slot& market) { derived.refresh(market, now_ms); });
    sent_at[i] = self->clock().now();
    if (i == redis::layout::board)
      prompt = note_board_batch(sent_at[i]);
    auto batch = lanes[i].take_batch(token, sent_at[i], by, [gathered, i](lane_result result) {
      gathered->message.lanes.push_back({i, std::move(result)});
      gathered->add();
    });
    std::move(batch.begin(), batch.end(), std::back_inserter(calls));
    rows += lanes[i].batch_size();
  }
  if (by == lane::way::commands)
    calls = {together(std::move(calls))}; // one: the first EXEC ends the watch
  if (watched == fence::held)
    watched = fence::none; // used up, or what is merged may claim a partition, which is seen
  if (plain && watched == fence::none) {
    watched = fence::asked;
    ++gathered->open;
    auto ask = ask_for_fence(*config.board, token, [gathered](fence found) {
      gathered->message.found = found;
      gathered->add();
    });
    std::move(ask.begin(), ask.end(), std::back_inserter(calls));
  }
  // The next update looks for the answers; with large batches their time is measured.
  for (auto& one : calls)
    one.patient = rows < large_batch && !prompt;
  config.figures->batches.add(ready.size());
  store->submit(std::move(calls));
}

/// What is to be known of the next batch of the board when it is over. True if it is measured.
bool writer_state::note_board_batch(caf::actor_clock::time_point now) {
  const bool due = now - measured_at >= measure_interval;
  measured.clear();
  lanes[redis::layout::board].visit_next([this, due](slot& market) {
    market.sent_since = std::exchange(market.waits_since, {});
    if (due && market.sent_since != std::chrono::steady_clock::time_point{})
      measured.push_back(market.sent_since);
  });
  measures = !measured.empty();
  if (measures)
    measured_at = now;
  return measures;
}

/// `of`: the incarnation under which the batch was sent, perhaps before a rebuild.
void writer_state::flushed(const lane_flushed& message, std::uint64_t of) {
  auto& lane = lanes[message.lane];
  const auto size = lane.batch_size();
  auto& figures = *config.figures;
  if (message.result.what == lane_result::outcome::failed)
    figures.refused.add();
  figures.conflicts.add(message.result.conflicts.size());
  const auto stored = lane.finish(message.result);
  figures.rows.add(stored);
  if (message.lane == redis::layout::board && std::exchange(measures, false) && stored == size) {
    const auto now = self->clock().now();
    figures.flush.observe(now - sent_at[message.lane]);
    for (const auto since : measured) {
      figures.tick_to_redis.observe(sent_at[message.lane] - since);
      figures.tick_to_queryable.observe(now - since);
    }
  }
  std::erase_if(leaving, [](const auto& entry) { return entry.second->has_left(); });
  for (const auto& conflict : message.result.conflicts)
    resolve(lane, conflict);
  if (message.result.what != lane_result::outcome::failed && !std::exchange(refusal, {}).empty())
    log::info("writer", "Redis takes batches again", {{"writer", config.index}});
  auto pause = std::chrono::milliseconds{0};
  switch (message.result.what) {
  case lane_result::outcome::done:
  case lane_result::outcome::shared: // no reason to hurry: both daemons would, and readers wait
    if (size >= large_batch)
      pause = std::min(longest_rest,
                       std::chrono::duration_cast<std::chrono::milliseconds>(
                           rests_per_batch * (self->clock().now() - sent_at[message.lane])));
    break;
  case lane_result::outcome::emptied:
    if (const auto keeper = config.keeper->get())
      self->send(keeper, state_lost{of, fmt::format("partition {} is empty",
                                                    config.board->layout.name(lane.partition()))});
    break;
  case lane_result::outcome::failed:
    // hiredis fails what is under way before it says that the connection is lost.
    if (connected && !message.result.away &&
        std::exchange(refusal, message.result.failure) != refusal)
      log::warn("writer", "Redis refuses batches", {{"writer", config.index}, {"reason", refusal}});
    pause = retry_delay;
    break;
  }
  if (pause.count() > 0) {
    paused[message.lane] = true;
    self->delayed_send(self, pause, lane_retry{message.lane});
  }
}

/// Redis holds a newer group of this market, of another daemon or an earlier life of this one.
void writer_state::resolve(lane& of, const lane_result::conflict& conflict) {
  const auto it = slots.find(conflict.id);
  if (it == slots.end())
    return;
  auto& market = *it->second;
  const auto stored = decode_row(conflict.row, conflict.version);
  if (!stored) {
    log::error("writer", "a row in Redis is damaged and will be replaced",
               {{"market", conflict.id}, {"writer", config.index}, {"reason", stored.error()}});
    store->submit([&] {
      std::vector<redis::call> calls;
      for (const auto lane : {redis::layout::board, market.own_lane}) {
        redis::call drop;
        drop.arguments = redis::command{"HDEL", config.board->layout[lane].version, conflict.id};
        calls.push_back(std::move(drop));
      }
      return calls;
    }());
  } else {
    market.state.adopt(*stored);
    if (market.stale && !is_stale_row(conflict.row) && others->another_lives() && !rebuilding &&
        drains.empty()) {
      of.leave_to_another(market); // who wrote it hears of it
      return;
    }
  }
  mark(market, config.now_ms());
}

} // namespace tickboard
