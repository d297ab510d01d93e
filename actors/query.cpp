#include "actors/query.hpp"

#include "actors/asset_evaluation.hpp"
#include "actors/entity_tag.hpp"
#include "actors/search_evaluation.hpp"
#include "actors/unix_ms.hpp"

#include <caf/all.hpp>

namespace tickboard {

namespace {

constexpr auto names_patience = std::chrono::seconds{10};

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

caf::response_promise query_state::ask(std::string key, evaluate start) {
  auto promise = self->make_response_promise();
  forget_old();
  const auto [it, fresh] = questions.try_emplace(std::move(key));
  auto& one = it->second;
  if (one.last.body && !one.running) {
    promise.deliver(one.last);
  } else if (one.running) {
    one.next.push_back(promise);
  } else if (running >= config.max_pending) {
    questions.erase(it);
    promise.deliver(caf::make_error(
        ec::overloaded, "more questions are waiting for Redis than view.max_pending allows"));
  } else {
    one.start = std::move(start);
    one.next.push_back(promise);
    run(it->first, one);
  }
  return promise;
}

void query_state::run(const std::string& key, question& one) {
  one.running = true;
  one.started = std::chrono::steady_clock::now();
  ++running;
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
  one.running = false;
  --running;
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
    if (!remember(message.key, one, fresh))
      one.last = {};
  } else {
    const auto error = caf::make_error(outcome.error, outcome.problem);
    for (auto rider : riders)
      rider.deliver(error);
    one.last = {};
  }
  if (!one.next.empty())
    run(it->first, one);
  else if (!one.last.body)
    questions.erase(it);
  forget_old(); // last: it may forget this question too
}

bool query_state::remember(const std::string& key, question& one, const answer& fresh) {
  if (config.max_age.count() == 0 || !fresh.body || fresh.body->size() > config.cache_bytes)
    return false;
  one.last = fresh;
  reusable.push_back({key, fresh.evaluated, fresh.body->size()});
  reusable_bytes += fresh.body->size();
  return true;
}

void query_state::forget_old() {
  const auto now = std::chrono::steady_clock::now();
  while (!reusable.empty() && (now - reusable.front().evaluated >= config.max_age ||
                               reusable_bytes > config.cache_bytes)) {
    const auto oldest = std::move(reusable.front());
    reusable.pop_front();
    reusable_bytes -= oldest.bytes;
    const auto it = questions.find(oldest.key);
    if (it == questions.end() || it->second.last.evaluated != oldest.evaluated)
      continue; // evaluated anew since
    it->second.last = {};
    if (!it->second.running)
      questions.erase(it);
  }
}

caf::behavior query(caf::stateful_actor<query_state>* self, query_config config) {
  keep_exception_text(*self);
  auto& state = self->state;
  state.config = std::move(config);
  const auto& board = *state.config.board;
  state.store =
      state.config.open({board.page, board.walk, board.gather, board.freeze, board.row, board.rows,
                         board.assets_filtered, board.assets_named, board.movers},
                        redis::client_events{});
  state.ask_for_catalogue();
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
          evaluate_page(state.config.board, state.store, view, state.config.bounds,
                        {unix_ms(), state.catalogue}, std::move(done));
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
          evaluate_asset(state.config.board, state.store, asked.symbol, state.config.bounds,
                         unix_ms(), std::move(done));
        });
      },
      [&state](const evaluation_done& message) { state.done(message); },
  };
}

} // namespace tickboard
