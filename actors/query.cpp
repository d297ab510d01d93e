#include "actors/query.hpp"

#include "actors/asset_evaluation.hpp"
#include "actors/candle_evaluation.hpp"
#include "actors/entity_tag.hpp"
#include "actors/mailbox.hpp"
#include "actors/messages/metadata.hpp"
#include "actors/messages/writer.hpp"
#include "actors/quote_evaluation.hpp"
#include "actors/search_evaluation.hpp"
#include "actors/unix_ms.hpp"
#include "actors/view_plan.hpp"

#include <caf/all.hpp>

namespace tickboard {

namespace {

constexpr auto names_patience = std::chrono::seconds{10};
constexpr auto writer_patience = std::chrono::milliseconds{500}; ///< with what it holds
constexpr int looks_per_patience = 6;

caf::error overloaded(std::string why) {
  return caf::make_error(ec::overloaded, std::move(why));
}

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

/// The answer to whoever asks by names or categories before these are known.
caf::response_promise query_state::nothing_known() {
  auto promise = self->make_response_promise();
  promise.deliver(
      caf::make_error(ec::rebuilding, std::string{"what is known of assets is not read yet"}));
  return promise;
}

caf::response_promise query_state::ask_for_candles(const candles_asked& asked) {
  if (!config.candles) {
    auto promise = self->make_response_promise();
    answer none;
    none.refusal = {404, "No candles", "no candles are kept here: candles.enabled is false"};
    promise.deliver(std::move(none));
    return promise;
  }
  return ask(
      asked.query.canonical(),
      {question_kind::candles, "", false, {}, [this, asked](evaluation_callback done) {
         const auto go = [this, asked, done = std::move(done)](std::vector<candle_chunk> held) {
           evaluate_candles(config.board, store, asked.query, asked.quote, *config.candles,
                            std::move(held), config.now_ms(), done);
         };
         const auto& id = asked.query.id;
         const auto owner = config.writers.empty()
                                ? nullptr
                                : config.writers[string_hash{}(id) % config.writers.size()]->get();
         if (!owner) {
           go({});
           return;
         }
         self->request(owner, writer_patience, held_candles_asked{id})
             .then([go](const candles_held& told) { go(told.chunks); },
                   [go](const caf::error&) { go({}); });
       }});
}

/// Joins those who ask the same, or is answered by what is kept.
std::optional<caf::response_promise> query_state::join(question_kind kind, const std::string& key,
                                                       const std::string& client) {
  const auto& figures = (*config.figures)[kind];
  figures.asked->add();
  const auto it = questions.find(key);
  if (it == questions.end()) {
    auto again = reusable(key);
    if (!again)
      return std::nullopt;
    figures.reused->add();
    auto promise = self->make_response_promise();
    promise.deliver(*std::move(again));
    return promise;
  }
  auto promise = self->make_response_promise();
  auto& one = it->second;
  if (auto last = one.overdue ? last_good(key) : std::nullopt) {
    figures.stale->add();
    promise.deliver(*std::move(last));
    return promise;
  }
  if (!one.riders.empty() && std::chrono::steady_clock::now() - one.started < config.max_age) {
    figures.shared->add();
    one.late.push_back(promise);
    return promise;
  }
  if (one.next.empty())
    one.how.client = client;
  else if (one.how.costly)
    costly_waiting->share(client, key);
  if (!one.next.empty())
    figures.shared->add();
  one.next.push_back(promise);
  one.newest = std::chrono::steady_clock::now();
  return promise;
}

caf::response_promise query_state::ask(const std::string& key, evaluation how) {
  auto joined = join(how.kind, key, how.client);
  return joined ? *std::move(joined) : begin(key, std::move(how));
}

/// Of a question that nobody has asked, or not since it was answered.
caf::response_promise query_state::begin(const std::string& key, evaluation how) {
  auto promise = self->make_response_promise();
  if (questions.size() >= config.max_pending) {
    (*config.figures)[how.kind].refused->add();
    promise.deliver(
        overloaded("more questions are waiting for Redis than view.max_pending allows"));
    return promise;
  }
  const auto fresh = questions.try_emplace(key).first;
  fresh->second.how = std::move(how);
  fresh->second.newest = std::chrono::steady_clock::now();
  fresh->second.next.push_back(promise);
  run(fresh->first, fresh->second);
  show_waiting();
  return promise;
}

void query_state::run(const std::string& key, question& one) {
  one.since = std::chrono::steady_clock::now();
  one.overdue = false;
  demand->note(one.how.read, self->clock().now());
  if (is_kept(one.how.read)) {
    admit(key);
    return;
  }
  waiting.push_back({one.how.read, key});
  if (answers_due == 0)
    ask_for_indexes();
}

/// Nobody overtakes those who wait, also not who asks the same again and again.
void query_state::admit(const std::string& key) {
  auto& one = questions.at(key);
  if (one.how.kind == question_kind::candles) { // it may wait for a writer, and no page with it
    start(key, one);
  } else if (one.how.costly) {
    if (costly_running < config.costly_at_once && costly_waiting->size() == 0)
      start(key, one);
    else if (const auto displaced = costly_waiting->push(one.how.client, key))
      refuse(*displaced,
             overloaded("more costly questions are waiting than view.max_costly_pending allows"));
  } else if (plain_running < config.plain_at_once && plain_waiting.empty()) {
    start(key, one);
  } else {
    plain_waiting.push_back(key); // config.max_pending bounds them
  }
}

/// What counts those that run of its like; null: nothing does.
std::size_t* query_state::counted(const evaluation& how) {
  if (how.kind == question_kind::candles)
    return nullptr;
  return how.costly ? &costly_running : &plain_running;
}

void query_state::admit_waiting() {
  while (plain_running < config.plain_at_once && !plain_waiting.empty()) {
    const auto key = std::move(plain_waiting.front());
    plain_waiting.pop_front();
    start_or_refuse(key);
  }
  while (costly_running < config.costly_at_once) {
    const auto key = costly_waiting->pop();
    if (!key)
      return;
    start_or_refuse(*key);
  }
}

void query_state::start_or_refuse(const std::string& key) {
  auto& one = questions.at(key);
  if (std::chrono::steady_clock::now() - one.newest < config.patience)
    start(key, one);
  else
    refuse(key, overloaded(one.how.costly ? "too many costly questions were before this one"
                                          : "too many questions were before this one"));
}

/// Who asks until here shares the evaluation: it is not older than the question.
void query_state::start(const std::string& key, question& one) {
  one.started = std::chrono::steady_clock::now();
  one.riders = std::exchange(one.next, {});
  if (auto* const running = counted(one.how))
    ++*running;
  one.how.start([me = caf::actor_cast<caf::actor_addr>(self), key](evaluation_outcome outcome) {
    if (auto to = caf::actor_cast<caf::actor>(me))
      caf::anon_send(to, evaluation_done{key, std::move(outcome)});
  });
}

/// All who wait for the evaluation of `key`, which does not run.
void query_state::refuse(const std::string& key, const caf::error& why) {
  const auto it = questions.find(key);
  const auto last = last_good(key);
  const auto& figures = (*config.figures)[it->second.how.kind];
  (last ? figures.stale : figures.refused)->add(it->second.next.size());
  for (auto& one : it->second.next)
    if (last)
      one.deliver(*last);
    else
      one.deliver(why);
  questions.erase(it);
}

void query_state::done(const evaluation_done& message) {
  const auto it = questions.find(message.key);
  if (it == questions.end())
    return;
  auto& one = it->second;
  if (auto* const running = counted(one.how))
    --*running;
  auto riders = std::exchange(one.riders, {});
  const auto& outcome = message.outcome;
  const auto& figures = (*config.figures)[one.how.kind];
  const auto now = std::chrono::steady_clock::now();
  const bool is_old = outcome.problem.empty() && now - one.started >= config.max_age;
  auto& late_go_to = is_old ? one.next : riders;
  late_go_to.insert(late_go_to.end(), one.late.begin(), one.late.end());
  one.late.clear();
  figures.evaluation->observe(now - one.started);
  if (!outcome.problem.empty())
    figures.failed->add();
  if (outcome.problem.empty()) {
    answer fresh;
    fresh.body = outcome.body;
    fresh.total = outcome.total;
    fresh.evaluated = one.started;
    fresh.place = outcome.place;
    fresh.refusal = outcome.refusal;
    fresh.tag = outcome.body ? entity_tag(outcome.mark) : "";
    fresh.link = outcome.link;
    fresh.took = std::chrono::duration_cast<std::chrono::microseconds>(now - one.started);
    const auto shared = caf::make_message(fresh);
    for (auto rider : riders)
      rider.deliver(shared);
    if (fresh.body && !outcome.passing)
      kept_answers->put({message.key, shared, config.now_ms()});
    else if (!fresh.body)
      kept_answers->forget(message.key);
  } else if (const auto last = last_good(message.key)) {
    figures.stale->add(riders.size());
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
  admit_waiting();
  show_waiting();
}

void query_state::show_waiting() {
  config.figures->pending.set(questions.size());
  config.figures->costly_waiting.set(costly_waiting->size());
}

// -- answers that are given once more -------------------------------------------------------------

const answer_cache::kept* query_state::kept_answer(const std::string& key,
                                                   std::chrono::milliseconds max_age) {
  if (max_age.count() == 0)
    return nullptr;
  const auto now = std::chrono::steady_clock::now();
  const auto* const last = kept_answers->find(key, now);
  return last != nullptr && now - last->last().evaluated < max_age ? last : nullptr;
}

std::optional<caf::message> query_state::reusable(const std::string& key) {
  const auto* const kept = kept_answer(key, config.max_age);
  return kept != nullptr ? std::optional{kept->message} : std::nullopt;
}

/// For those who ask while Redis cannot answer.
std::optional<answer> query_state::last_good(const std::string& key) {
  const auto* const kept = kept_answer(key, config.max_stale);
  if (kept == nullptr)
    return std::nullopt;
  auto out = kept->last();
  out.stale_since_ms = kept->told_ms;
  out.tag = stale_tag(out.tag, out.stale_since_ms);
  return out;
}

void query_state::look_for_overdue() {
  self->delayed_send(self, config.patience / looks_per_patience, patience_due{});
  const auto now = std::chrono::steady_clock::now();
  for (auto& [key, one] : questions) {
    if (one.overdue || now - one.since < config.patience)
      continue;
    one.overdue = true;
    const auto last = last_good(key);
    if (!last)
      continue; // they wait on: it may still come
    (*config.figures)[one.how.kind].stale->add(one.riders.size() + one.late.size() +
                                               one.next.size());
    for (auto* those : {&one.riders, &one.late, &one.next})
      for (auto rider : std::exchange(*those, {}))
        rider.deliver(*last);
  }
}

caf::behavior query(caf::stateful_actor<query_state>* self, query_config config) {
  keep_exception_text(*self);
  tell_mailbox(*self);
  auto& state = self->state;
  state.config = std::move(config);
  state.kept_answers.emplace(state.config.cache_bytes,
                             std::max(state.config.max_age, state.config.max_stale));
  state.costly_waiting.emplace(state.config.max_costly_pending);
  const auto& board = *state.config.board;
  state.demand.emplace(board.layout.size());
  state.kept.resize(board.layout.size());
  state.store =
      state.config.open({board.walk, board.gather, board.freeze, board.rows, board.assets_page,
                         board.assets_filtered, board.assets_named, board.movers},
                        redis::client_events{});
  state.ask_for_catalogue();
  state.was_whole = !state.config.keeper;
  state.tell_demand_later();
  if (state.config.max_stale.count() != 0)
    state.look_for_overdue();
  return {
      [&state](const catalogue_changed& fresh) { state.catalogue = fresh.catalogue; },
      [&state](const page_asked& asked) {
        const auto& question = asked.question;
        const auto& view = question->query;
        if (!(view.categories.empty() && view.words.empty()) && !state.catalogue)
          return state.nothing_known();
        if (auto joined = state.join(question_kind::markets, question->key, asked.client))
          return *std::move(joined); // most do, and need no more than this
        return state.begin(
            question->key,
            {question_kind::markets, asked.client, is_costly(state.config.board->layout, view),
             reads_of(state.config.board->layout, view), [&state, question](auto done) {
               evaluate_page(state.config.board, state.store, question->query, state.config.bounds,
                             {state.config.now_ms(), state.catalogue}, std::move(done));
             }});
      },
      [&state](const row_asked& asked) {
        return state.ask("row " + asked.id,
                         {question_kind::market, "", false, {}, [&state, asked](auto done) {
                            evaluate_row(state.config.board, state.store, asked.id, asked.quote,
                                         state.config.now_ms(), std::move(done));
                          }});
      },
      [&state](const candles_asked& asked) { return state.ask_for_candles(asked); },
      [&state](const quotes_asked&) {
        return state.ask("quotes", {question_kind::quotes, "", false, {}, [&state](auto done) {
                                      evaluate_quotes(state.config.board, state.store,
                                                      state.config.now_ms(), std::move(done));
                                    }});
      },
      [&state](const found_asked& asked) {
        return state.ask(asked.canonical(),
                         {question_kind::search, "", false, {}, [&state, asked](auto done) {
                            evaluate_found(state.config.board, state.store, asked,
                                           state.config.now_ms(), std::move(done));
                          }});
      },
      [&state](const asset_page_asked& asked) {
        const auto& view = asked.query;
        if (!view.words.empty() && !state.catalogue)
          return state.nothing_known();
        const bool costly = view.filtered() && view.symbols.wanted.empty();
        return state.ask(
            view.canonical(),
            {question_kind::assets, asked.client, costly, {}, [&state, view](auto done) {
               evaluate_asset_page(state.config.board, state.store, view,
                                   state.config.bounds.scan_limit,
                                   {state.config.now_ms(), state.catalogue}, std::move(done));
             }});
      },
      [&state](const movers_asked& asked) {
        const auto& view = asked.query;
        return state.ask(view.canonical(),
                         {question_kind::movers, asked.client, true, {}, [&state, view](auto done) {
                            evaluate_movers(state.config.board, state.store, view,
                                            state.config.bounds.scan_limit, state.config.now_ms(),
                                            std::move(done));
                          }});
      },
      [&state](const asset_asked& asked) {
        return state.ask("asset " + asked.symbol,
                         {question_kind::asset, "", false,
                          reads_of(state.config.board->layout, markets_of_asset(asked.symbol)),
                          [&state, asked](auto done) {
                            evaluate_asset(state.config.board, state.store, asked.symbol,
                                           state.config.bounds, state.config.now_ms(),
                                           std::move(done));
                          }});
      },
      [&state](const evaluation_done& message) { state.done(message); },
      [&state](const demand_due&) { state.tell_demand(); },
      [&state](const patience_due&) { state.look_for_overdue(); },
  };
}

} // namespace tickboard
