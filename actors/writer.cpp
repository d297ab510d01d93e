#include "actors/writer.hpp"

#include "actors/error.hpp"
#include "actors/mailbox.hpp"
#include "actors/messages/drain.hpp"
#include "actors/messages/keeper.hpp"
#include "actors/messages/store.hpp"
#include "actors/to_actor.hpp"
#include "adapters/log/log.hpp"

#include <caf/all.hpp>

namespace tickboard {

namespace {

constexpr auto sweep_interval = std::chrono::milliseconds{50};
constexpr std::uint32_t sweeps_per_news = 5;      ///< so other actors hear of markets every 250 ms
constexpr std::uint32_t sweeps_per_histories = 5; ///< a few markets cost as much as many
constexpr std::uint32_t sweeps_per_candles = 10;  ///< larger batches have fewer keys a market
constexpr std::uint32_t sweeps_per_look = 10;     ///< at other daemons
constexpr auto patience = std::chrono::seconds{10};        ///< with the assets actor
constexpr auto demand_lifetime = std::chrono::seconds{30}; ///< the query actor tells every 5 s

} // namespace

writer_state::~writer_state() {
  if (store)
    store->stop();
}

void writer_state::connect() {
  const auto me = caf::actor_cast<caf::actor_addr>(self);
  redis::client_events events;
  events.on_ready = [me] {
    if (auto to = caf::actor_cast<caf::actor>(me))
      caf::anon_send(to, store_ready{});
  };
  events.on_lost = [me](std::string reason) {
    if (auto to = caf::actor_cast<caf::actor>(me))
      caf::anon_send(to, store_lost{std::move(reason)});
  };
  make_lanes();
  const auto& board = *config.board;
  store = config.open({board.write, board.merge, board.forget}, std::move(events));
}

void writer_state::make_lanes() {
  for (std::size_t i = 0; i < config.board->layout.size(); ++i)
    lanes.emplace_back(*config.board, i);
  paused.resize(lanes.size());
  sent_at.resize(lanes.size());
  histories = std::make_unique<history_store>(config.board, config.candles);
  adopts = std::make_unique<adoption>(config.board);
  others = std::make_unique<others_watch>(config.board, config.daemon_id);
}

// -- updates --------------------------------------------------------------------------------------

void writer_state::apply(const write_patches& batch) {
  const bool stale = [&] {
    const auto known = live.find(batch.source_id);
    return known != live.end() && !known->second;
  }();
  const auto now_ms = config.now_ms();
  const auto received =
      batch.credit ? batch.credit->received : std::chrono::steady_clock::time_point{};
  std::size_t unchanged = 0, conflated = 0;
  const auto& patches = *batch.patches;
  find_slots(patches);
  auto* const clock = config.candles ? &clocks[batch.source_id / sources_per_feed] : nullptr;
  for (std::size_t i = 0; i < patches.size(); ++i) {
    const auto& patch = patches[i];
    auto& market = *found[i];
    if (clock != nullptr && patch.trade)
      note_candle(market, patch, *clock);
    const bool changed = market.state.apply(patch);
    const bool moved = market.source_id != batch.source_id || market.stale != stale;
    sources.set(market, batch.source_id);
    market.stale = stale;
    if (!changed && !moved) {
      ++unchanged;
      continue;
    }
    if (market.waits_since == std::chrono::steady_clock::time_point{})
      market.waits_since = received;
    conflated += market.entry(redis::layout::board).dirty ? 1 : 0;
    mark(market, now_ms);
  }
  auto& figures = *config.figures;
  figures.patches.add(batch.patches->size());
  figures.unchanged.add(unchanged);
  figures.conflated.add(conflated);
  if (batch.credit)
    note_way(received);
  read_histories();
  pump();
}

/// Markets lie all over the memory: those of a full batch are on their way before the first is
/// needed (docs/performance.md).
void writer_state::find_slots(const std::vector<ticker_patch>& patches) {
  found.clear();
  for (const auto& patch : patches) {
    const auto it = slots.find(patch.subject->id);
    found.push_back(it != slots.end() ? it->second.get() : &make_slot(patch.subject));
    found.back()->prefetch();
  }
}

/// Of a sample of frames: how long they took from being read to here.
void writer_state::note_way(std::chrono::steady_clock::time_point received) {
  const auto now = self->clock().now();
  if (now - heard_at < measure_interval)
    return;
  heard_at = now;
  config.figures->tick_to_writer.observe(now - received);
}

/// To be called before the patch is applied.
void writer_state::note_candle(slot& market, const ticker_patch& patch, clock_lag& clock) {
  const auto& last = patch.trade->last;
  const auto& before = market.state.trade_at;
  if (last.empty() || last.text().front() == '-' || last.is_zero() ||
      !before.admits(patch.at, patch.received_ms))
    return;
  if (patch.at.ts_ms != 0) {
    // A quiet market's last price is told once more by each new subscription.
    const auto age_ms = patch.received_ms - patch.at.ts_ms;
    const bool is_next = before.ts_ms != 0 && patch.at.ts_ms != before.ts_ms;
    clock.note(patch.received_ms, age_ms, is_next);
    if (!clock.is_young(age_ms) ||
        (patch.at.ts_ms == before.ts_ms && last == market.state.trade.last))
      return;
  }
  if (!market.candles)
    market.candles = std::make_unique<candle_series>();
  market.candles->take(candle_time(patch.at.ts_ms, patch.received_ms), last);
}

slot& writer_state::make_slot(const market_ptr& subject) {
  ++held_of[subject->exchange];
  auto left = leaving.extract(subject->id);
  const bool stays = !left.empty();
  auto held = stays ? std::move(left.mapped()) : std::make_unique<slot>();
  auto& market = *held;
  if (stays) {
    lanes[redis::layout::board].stay(market);
    if (market.own_lane != redis::layout::board)
      lanes[market.own_lane].stay(market);
  } else {
    market.subject = subject;
    market.own_lane = config.board->layout.find(subject->quote);
  }
  slots.emplace(market.subject->id, std::move(held));
  derived.add(market);
  histories->add(market);
  if (rebuilding)
    to_bring.push_back(&market);
  return market;
}

/// To be called after every change of a market.
void writer_state::mark(slot& market, std::int64_t now_ms) {
  derived.changed(market, now_ms);
  queue(market);
}

void writer_state::queue(slot& market) {
  report.changed(market);
  lanes[redis::layout::board].mark(market);
  if (market.own_lane != redis::layout::board)
    lanes[market.own_lane].mark(market);
}

void writer_state::set_liveness(const source_liveness& change) {
  live[change.source_id] = change.live;
  const auto now_ms = config.now_ms();
  for (auto* market : sources.of(change.source_id)) {
    const bool stale = !change.live || change.unserved.contains(market->subject->id);
    if (market->stale == stale)
      continue;
    market->stale = stale;
    mark(*market, now_ms);
  }
  pump();
}

// -- what is derived ------------------------------------------------------------------------------

void writer_state::sweep() {
  self->delayed_send(self, sweep_interval, sweep_due{});
  for (auto* market : derived.sweep(config.now_ms()))
    if (!market->stale || !others->another_lives())
      queue(*market);
  const auto now = self->clock().now();
  if (now - asked_at > demand_lifetime)
    keep_up(every_index());
  for (auto& one : lanes)
    one.catch_up(now);
  if (++sweeps % sweeps_per_news == 0) {
    tell_rates();
    tell_assets();
  }
  adopt_stored();
  read_histories();
  if (sweeps % sweeps_per_histories == 0)
    write_histories();
  if (sweeps % sweeps_per_look == 0)
    look_at_others();
  config.figures->markets.set(slots.size());
  std::size_t waits = 0;
  for (const auto& one : lanes)
    waits += one.waiting();
  config.figures->waiting.set(waits);
  if (sweeps % sweeps_per_candles == 0)
    write_candles();
  pump();
}

void writer_state::read_histories() {
  if (!connected)
    return;
  if (auto calls = histories->read(config.now_ms(), to_actor<histories_read>(self)); !calls.empty())
    store->submit(std::move(calls));
}

void writer_state::write_histories() {
  if (!connected)
    return;
  if (auto calls = histories->write(config.now_ms(), to_actor<histories_written>(self));
      !calls.empty())
    store->submit(std::move(calls));
}

void writer_state::write_candles() {
  if (!connected)
    return;
  const bool in_turns = last_candles == 0;
  if (auto calls =
          histories->write_candles(config.now_ms(), in_turns, to_actor<candles_written>(self));
      !calls.empty()) {
    last_candles -= in_turns ? 0 : 1;
    store->submit(std::move(calls));
  } else if (!histories->has_candles_under_way()) {
    last_candles = 0;
  }
}

candles_held writer_state::candles_of(const std::string& id) const {
  const auto it = slots.find(id);
  return it == slots.end() || !it->second->candles ? candles_held{}
                                                   : candles_held{it->second->candles->chunks()};
}

void writer_state::tell_rates() {
  const auto to = config.rates->get();
  if (!to)
    return; // it asks when it is back
  if (auto news = derived.take_news(); !news.empty())
    self->send(to, std::move(news));
}

void writer_state::tell_assets() {
  const auto to = config.assets->get();
  if (!to || !report.is_due(to, config.now_ms()))
    return;
  self->request(to, patience, report.take(config.index, derived, config.now_ms()))
      .then([this](const markets_learnt&) { report.answered(); },
            [this](const caf::error&) { report.failed(); });
}

caf::behavior writer(caf::stateful_actor<writer_state>* self, writer_config config) {
  keep_exception_text(*self);
  tell_mailbox(*self);
  auto& state = self->state;
  state.config = std::move(config);
  state.connect();
  self->delayed_send(self, sweep_interval, sweep_due{});
  return {
      [&state](const write_patches& batch) { state.apply(batch); },
      [&state](const markets_followed& told) { state.follow(told); },
      [&state](const source_liveness& change) { state.set_liveness(change); },
      [&state](const lanes_flushed& message) {
        for (const auto& one : message.lanes)
          state.flushed(one, message.incarnation);
        if (message.found && message.incarnation == state.incarnation)
          state.watched = *message.found;
        state.tell_if_rebuilt();
        state.answer_who_waits();
        state.pump();
      },
      [&state](const indexes_asked& asked) { return state.asked_for(asked.which); },
      [&state](const drain_asked&) { return state.drain(); },
      [&state](const lane_retry& due) {
        state.paused[due.lane] = false;
        state.pump();
      },
      [&state](const rebuild& order) { state.start_rebuild(order.incarnation); },
      [&state](const rates_published& now) { state.derived.set_rates(now.rates); },
      [&state](const market_caps_published& now) { state.derived.set_market_caps(now.caps); },
      [&state](const rate_sources_asked&) {
        state.derived.tell_everything();
        state.tell_rates();
      },
      [&state](const rows_read& found) { state.adopted(found); },
      [&state](const others_seen& now) { state.seen(now); },
      [&state](const histories_read& found) {
        const auto now_ms = state.config.now_ms();
        for (auto* market : state.histories->finish_read(found, now_ms))
          state.mark(*market, now_ms);
        if (!found.away) // else when Redis is back
          state.read_histories();
        if (state.last_candles > 0)
          state.write_candles();
        state.answer_who_waits();
        state.pump();
      },
      [&state](const histories_written&) { state.histories->finish_write(); },
      [&state](const candles_written& result) {
        state.histories->finish_candles(result);
        if (!result.failure.empty())
          state.last_candles = 0;
        if (state.last_candles > 0)
          state.write_candles();
        state.answer_who_waits();
      },
      [&state](const held_candles_asked& asked) { return state.candles_of(asked.id); },
      [&state](const sweep_due&) { state.sweep(); },
      [self, &state](const store_ready&) {
        state.connected = true;
        state.read_histories();
        if (const auto keeper = state.config.keeper->get())
          self->send(keeper, writer_connected{state.config.index, state.last_incarnation});
      },
      [&state](const store_lost& lost) {
        if (state.connected)
          log::warn("writer", "Redis is away",
                    {{"writer", state.config.index}, {"reason", lost.reason}});
        state.connected = false;
        state.watched = fence::none;
        if (state.incarnation != 0)
          state.last_incarnation = std::exchange(state.incarnation, 0);
        state.answer_who_waits();
      },
      [&state](const markets_held&) {
        return markets_held{state.config.index, state.slots.size()};
      },
  };
}

} // namespace tickboard
