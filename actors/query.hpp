#pragma once

#include "actors/address.hpp"
#include "actors/answer_cache.hpp"
#include "actors/evaluation.hpp"
#include "actors/index_demand.hpp"
#include "actors/messages.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/response_promise.hpp>
#include <caf/stateful_actor.hpp>

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
  std::chrono::milliseconds max_age{0}; ///< of a reused answer; 0: none is reused
  evaluation_bounds bounds;
  address_ptr metadata = make_address();
  std::size_t max_pending = 10'000;
  std::size_t cache_bytes = 64 * 1024 * 1024;
  std::vector<address_ptr> writers{}; ///< all of the pool
  /// How old the last good answer may be that is given while Redis cannot answer; 0: none is.
  std::chrono::milliseconds max_stale{0};
  /// An evaluation that takes longer is taken for one that Redis does not answer.
  std::chrono::milliseconds patience{1'500};
};

struct query_state {
  static constexpr const char* name = "query";
  using evaluate = std::function<void(evaluation_callback)>;

  /// Everybody who asks the same. Those who ask while an evaluation runs wait for the next one:
  /// nobody gets an answer that is older than the question.
  struct question {
    std::chrono::steady_clock::time_point started; ///< of the running evaluation
    std::vector<caf::response_promise> riders;     ///< of the running evaluation
    std::vector<caf::response_promise> next;
    evaluate start;
    bool overdue = false; ///< the running evaluation takes longer than config.patience
  };

  explicit query_state(caf::event_based_actor* owner) : self(owner) {}
  ~query_state();

  void ask_for_catalogue();
  void with_indexes(const index_set& read, std::function<void()> go);
  void ask_writers();
  void writer_answered();
  void tell_demand();
  caf::response_promise ask(std::string key, evaluate start);
  void run(const std::string& key, question& one);
  void done(const evaluation_done& message);
  std::optional<answer> kept_answer(const std::string& key, std::chrono::milliseconds max_age);
  std::optional<answer> reusable(const std::string& key);
  std::optional<answer> last_good(const std::string& key);
  void look_for_overdue();

  caf::event_based_actor* self;
  query_config config;
  std::shared_ptr<redis::client> store;
  asset_catalogue_ptr catalogue;                       ///< null: not told yet
  std::unordered_map<std::string, question> questions; ///< each with an evaluation that runs
  std::optional<answer_cache> kept_answers;
  index_demand demand;
  index_set kept;              ///< all writers set these with every row
  index_set asking;            ///< what they were last asked for
  std::size_t answers_due = 0; ///< of writers
  struct held {
    index_set read;
    std::function<void()> go;
  };
  std::vector<held> waiting; ///< evaluations, until what they read is kept; counted in `questions`
};

/// Answers questions about the board. Identical questions share one evaluation and one body.
///
/// While Redis cannot answer (it is away, frozen, loading, busy, being rewritten), and if
/// config.max_stale allows, the last good answer to a question is given once more, marked by
/// answer::stale_since_ms and by a tag of its own; also when an evaluation is overdue, so that
/// nobody waits for a frozen Redis longer than config.patience. Only answers to questions that were
/// never asked before are errors then.
///
/// Takes: page_asked, row_asked, found_asked, asset_page_asked, movers_asked, asset_asked; answers
/// with `answer`, or an error: ec::store_unavailable, ec::rebuilding, ec::overloaded.
/// demand_due, patience_due. A view of an index that no view has read lately waits until the
/// writers have said that it is right with every row (indexes_asked). catalogue_changed (asks
/// metadata for it once at its start): views by category are answered by the catalogue of when
/// their evaluation starts.
caf::behavior query(caf::stateful_actor<query_state>* self, query_config config);

} // namespace tickboard
