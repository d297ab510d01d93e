#include "actors/lane.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tickboard {

namespace {

/// What a market is counted under.
std::string count_key(const market& one) {
  return fmt::format("{}|{}", one.exchange, one.quote);
}

/// Why a call, or any command of a transaction, failed. Empty: none did, or the transaction was
/// void.
std::string_view first_error(const redis::reply& of) {
  if (of.failed())
    return of.error();
  for (std::size_t i = 0; i < of.size(); ++i)
    if (of[i].failed())
      return of[i].error();
  return {};
}

} // namespace

lane::lane(const board& on, std::size_t partition) : board_(&on), partition_(partition) {
  for (std::size_t i = id_field + 1; i < index_count; ++i)
    if (partition == redis::layout::board || is_everywhere(i))
      indexes_.push_back(i);
}

void lane::mark(slot& market) {
  market.changed();
  push(market);
}

void lane::push(slot& market) {
  auto& entry = market.entry(partition_);
  if (entry.dirty)
    return;
  entry.dirty = true;
  waiting_.push_back(&market);
}

void lane::await(slot& market, time_point due) {
  if (!std::exchange(market.entry(partition_).awaited, true))
    laggards_.push_back({&market, due});
}

void lane::catch_up(time_point now) {
  for (auto left = std::min(laggards_.size(), catch_up_limit);
       left > 0 && laggards_.front().due <= now; --left) {
    auto& market = *laggards_.front().market;
    laggards_.pop_front();
    auto& entry = market.entry(partition_);
    entry.awaited = false;
    if (!entry.lags)
      continue;
    if (now < entry.all_sent + lag) { // an update has carried them meanwhile
      await(market, entry.all_sent + lag + grace);
    } else if (std::any_of(indexes_.begin(), indexes_.end(), [&](std::size_t index) {
                 return market.score(index) != entry.sent[index - 1];
               })) {
      entry.all_due = true;
      push(market);
    } else {
      entry.lags = false;
    }
  }
}

void lane::keep_up(const index_set& asked) {
  const bool more = (asked & ~kept_).any();
  kept_ = asked;
  if (more)
    for (const auto& one : std::exchange(laggards_, {})) {
      auto& entry = one.market->entry(partition_);
      entry.awaited = false;
      if (!entry.lags)
        continue;
      entry.all_due = true;
      push(*one.market);
    }
  // Of those that are not merged Redis may have anything.
  const auto owe_unmerged = [this](slot* one, bool also) {
    if (also || !is_merged(*one))
      owe(*one);
  };
  for (const auto* those : {&waiting_, &leaving_})
    for (auto* one : *those)
      owe_unmerged(one, more && one->entry(partition_).lags);
  for (const auto* those : {&batch_, &leaving_batch_})
    for (auto* one : *those)
      owe_unmerged(one, more); // until Redis has it
}

void lane::owe(slot& market) {
  if (!std::exchange(market.entry(partition_).owed, true))
    ++owed_;
}

void lane::is_even(slot& market) {
  if (std::exchange(market.entry(partition_).owed, false))
    --owed_;
}

void lane::want_all() {
  const auto note = [this](slot& one, want how) {
    auto& entry = one.entry(partition_);
    if (entry.leaving == departure::none && std::exchange(entry.wanted, how) == want::none)
      ++wanted_;
  };
  if (!discarded_) // else what was in it is marked anew
    for (auto* one : batch_)
      note(*one, want::sent);
  for (auto* one : waiting_) // also of those in flight: newer
    note(*one, want::queued);
}

void lane::no_longer_wanted(slot& market) {
  if (std::exchange(market.entry(partition_).wanted, want::none) != want::none)
    --wanted_;
}

void lane::leave(const std::vector<slot*>& markets) {
  for (auto* one : markets) {
    one->entry(partition_).leaving = departure::queued;
    leaving_.push_back(one);
  }
  const auto is_leaving = [this](slot* one) {
    return one->entry(partition_).leaving != departure::none;
  };
  std::erase_if(waiting_, is_leaving);
  std::erase_if(laggards_, [&](const laggard& one) { return is_leaving(one.market); });
  for (auto* one : markets) {
    one->entry(partition_).dirty = one->entry(partition_).awaited = false;
    no_longer_wanted(*one);
  }
}

void lane::stay(slot& market) {
  std::erase(leaving_, &market);
  auto& entry = market.entry(partition_);
  entry.leaving = departure::none;
  entry.merged = 0;
}

bool lane::is_plain() const {
  bool out = leaving_.empty();
  visit_next([&](slot& one) { out = out && is_merged(one); });
  return out;
}

std::vector<redis::call> lane::take_batch(std::string_view token, time_point now, way by,
                                          std::function<void(lane_result)> done) {
  const auto count = std::min(waiting_.size(), max_batch);
  batch_.assign(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(count));
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(count));
  discarded_ = false;

  std::vector<slot*> known, unknown;
  for (auto* one : batch_) {
    auto& entry = one->entry(partition_);
    entry.dirty = false; // a later patch marks it for the next batch
    if (entry.wanted == want::queued)
      entry.wanted = want::sent;
    (is_merged(*one) ? known : unknown).push_back(one);
  }
  // Merging makes us the owner. A write behind it would be accepted, and might bring older values
  // than another daemon has stored meanwhile.
  std::vector<redis::call> calls;
  if (!known.empty())
    calls.push_back(by == way::commands ? plain_call(now, known) : write_call(token, now, known));
  for (auto* one : known)
    note_sent(*one, now);
  if (!unknown.empty())
    calls.push_back(merge_call(token, now, unknown));
  if (!leaving_.empty())
    calls.push_back(forget_call(token));

  struct progress {
    lane_result result;
    std::size_t open;
    bool claimed; // the owner found before the first batch is no news
    std::function<void(lane_result)> done;
  };
  auto shared = std::make_shared<progress>(progress{{}, calls.size(), claimed_, std::move(done)});
  for (auto& one : calls) {
    const bool is_merge = one.by_sha == board_->merge;
    const bool is_plain = !one.transaction.empty();
    one.done = [shared, is_merge, is_plain](const redis::reply& answer) {
      auto& result = shared->result;
      const auto worse = [&](lane_result::outcome what) {
        result.what = std::max(result.what, what);
      };
      const auto owner = is_merge && answer.size() > 0 ? answer[0].integer() : answer.integer();
      if (const auto problem = first_error(answer); !problem.empty()) {
        worse(lane_result::outcome::failed);
        result.failure = problem;
        result.away = answer.disconnected();
      } else if (is_plain) {
        if (answer.is_nil())
          worse(lane_result::outcome::shared); // or emptied: merging finds out
      } else if (owner == -1 && shared->claimed) {
        worse(lane_result::outcome::emptied);
      } else if (owner == 0 && shared->claimed) {
        worse(lane_result::outcome::shared);
      }
      if (is_merge)
        for (std::size_t i = 1; i + 2 < answer.size(); i += 3)
          result.conflicts.push_back({std::string{answer[i].text()},
                                      std::string{answer[i + 1].text()},
                                      std::string{answer[i + 2].text()}});
      if (--shared->open == 0)
        shared->done(std::move(result));
    };
  }
  return calls;
}

std::size_t lane::finish(const lane_result& result) {
  const auto batch = std::exchange(batch_, {});
  const bool stored = !discarded_ && result.what != lane_result::outcome::failed;
  finish_leaving(stored);
  if (discarded_)
    return 0;
  std::size_t out = 0;
  claimed_ = claimed_ || stored;
  for (auto* one : batch) {
    auto& entry = one->entry(partition_);
    if (entry.leaving != departure::none)
      continue; // since the batch was sent
    const bool conflicted =
        std::any_of(result.conflicts.begin(), result.conflicts.end(),
                    [&](const auto& conflict) { return conflict.id == one->subject->id; });
    // A plain write is refused as a whole when somebody else has written.
    const bool written =
        stored && !conflicted && (result.what == lane_result::outcome::done || !is_merged(*one));
    entry.merged = written ? reign_ : 0;
    entry.brought = entry.brought || written;
    entry.lags = !written || (entry.lags && !entry.carried);
    entry.carried = false;
    if (!entry.lags)
      is_even(*one);
    if (entry.wanted == want::sent && written)
      no_longer_wanted(*one);
    else if (entry.wanted == want::sent)
      entry.wanted = want::queued;
    out += written ? 1 : 0;
    if (partition_ == redis::layout::board) {
      if (!written)
        one->not_stored();
      one->sent_since = {};
    }
    if (!written && !conflicted)
      mark(*one);
    else if (!one->entries[0].dirty && !one->entries[1].dirty)
      one->changed(); // nobody waits for it: give the memory back
  }
  if (result.what == lane_result::outcome::shared)
    ++reign_; // also for what this batch has merged: what it forgot may have claimed the partition
  return out;
}

void lane::leave_to_another(slot& market) {
  market.entry(partition_).lags = false;
  is_even(market);
}

void lane::finish_leaving(bool stored) {
  for (auto* one : std::exchange(leaving_batch_, {})) {
    auto& entry = one->entry(partition_);
    if (entry.leaving != departure::sent)
      continue; // it stays, or is to leave once more
    entry.leaving = stored ? departure::over : departure::queued;
    if (stored)
      is_even(*one);
    else
      leaving_.push_back(one);
  }
}

void lane::reset() {
  discarded_ = in_flight();
  claimed_ = false;
  wanted_ = 0;
  waiting_.clear();
  laggards_.clear();
  // The writer clears the entries of all others.
  std::vector<slot*> still_there(leaving_.begin(), leaving_.end());
  still_there.insert(still_there.end(), leaving_batch_.begin(), leaving_batch_.end());
  owed_ = 0;
  for (auto* one : still_there)
    one->entry(partition_).owed = false;
  for (auto* one : still_there)
    owe(*one);
}

bool lane::is_due(slot& market, std::size_t index) const {
  const auto& entry = market.entry(partition_);
  return (kept_[index] || entry.all_due) && market.score(index) != entry.sent[index - 1];
}

/// Those that have something new, which most have not; says of each market whether all are due.
std::vector<lane::changed_index> lane::changed_indexes(time_point now,
                                                       const std::vector<slot*>& known) {
  for (auto* one : known) {
    auto& entry = one->entry(partition_);
    entry.all_due = entry.all_due || now - entry.all_sent >= lag;
  }
  std::vector<changed_index> out;
  for (const auto index : indexes_)
    if (const auto markets = static_cast<std::size_t>(std::count_if(
            known.begin(), known.end(), [&](slot* one) { return is_due(*one, index); }));
        markets > 0)
      out.push_back({index, markets});
  return out;
}

void lane::add_rows(redis::command& to, const std::vector<slot*>& known) const {
  for (auto* one : known) {
    to.add(board_->layout[partition_].rows, one->subject->id);
    to.add(one->row());
  }
}

void lane::add_versions(redis::command& to, const std::vector<slot*>& known) const {
  for (auto* one : known) {
    to.add(one->subject->id);
    to.add(one->version());
  }
}

void lane::add_scores(redis::command& to, const std::vector<slot*>& known,
                      std::size_t index) const {
  for (auto* one : known)
    if (is_due(*one, index)) {
      add_score(to, *one, index);
      to.add(one->subject->id);
    }
}

redis::call lane::write_call(std::string_view token, time_point now,
                             const std::vector<slot*>& known) {
  const auto& keys = board_->layout[partition_];
  const auto changed = changed_indexes(now, known);
  redis::call out;
  out.by_sha = board_->write;
  out.keys = 2 + changed.size();
  auto& to = out.arguments;
  std::size_t bytes = 1'024; // keys and counts
  for (auto* one : known)
    bytes += one->row().size() + one->version().size() + 64 +
             changed.size() * (one->subject->id.size() + 40);
  to.reserve(bytes + 64 * changed.size());
  to.add(keys.owner);
  to.add(keys.version);
  for (const auto& one : changed)
    to.add(keys.by[one.index]);
  to.add(token);
  to.add("1");

  const auto count = static_cast<std::int64_t>(2 * known.size());
  to.add(count);
  add_rows(to, known);
  to.add(count);
  add_versions(to, known);
  for (const auto& of : changed) {
    to.add(static_cast<std::int64_t>(2 * of.markets));
    add_scores(to, known, of.index);
  }
  return out;
}

/// What write.lua does, by Redis' own commands.
redis::call lane::plain_call(time_point now, const std::vector<slot*>& known) {
  const auto& keys = board_->layout[partition_];
  const auto changed = changed_indexes(now, known);
  redis::call out;
  out.transaction.reserve(2 + changed.size());
  auto& rows = out.transaction.emplace_back(redis::command{"MSET"});
  std::size_t bytes = 16;
  for (auto* one : known)
    bytes += one->row().size() + one->subject->id.size() + keys.rows.size() + 32;
  rows.reserve(bytes);
  add_rows(rows, known);
  add_versions(out.transaction.emplace_back(redis::command{"HSET", keys.version}), known);
  for (const auto& one : changed)
    add_scores(out.transaction.emplace_back(redis::command{"ZADD", keys.by[one.index]}), known,
               one.index);
  return out;
}

/// After a call that carries what was due of this market.
void lane::note_sent(slot& market, time_point now) {
  auto& entry = market.entry(partition_);
  const bool all = std::exchange(entry.all_due, false) || kept_.all();
  for (const auto index : indexes_)
    if (all || kept_[index])
      entry.sent[index - 1] = market.score(index);
  entry.carried = all;
  if (all) {
    entry.all_sent = now;
  } else {
    entry.lags = true; // perhaps: `catch_up` looks
    await(market, std::max(entry.all_sent + lag, now) + grace);
  }
}

/// A call of a script that names every key of the partition, up to its token.
redis::call lane::whole_partition_call(const board::script_ptr& script,
                                       std::string_view token) const {
  const auto& keys = board_->layout[partition_];
  redis::call out;
  out.by_sha = script;
  out.keys = 6 + indexes_.size();
  auto& to = out.arguments;
  for (const auto* key :
       {&keys.owner, &keys.rows, &keys.version, &keys.bases, &keys.counts, &keys.by[id_field]})
    to.add(*key);
  for (const auto index : indexes_)
    to.add(keys.by[index]);
  to.add(token);
  return out;
}

redis::call lane::merge_call(std::string_view token, time_point now,
                             const std::vector<slot*>& unknown) {
  auto out = whole_partition_call(board_->merge, token);
  auto& to = out.arguments;
  for (auto* one : unknown) {
    to.add(one->subject->id);
    to.add(one->subject->base);
    to.add(count_key(*one->subject));
    to.add(one->row());
    to.add(one->version());
    auto& entry = one->entry(partition_);
    for (const auto index : indexes_) {
      add_score(to, *one, index);
      entry.sent[index - 1] = one->score(index);
    }
    entry.all_due = false;
    entry.carried = true;
    entry.all_sent = now;
  }
  return out;
}

redis::call lane::forget_call(std::string_view token) {
  const auto end =
      leaving_.begin() + static_cast<std::ptrdiff_t>(std::min(leaving_.size(), max_batch));
  leaving_batch_.assign(leaving_.begin(), end);
  leaving_.erase(leaving_.begin(), end);
  auto out = whole_partition_call(board_->forget, token);
  auto& to = out.arguments;
  for (auto* one : leaving_batch_) {
    one->entry(partition_).leaving = departure::sent;
    to.add(one->subject->id);
    to.add(one->subject->base);
    to.add(count_key(*one->subject));
    to.add(one->version());
  }
  return out;
}

} // namespace tickboard
