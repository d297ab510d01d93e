#include "actors/query_figures.hpp"

#include <string_view>
#include <utility>

namespace tickboard {

namespace {

query_figures::of_kind figures_of(metrics::registry& in, std::string_view kind) {
  const metrics::labels of{{"question", std::string{kind}}};
  return {
      &in.count({"tickboard_questions_total", "Questions that were asked"}, of),
      &in.count({"tickboard_questions_shared_total",
                 "Questions that were answered by an evaluation that others asked for as well"},
                of),
      &in.count({"tickboard_questions_reused_total",
                 "Questions that were answered by an answer not older than view.max_age"},
                of),
      &in.count({"tickboard_questions_refused_total",
                 "Questions refused: view.max_pending, view.max_costly_pending, or an index that "
                 "Redis does not take"},
                of),
      &in.count({"tickboard_answers_stale_total",
                 "Last good answers that were given because Redis could not answer"},
                of),
      &in.count({"tickboard_evaluations_failed_total", "Evaluations that Redis did not answer"},
                of),
      &in.duration({"tickboard_evaluation_duration_seconds",
                    "From asking Redis to its last answer, which all who share it get"},
                   of),
  };
}

} // namespace

query_figures::query_figures(metrics::registry_ptr in)
    : registry(std::move(in)), kinds{figures_of(*registry, "markets"),
                                     figures_of(*registry, "market"),
                                     figures_of(*registry, "search"),
                                     figures_of(*registry, "assets"),
                                     figures_of(*registry, "movers"),
                                     figures_of(*registry, "asset"),
                                     figures_of(*registry, "candles"),
                                     figures_of(*registry, "quotes")},
      pending(registry->level({"tickboard_questions_pending",
                               "Distinct questions that wait for Redis (view.max_pending)"})),
      costly_waiting(registry->level(
          {"tickboard_costly_questions_waiting",
           "Costly questions that wait for their turn (view.max_costly_pending)"})) {
}

} // namespace tickboard
