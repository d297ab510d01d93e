#include "actors/messages/keeper.hpp"
#include "actors/messages/writer.hpp"
#include "actors/query.hpp"

#include <caf/all.hpp>

/// The part of the query actor that sees to it that what views read is right with every row
/// (docs/decisions/indexes.md).
namespace tickboard {

namespace {

constexpr auto demand_interval = std::chrono::seconds{5};
constexpr auto start_interval = std::chrono::milliseconds{250}; ///< the same, until all are there
/// With writers, which answer when Redis has what lagged. One that does not is waited for no
/// longer.
constexpr auto index_patience = std::chrono::seconds{2};

} // namespace

bool query_state::is_kept(const view_reads& read) const {
  return (read.indexes & ~kept[read.partition]).none();
}

void query_state::ask_for_indexes() {
  asking = demand->asked(self->clock().now());
  for (std::size_t i = 0; i < kept.size(); ++i)
    kept[i] &= asking[i]; // a writer may have heard already that it need not keep the rest
  answers_due = 1;        // our own, behind those of the writers
  not_kept = {};
  if (was_whole) {
    ask_writers();
    return;
  }
  const auto keeper = config.keeper->get();
  if (!keeper) {
    writer_answered(caf::make_error(ec::rebuilding, std::string{"the keeper is being started"}));
    return;
  }
  // Before the writers: then these know of all markets.
  self->request(keeper, index_patience, readiness_asked{})
      .then(
          [this](const readiness& told) {
            was_whole = told.was_whole;
            if (was_whole)
              ask_writers();
            else
              writer_answered(caf::make_error(ec::rebuilding, told.reason));
          },
          [this](const caf::error& problem) { writer_answered(problem); });
}

void query_state::ask_writers() {
  for (const auto& one : config.writers) {
    ++answers_due;
    if (const auto to = one->get())
      self->request(to, index_patience, indexes_asked{asking})
          .then([this](const indexes_kept&) { writer_answered({}); },
                [this](const caf::error& problem) { writer_answered(problem); });
    else
      writer_answered(caf::make_error(ec::rebuilding, std::string{"a writer is being started"}));
  }
  writer_answered({});
}

/// Those who wait get on, or, if they were asked for but not all writers keep them, are refused.
void query_state::writer_answered(const caf::error& problem) {
  if (problem)
    not_kept = problem;
  if (--answers_due > 0)
    return;
  if (!not_kept)
    kept = asking;
  std::vector<std::string> ready, refused;
  std::erase_if(waiting, [&](held& one) {
    const bool was_asked = (one.read.indexes & ~asking[one.read.partition]).none();
    if (is_kept(one.read))
      ready.push_back(std::move(one.key));
    else if (was_asked)
      refused.push_back(std::move(one.key));
    else
      return false;
    return true;
  });
  for (const auto& key : ready)
    admit(key);
  for (const auto& key : refused)
    refuse(key, caf::make_error(not_kept == ec::rebuilding ? ec::rebuilding : ec::store_unavailable,
                                "what the view is sorted or filtered by is behind in Redis: " +
                                    why_not(not_kept)));
  if (!waiting.empty() && answers_due == 0)
    ask_for_indexes();
}

void query_state::tell_demand_later() {
  self->delayed_send(self, was_whole ? demand_interval : start_interval, demand_due{});
}

/// Says what is still asked for, so that writers need not keep the rest.
void query_state::tell_demand() {
  tell_demand_later();
  if (answers_due == 0)
    ask_for_indexes();
}

} // namespace tickboard
