#include "actors/query.hpp"

#include "actors/asset_evaluation.hpp"
#include "actors/entity_tag.hpp"
#include "actors/lane.hpp"
#include "actors/search_evaluation.hpp"
#include "actors/unix_ms.hpp"

#include <caf/all.hpp>

namespace tickboard {

namespace {

constexpr auto names_patience = std::chrono::seconds{10};
constexpr auto demand_interval = std::chrono::seconds{5};
constexpr int looks_per_patience = 6;
/// With writers. After so long indexes are right by themselves, but for what Redis is late with.
constexpr auto index_patience = lane::lag + lane::grace + std::chrono::milliseconds{500};

} // namespace

query_state::~query_state() {
  if (store)
    store->stop();
}

void query_state::ask_for_catalogue() {
  if (const auto to = config.metadata->get())
    self->request(to, names_patience, catalogue_asked{})
        .then([this](const catalogue_changed& known) { catalogue = known.catalogue; },
              [](const caf::error&) {}); // its next life tells by itself
}

void query_state::with_indexes(const index_set& read, std::function<void()> go) {
  demand.note(read, self->clock().now());
  if ((read & ~kept).none()) {
    go();
    return;
  }
  waiting.push_back({read, std::move(go)});
  if (answers_due == 0)
    ask_writers();
}

void query_state::ask_writers() {
  asking = demand.asked(self->clock().now());
  kept &= asking;  // a writer may have heard already that it need not keep the rest
  answers_due = 1; // our own, behind those of the writers
  for (const auto& one : config.writers)
    if (const auto to = one->get()) { // a new one keeps all, until told
      ++answers_due;
      self->request(to, index_patience, indexes_asked{asking})
          .then([this](const indexes_kept&) { writer_answered(); },
                [this](const caf::error&) { writer_answered(); });
    }
  writer_answered();
}

void query_state::writer_answered() {
  if (--answers_due > 0)
    return;
  kept = asking;
  std::vector<held> ready;
  std::erase_if(waiting, [&](held& one) {
    if ((one.read & ~kept).any())
      return false;
    ready.push_back(std::move(one));
    return true;
  });
  for (const auto& one : ready)
    one.go();
  if (!waiting.empty() && answers_due == 0)
    ask_writers();
}

/// Says what is still asked for, so that writers need not keep the rest.
void query_state::tell_demand() {
  self->delayed_send(self, demand_interval, demand_due{});
  if (answers_due == 0)
    ask_writers();
}

caf::response_promise query_state::ask(std::string key, evaluate start) {
  auto promise = self->make_response_promise();
  if (const auto it = questions.find(key); it != questions.end()) {
    if (auto last = it->second.overdue ? last_good(key) : std::nullopt)
      promise.deliver(*std::move(last));
    else
      it->second.next.push_back(promise);
  } else if (auto again = reusable(key)) {
    promise.deliver(*std::move(again));
  } else if (questions.size() >= config.max_pending) {
    promise.deliver(caf::make_error(
        ec::overloaded, "more questions are waiting for Redis than view.max_pending allows"));
  } else {
    const auto fresh = questions.try_emplace(std::move(key)).first;
    fresh->second.start = std::move(start);
    fresh->second.next.push_back(promise);
    run(fresh->first, fresh->second);
  }
  return promise;
}

void query_state::run(const std::string& key, question& one) {
  one.started = std::chrono::steady_clock::now();
  one.overdue = false;
  one.riders = std::exchange(one.next, {});
  one.start([me = caf::actor_cast<caf::actor_addr>(self), key](evaluation_outcome outcome) {
    if (auto to = caf::actor_cast<caf::actor>(me))
      caf::anon_send(to, evaluation_done{key, std::move(outcome)});
  });
}

void query_state::done(const evaluation_done& message) {
  const auto it = questions.find(message.key);
  if (it == questions.end())
    return;
  auto& one = it->second;
  const auto riders = std::exchange(one.riders, {});
  const auto& outcome = message.outcome;
  if (outcome.problem.empty()) {
    const auto now = std::chrono::steady_clock::now();
    const answer fresh{outcome.body,
                       outcome.total,
                       now,
                       outcome.place,
                       outcome.refusal,
                       outcome.body ? entity_tag(outcome.mark) : "",
                       std::chrono::duration_cast<std::chrono::microseconds>(now - one.started)};
    for (auto rider : riders)
      rider.deliver(fresh);
    if (fresh.body) {
      answer kept = fresh;
      kept.stale_since_ms = unix_ms();
      kept_answers->put(message.key, kept);
    } else {
      kept_answers->forget(message.key);
    }
  } else if (const auto last = last_good(message.key)) {
    for (auto rider : riders)
      rider.deliver(*last);
  } else {
    const auto error = caf::make_error(outcome.error, outcome.problem);
    for (auto rider : riders)
      rider.deliver(error);
  }
  if (!one.next.empty())
    run(it->first, one);
  else
    questions.erase(it);
}

// -- answers that are given once more -------------------------------------------------------------

std::optional<answer> query_state::kept_answer(const std::string& key,
                                               std::chrono::milliseconds max_age) {
  if (max_age.count() == 0)
    return std::nullopt;
  const auto now = std::chrono::steady_clock::now();
  const auto* const last = kept_answers->find(key, now);
  return last != nullptr && now - last->evaluated < max_age ? std::optional{*last} : std::nullopt;
}

std::optional<answer> query_state::reusable(const std::string& key) {
  auto out = kept_answer(key, config.max_age);
  if (out)
    out->stale_since_ms = 0;
  return out;
}

/// For those who ask while Redis cannot answer.
std::optional<answer> query_state::last_good(const std::string& key) {
  auto out = kept_answer(key, config.max_stale);
  if (out)
    out->tag = stale_tag(out->tag, out->stale_since_ms);
  return out;
}

void query_state::look_for_overdue() {
  self->delayed_send(self, config.patience / looks_per_patience, patience_due{});
  const auto now = std::chrono::steady_clock::now();
  for (auto& [key, one] : questions) {
    if (one.overdue || now - one.started < config.patience)
      continue;
    one.overdue = true;
    const auto last = last_good(key);
    if (!last)
      continue; // they wait on: it may still come
    for (auto* those : {&one.riders, &one.next})
      for (auto rider : std::exchange(*those, {}))
        rider.deliver(*last);
  }
}

caf::behavior query(caf::stateful_actor<query_state>* self, query_config config) {
  keep_exception_text(*self);
  auto& state = self->state;
  state.config = std::move(config);
  state.kept_answers.emplace(state.config.cache_bytes,
                             std::max(state.config.max_age, state.config.max_stale));
  const auto& board = *state.config.board;
  state.store =
      state.config.open({board.walk, board.gather, board.freeze, board.rows, board.assets_page,
                         board.assets_filtered, board.assets_named, board.movers},
                        redis::client_events{});
  state.ask_for_catalogue();
  self->delayed_send(self, demand_interval, demand_due{});
  if (state.config.max_stale.count() != 0)
    state.look_for_overdue();
  return {
      [&state](const catalogue_changed& fresh) { state.catalogue = fresh.catalogue; },
      [self, &state](const page_asked& asked) {
        if (!asked.query.categories.empty() && !state.catalogue) {
          auto promise = self->make_response_promise();
          promise.deliver(caf::make_error(ec::rebuilding,
                                          std::string{"what is known of assets is not read yet"}));
          return promise;
        }
        return state.ask(asked.query.canonical(), [&state, view = asked.query](auto done) {
          state.with_indexes(indexes_read_by(view), [&state, view, done = std::move(done)] {
            evaluate_page(state.config.board, state.store, view, state.config.bounds,
                          {unix_ms(), state.catalogue}, done);
          });
        });
      },
      [&state](const row_asked& asked) {
        return state.ask("row " + asked.id, [&state, asked](auto done) {
          evaluate_row(state.config.board, state.store, asked.id, asked.quote, unix_ms(),
                       std::move(done));
        });
      },
      [&state](const found_asked& asked) {
        return state.ask(asked.canonical(), [&state, asked](auto done) {
          evaluate_found(state.config.board, state.store, asked, unix_ms(), std::move(done));
        });
      },
      [&state](const asset_page_asked& asked) {
        return state.ask(asked.query.canonical(), [&state, view = asked.query](auto done) {
          evaluate_asset_page(state.config.board, state.store, view, state.config.bounds.scan_limit,
                              unix_ms(), std::move(done));
        });
      },
      [&state](const movers_asked& asked) {
        return state.ask(asked.query.canonical(), [&state, view = asked.query](auto done) {
          evaluate_movers(state.config.board, state.store, view, state.config.bounds.scan_limit,
                          unix_ms(), std::move(done));
        });
      },
      [&state](const asset_asked& asked) {
        return state.ask("asset " + asked.symbol, [&state, asked](auto done) {
          state.with_indexes(indexes_read_by(markets_of_asset(asked.symbol)),
                             [&state, asked, done = std::move(done)] {
                               evaluate_asset(state.config.board, state.store, asked.symbol,
                                              state.config.bounds, unix_ms(), done);
                             });
        });
      },
      [&state](const evaluation_done& message) { state.done(message); },
      [&state](const demand_due&) { state.tell_demand(); },
      [&state](const patience_due&) { state.look_for_overdue(); },
  };
}

} // namespace tickboard
