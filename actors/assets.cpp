#include "actors/assets.hpp"

#include "actors/error.hpp"
#include "actors/mailbox.hpp"
#include "actors/messages/keeper.hpp"
#include "actors/messages/search.hpp"
#include "actors/messages/store.hpp"
#include "actors/messages/writer.hpp"
#include "actors/to_actor.hpp"
#include "adapters/log/log.hpp"

#include <caf/all.hpp>

#include <algorithm>
#include <iterator>

namespace tickboard {

namespace {

constexpr auto look_interval = std::chrono::milliseconds{500};
constexpr auto patience = std::chrono::seconds{10};
/// Of one call: updates of markets, which use the same Redis and the same thread, must not wait for
/// hundreds of assets at once.
constexpr std::ptrdiff_t max_rows = 32;
/// Of one look, in turn: their own markets did not change, but perhaps their quotes.
constexpr std::size_t max_followers = 256;
constexpr std::int64_t weights_interval_ms = 10'000;
constexpr std::int64_t caps_interval_ms = 2'000;
constexpr std::int64_t caps_sign_of_life_ms = 10'000;
constexpr double least_cap_move = 5e-4;
constexpr std::string_view epoch_lifetime_ms = "60000";

/// One name for all daemons in one life of the server: they may share the partition. It is there
/// while the partition is.
std::string owner_in(const std::string& server) {
  return "assets " + server;
}

/// Writers report at most 750 ms after a change: by then they have told what made the board whole.
constexpr int ticks_until_warm = 3;

} // namespace

assets_state::~assets_state() {
  if (store)
    store->stop();
}

void assets_state::connect() {
  redis::client_events events;
  auto life = std::make_shared<std::string>();
  events.on_server = [life](std::string now) { *life = std::move(now); };
  events.on_ready = [life, tell = to_actor<store_ready>(self)] { tell({*life}); };
  events.on_lost = [tell = to_actor<store_lost>(self)](std::string why) { tell({std::move(why)}); };
  const auto& scripts = *config.board;
  store =
      config.open({scripts.claim, scripts.write, scripts.keep, scripts.drop}, std::move(events));
}

// -- what is known --------------------------------------------------------------------------------

void assets_state::ask_for_catalogue() {
  if (const auto to = config.metadata->get())
    self->request(to, patience, catalogue_asked{})
        .then([this](const catalogue_changed& known) { take(known); },
              [](const caf::error&) {}); // its next life tells by itself
}

void assets_state::take(const catalogue_changed& fresh) {
  for (const auto& symbol : changed_symbols(*catalogue, *fresh.catalogue))
    if (const auto it = held.find(symbol); it != held.end()) {
      changed.insert(it->first);
      it->second.renamed = true;
    }
  catalogue = fresh.catalogue;
  for (auto& one : ranking)
    one.known = catalogue->find(one.symbol);
  directory = nullptr;
}

void assets_state::learn(const market_news& news) {
  const auto note = [this](std::string_view base) {
    if (!base.empty())
      changed.insert(base);
  };
  if (news.begins) {
    begun.insert(news.writer);
    newcomer = true;
    for (const auto base : markets.doubt(news.writer, news.markets))
      note(base);
  }
  for (const auto& one : news.gone) // what came back since is among the markets
    note(markets.remove(*one));
  for (const auto& one : news.markets) {
    quotes.insert(one.subject->quote);
    note(markets.put(one, news.writer));
  }
}

// -- what is shown --------------------------------------------------------------------------------

/// What an asset shows depends on the quotes of its markets, too.
void assets_state::follow_quotes() {
  auto moved = changes_in_usd(markets.by_base(), quotes);
  auto calm = steady_quotes(markets.by_base(), quotes);
  const auto& bases = markets.by_base();
  if (moved != in_usd || calm != steady)
    followers_due = bases.size();
  in_usd = std::move(moved);
  steady = std::move(calm);
  const auto now = std::min({followers_due, bases.size(), max_followers});
  followers_due -= now;
  for (std::size_t i = 0; i < now; ++i) {
    auto next = bases.upper_bound(last_follower);
    if (next == bases.end())
      next = bases.begin();
    last_follower = next->first;
    changed.insert(next->first);
  }
}

void assets_state::look() {
  if (changed.empty() && followers_due == 0)
    return;
  follow_quotes();
  bool named_anew = false;
  for (const auto symbol : std::exchange(changed, {})) {
    if (markets.of(symbol).empty()) {
      bury(symbol);
      named_anew = true;
      continue;
    }
    const auto [it, fresh] = held.try_emplace(symbol);
    auto& one = it->second;
    if (fresh) {
      one.symbol = symbol;
      const auto not_dropped = leaving.begin() + static_cast<std::ptrdiff_t>(dropping);
      leaving.erase(std::remove(not_dropped, leaving.end(), one.symbol), leaving.end());
      ranking.push_back({it->first, catalogue->find(symbol), &one.values});
    }
    auto values = summarize(markets.of(symbol), in_usd, steady, catalogue->find(symbol));
    values.rank = one.values.rank;
    values.name_place = one.values.name_place;
    values.slug_place = one.values.slug_place;
    const bool renamed = std::exchange(one.renamed, false) || fresh;
    named_anew = named_anew || renamed;
    if (renamed || values != one.values) {
      one.values = std::move(values);
      queue(one);
    }
  }
  std::ranges::sort(ranking, outranks);
  for (std::size_t i = 0; i < ranking.size(); ++i) {
    if (const auto rank = static_cast<std::uint32_t>(i + 1); ranking[i].values->rank != rank) {
      auto& one = held.find(ranking[i].symbol)->second;
      one.values.rank = rank;
      queue(one);
    }
  }
  if (named_anew) {
    place_by(&asset_values::name_place, name_key);
    place_by(&asset_values::slug_place, slug_key);
  }
  category_rows.reset();
  global_row.reset();
  directory = nullptr;
}

void assets_state::place_by(std::uint32_t asset_values::*place,
                            std::string (*key)(const asset_view& one)) {
  std::vector<std::pair<std::string, std::string_view>> order; // key, symbol
  for (const auto& one : ranking)
    order.emplace_back(key(one), one.symbol);
  std::ranges::sort(order);
  for (std::size_t i = 0; i < order.size(); ++i) {
    auto& one = held.find(order[i].second)->second;
    if (const auto now = static_cast<std::uint32_t>(i + 1); one.values.*place != now) {
      one.values.*place = now;
      queue(one);
    }
  }
}

void assets_state::tell_search() {
  const auto now = config.now_ms();
  const auto since = now - weights_told_ms;
  const auto to = config.search->get();
  if (!to || held.empty() || (since >= 0 && since < weights_interval_ms))
    return;
  weights_told_ms = now;
  search_weights out;
  out.assets.reserve(ranking.size());
  out.markets.reserve(markets.size());
  for (const auto& one : ranking) {
    const auto& values = *one.values;
    out.assets.emplace_back(one.symbol,
                            values.market_cap.value_or(values.volume_usd_24h.value_or(0)));
    for (const auto& market : markets.of(one.symbol))
      out.markets.emplace_back(market.subject,
                               market.stale ? 0 : market.volume_usd_24h.value_or(0));
  }
  self->send(to, std::move(out));
}

void assets_state::tell_writers() {
  const auto now = config.now_ms();
  const auto since = now - caps_looked_ms;
  if (ranking.empty() || (!newcomer && since >= 0 && since < caps_interval_ms))
    return;
  caps_looked_ms = now;
  auto fresh = std::make_shared<market_caps>(now);
  for (const auto& one : ranking)
    if (one.values->market_cap)
      fresh->set(one.symbol, *one.values->market_cap);
  const bool moved = !caps || fresh->settle(*caps, least_cap_move);
  if (!moved && !newcomer && now - caps->as_of_ms() < caps_sign_of_life_ms)
    return;
  caps = std::move(fresh);
  newcomer = false;
  for (const auto& one : config.writers)
    if (const auto to = one->get())
      self->send(to, market_caps_published{caps});
}

// -- what Redis has -------------------------------------------------------------------------------

void assets_state::queue(held_asset& one) {
  if (!std::exchange(one.queued, true))
    waiting.push_back(&one);
}

/// An asset without a market is none.
void assets_state::bury(std::string_view symbol) {
  if (const auto it = held.find(symbol); it != held.end()) {
    std::erase(waiting, &it->second);
    std::erase_if(ranking, [&](const auto& one) { return one.symbol == symbol; });
    leaving.emplace_back(symbol);
    if (auto node = held.extract(it); writing)
      buried.push_back(std::move(node));
  }
  markets.forget(symbol);
}

void assets_state::warm_up() {
  const auto to = config.keeper->get();
  if (warm || begun.size() < config.writers.size() || !to)
    return;
  self->request(to, patience, readiness_asked{})
      .then(
          [this](const readiness& board) {
            ready_ticks = board.ready ? ready_ticks + 1 : 0;
            warm = warm || ready_ticks >= ticks_until_warm;
          },
          [this](const caf::error&) { ready_ticks = 0; });
}

void assets_state::pump() {
  if (!connected || !warm || writing)
    return;
  std::vector<redis::call> calls;
  if (!claimed) {
    claimed = true;
    whole = false;
    for (auto& [symbol, one] : held) {
      one.written = false;
      queue(one);
    }
    owner = owner_in(server);
    calls.push_back(claim_assets(*config.board, owner));
  }
  dropping = std::min(leaving.size(), static_cast<std::size_t>(max_rows));
  if (dropping != 0) // before one of them, which came back, is written
    calls.push_back(drop_assets(*config.board, owner, std::span{leaving}.first(dropping)));
  const auto end = waiting.begin() + std::min<std::ptrdiff_t>(std::ssize(waiting), max_rows);
  in_flight.assign(waiting.begin(), end);
  waiting.erase(waiting.begin(), end);
  for (auto* one : in_flight)
    one->queued = false;
  if (!in_flight.empty())
    calls.push_back(write_assets(*config.board, owner, in_flight, *catalogue));
  if (whole && waiting.empty()) {
    redis::call keep;
    keep.by_sha = config.board->keep;
    keep.keys = 2;
    keep.arguments = redis::command{config.board->assets.epoch, config.board->assets.owner,
                                    epoch_lifetime_ms, server};
    calls.push_back(std::move(keep));
  }
  if (calls.empty()) { // no asset at all
    whole = true;
    return;
  }
  writing = true;
  // Answers keep their order: the last one tells of all.
  auto result = std::make_shared<assets_written>(assets_written{});
  for (auto& one : calls)
    one.done = [result, is_script = one.by_sha != nullptr](const redis::reply& answer) {
      if (answer.failed())
        result->failure = answer.error();
      else if (is_script && answer.integer() != 1)
        result->emptied = true;
    };
  calls.back().done = [tell = to_actor<assets_written>(self), before = std::move(calls.back().done),
                       result](const redis::reply& answer) {
    before(answer);
    tell(*result);
  };
  store->submit(std::move(calls));
}

void assets_state::written(const assets_written& result) {
  writing = false;
  const auto until_looked_at = std::exchange(buried, {});
  const auto sent = std::exchange(in_flight, {});
  const auto dropped = std::exchange(dropping, 0);
  const auto before = std::exchange(refusal, result.failure);
  if (result.failure.empty() && !result.emptied) {
    leaving.erase(leaving.begin(), leaving.begin() + static_cast<std::ptrdiff_t>(dropped));
    const bool last = waiting.empty() && leaving.empty();
    if (last && whole)
      return;
    whole = whole || last;
    pump(); // the next ones, or says that it is whole
    return;
  }
  for (auto* one : sent) { // nobody knows which of them are stored
    if (const auto it = held.find(one->symbol); it == held.end() || &it->second != one)
      continue;
    one->written = false;
    queue(*one);
  }
  std::erase_if(leaving, [this](const auto& symbol) { return held.contains(symbol); });
  if (result.emptied) {
    log::info("assets", "Redis lost the assets; they are written anew");
    claimed = whole = false;
    pump();
  } else if (!whole) {
    claimed = false;
  }
  if (!result.failure.empty() && result.failure != before && connected)
    log::warn("assets", "Redis refuses batches", {{"reason", result.failure}});
}

void assets_state::tick() {
  self->delayed_send(self, look_interval, assets_due{});
  look();
  warm_up();
  pump();
  tell_search();
  tell_writers();
}

caf::behavior assets(caf::stateful_actor<assets_state>* self, assets_config config) {
  keep_exception_text(*self);
  tell_mailbox(*self);
  auto& state = self->state;
  state.config = std::move(config);
  state.connect();
  state.ask_for_catalogue();
  self->delayed_send(self, look_interval, assets_due{});
  return {
      [&state](const market_news& news) {
        state.learn(news);
        return markets_learnt{};
      },
      [&state](const catalogue_changed& fresh) { state.take(fresh); },
      [&state](const assets_due&) { state.tick(); },
      [&state](const store_ready& ready) {
        state.connected = true;
        state.server = ready.server;
        state.claimed = false; // it may have come back with an older state
        state.pump();
      },
      [&state](const store_lost& lost) {
        if (state.connected)
          log::warn("assets", "Redis is away", {{"reason", lost.reason}});
        state.connected = false;
      },
      [&state](const assets_written& result) { state.written(result); },
      [&state](const categories_asked&) { return state.totals(true); },
      [&state](const totals_asked&) { return state.totals(false); },
      [&state](const rates_published& fresh) {
        state.rates = fresh.rates;
        state.directory = nullptr;
      },
      [&state](const directory_asked&) { return state.directory_of_now(); },
  };
}

} // namespace tickboard
