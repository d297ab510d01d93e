#pragma once

#include "actors/address.hpp"
#include "actors/answer_cache.hpp"
#include "actors/evaluation.hpp"
#include "actors/fair_queue.hpp"
#include "actors/index_demand.hpp"
#include "actors/messages/query.hpp"
#include "actors/query_figures.hpp"
#include "actors/unix_ms.hpp"
#include "market/candle_series.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/response_promise.hpp>
#include <caf/stateful_actor.hpp>

#include <deque>
#include <functional>
#include <optional>
#include <unordered_map>

namespace tickboard {

struct evaluation_done {
  std::string key;
  evaluation_outcome outcome;
};

struct query_config {
  board_ptr board;
  store_opener open;
  /// How much older than the question an answer may be, since its evaluation started; 0: not at
  /// all.
  std::chrono::milliseconds max_age{0};
  evaluation_bounds bounds;
  address_ptr metadata = make_address();
  std::size_t max_pending = 10'000;
  std::size_t cache_bytes = 64 * 1024 * 1024;
  std::vector<address_ptr> writers{}; ///< all of the pool
  /// How old the last good answer may be that is given while Redis cannot answer; 0: none is.
  std::chrono::milliseconds max_stale{0};
  /// An evaluation that takes longer is taken for one that Redis does not answer.
  std::chrono::milliseconds patience{1'500};
  std::size_t plain_at_once = 16;       ///< evaluations of all other questions in Redis
  std::size_t costly_at_once = 1;       ///< evaluations of costly questions in Redis
  std::size_t max_costly_pending = 256; ///< costly questions that wait for those
  std::shared_ptr<query_figures> figures = std::make_shared<query_figures>();
  std::optional<candle_counts> candles{}; ///< how many are kept; nothing: none
  wall_clock now_ms = system_clock();
  address_ptr keeper{}; ///< null: the board is whole already
};

struct query_state {
  static constexpr const char* name = "query";
  using time_point = std::chrono::steady_clock::time_point;

  /// How a question is answered.
  struct evaluation {
    question_kind kind = question_kind::markets;
    std::string client; ///< who asks; meaningful if costly
    bool costly = false;
    view_reads read; ///< what must be right
    std::function<void(evaluation_callback)> start;
  };

  /// Everybody who asks the same. Those who ask while an evaluation runs wait for the next one:
  /// nobody gets an answer that is older than the question, unless config.max_age allows it.
  struct question {
    evaluation how;    ///< the client is one of those who wait for the next one
    time_point since;  ///< when the evaluation that runs, or is to run next, was due
    time_point newest; ///< when somebody last asked
    time_point started;
    std::vector<caf::response_promise> riders; ///< of the running evaluation
    std::vector<caf::response_promise> late;   ///< came while it ran: theirs if it is young enough
    std::vector<caf::response_promise> next;
    bool overdue = false; ///< it is due for longer than config.patience
  };

  explicit query_state(caf::event_based_actor* owner) : self(owner) {}
  ~query_state();

  void ask_for_catalogue();
  caf::response_promise nothing_known();
  caf::response_promise ask_for_candles(const candles_asked& asked);
  bool is_kept(const view_reads& read) const;
  void ask_for_indexes();
  void ask_writers();
  void writer_answered(const caf::error& problem);
  void tell_demand();
  void tell_demand_later();
  std::optional<caf::response_promise> join(question_kind kind, const std::string& key,
                                            const std::string& client);
  caf::response_promise ask(const std::string& key, evaluation how);
  caf::response_promise begin(const std::string& key, evaluation how);
  void run(const std::string& key, question& one);
  void admit(const std::string& key);
  std::size_t* counted(const evaluation& how);
  void admit_waiting();
  void start_or_refuse(const std::string& key);
  void start(const std::string& key, question& one);
  void refuse(const std::string& key, const caf::error& why);
  void done(const evaluation_done& message);
  const answer_cache::kept* kept_answer(const std::string& key, std::chrono::milliseconds max_age);
  std::optional<caf::message> reusable(const std::string& key);
  std::optional<answer> last_good(const std::string& key);
  void look_for_overdue();
  void show_waiting();

  caf::event_based_actor* self;
  query_config config;
  std::shared_ptr<redis::client> store;
  asset_catalogue_ptr catalogue; ///< null: not told yet
  /// Each with an evaluation that runs, or waits in one of the three below.
  std::unordered_map<std::string, question> questions;
  std::deque<std::string> plain_waiting; ///< in the order in which they came
  std::size_t plain_running = 0;
  std::optional<fair_queue> costly_waiting;
  std::size_t costly_running = 0;
  std::optional<answer_cache> kept_answers;
  std::optional<index_demand> demand;
  redis::partition_indexes kept;   ///< all writers set these with every row
  redis::partition_indexes asking; ///< what they were last asked for
  std::size_t answers_due = 0;     ///< of writers
  bool was_whole = false;          ///< the keeper has said so, or there is none to ask
  caf::error not_kept;             ///< why one of them cannot say that it does
  struct held {
    view_reads read;
    std::string key;
  };
  std::vector<held> waiting; ///< questions, until what they read is kept
};

/// Answers questions about the board. Identical questions share one evaluation and one body.
///
/// While Redis cannot answer (it is away, frozen, loading, busy, being rewritten), and if
/// config.max_stale allows, the last good answer to a question is given once more, marked by
/// answer::stale_since_ms and by a tag of its own; also when an evaluation is overdue, so that
/// nobody waits for a frozen Redis longer than config.patience. Only answers to questions that were
/// never asked before are errors then.
///
/// Of costly questions (is_costly of view_plan.hpp) only config.costly_at_once are with Redis at a
/// time, so that all others find it free; the rest wait, fair between clients. Of all others, the
/// plain ones, config.plain_at_once are: so few that Redis works on the next ones while the daemon
/// works on the answers (docs/decisions/pages.md); the rest wait in the order in which they came.
/// One that cannot wait, or has waited for config.patience when its turn comes, is refused:
/// ec::overloaded, or the last good answer as above.
///
/// Candles are those that Redis has, and behind them what their writer holds; what that is with a
/// writer that is being restarted is what it last wrote.
///
/// Takes: page_asked, row_asked, candles_asked, quotes_asked, found_asked, asset_page_asked,
/// movers_asked, asset_asked; answers with `answer`, or an error: ec::store_unavailable,
/// ec::rebuilding, ec::overloaded. demand_due, patience_due. A view of an index that no view has
/// read lately waits until the writers have said that it is right with every row (indexes_asked);
/// if one of them cannot, the view is refused, or answered as it last was. So it is until this
/// daemon has brought all markets: another one may have left rows with indexes that lag.
/// catalogue_changed (asks metadata for it once at its start): views by category or words are
/// answered by the catalogue of when their evaluation starts.
caf::behavior query(caf::stateful_actor<query_state>* self, query_config config);

} // namespace tickboard
