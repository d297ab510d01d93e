#include "adapters/redis/verify/partition_check.hpp"

#include "market/json_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <utility>

namespace tickboard::redis {

namespace {

constexpr std::size_t most_suspects = 10'000; ///< held at a time: about 10 MB

std::size_t fingerprint(const sighting& of) {
  const auto hash = [](const std::optional<std::string>& text) {
    return text ? std::hash<std::string>{}(*text) : 0;
  };
  auto out = hash(of.here.row) * 3 + hash(of.here.version);
  if (of.partner)
    out = out * 31 + hash(of.partner->row) * 3 + hash(of.partner->version);
  return out;
}

bool holds(const std::vector<disagreement>& list, const disagreement& one) {
  return std::any_of(list.begin(), list.end(), [&](const disagreement& other) {
    return other.what == one.what && other.index == one.index;
  });
}

std::string count_name(std::string_view id) {
  const auto name = split_market_id(id);
  return name ? fmt::format("{}|{}", name->exchange, name->quote) : std::string{};
}

} // namespace

void discovery::found(const std::string& partition, std::string subject, std::string what) {
  ++report.total;
  if (report.findings.size() < verify_report::max_findings)
    report.findings.push_back({partition, std::move(subject), std::move(what)});
}

std::string partition_check::name(std::size_t partition) const {
  return fmt::format("{{{}}}", keys_.name(partition));
}

void partition_check::run(std::size_t partition) {
  partition_ = partition;
  seen_.clear();
  if (is_emptied())
    return;
  check_rows();
  if (partition == layout::board)
    into_.report.markets = seen_.size();
  check_rests();
  check_bases();
  first_look(batch_, true);
  check_counts();
}

/// Rows without all that says which there are: a daemon that starts deletes them last.
bool partition_check::is_emptied() {
  const auto& keys = keys_[partition_];
  bool out = false;
  call one;
  one.arguments = command{"EXISTS"};
  for (const auto& key : keys.frame())
    one.arguments.add(key);
  on_.ask(std::move(one), [&out](const reply& answer) { out = answer.integer(1) == 0; });
  return out;
}

// -- markets --------------------------------------------------------------------------------------

std::vector<disagreement> partition_check::judge(std::size_t partition,
                                                 const sighting& seen) const {
  auto out = looking_.judge(partition, seen);
  if (writing_.are_many)
    std::erase_if(out, [](const disagreement& one) { return one.told_twice; });
  return out;
}

/// Looks at those that were not seen before.
void partition_check::take(const std::vector<std::string>& ids) {
  for (const auto& id : ids)
    if (seen_.insert(std::hash<std::string>{}(id)).second)
      batch_.push_back(id);
  first_look(batch_, false);
}

void partition_check::first_look(std::vector<std::string>& ids, bool last) {
  std::size_t at = 0;
  for (; ids.size() - at >= inspector::most_ids || (last && at < ids.size());) {
    const auto count = std::min(ids.size() - at, inspector::most_ids);
    for (const auto& seen : looking_.look(partition_, std::span{ids}.subspan(at, count)))
      if (auto wrong = judge(partition_, seen); !wrong.empty())
        suspects_.push_back({partition_, seen.here.id, std::move(wrong), {}, fingerprint(seen), 0});
    at += count;
    if (suspects_.size() >= most_suspects)
      settle();
  }
  ids.erase(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(at));
}

void partition_check::check_rows() {
  scan_rows(partition_, [this](const std::vector<std::string>& ids) { take(ids); });
}

/// `visit` gets ids, each at least once.
void partition_check::scan_rows(std::size_t partition,
                                const std::function<void(const std::vector<std::string>&)>& visit) {
  const auto begin = keys_[partition].rows.size();
  on_.scan_keys(keys_.rows_pattern(partition), [&](std::vector<std::string> found) {
    for (auto& one : found)
      one.erase(0, begin);
    visit(found);
  });
}

/// What stands somewhere without a row.
void partition_check::check_rests() {
  const auto& keys = keys_[partition_];
  const auto look_at = [this](const std::vector<std::string>& entries) {
    std::vector<std::string> ids;
    for (std::size_t i = 0; i < entries.size(); i += 2)
      ids.push_back(entries[i]);
    take(ids);
  };
  on_.scan("HSCAN", keys.version, look_at);
  on_.scan("ZSCAN", keys.by[id_field], look_at);
  for (const auto index : looking_.indexes(partition_))
    on_.scan("ZSCAN", keys.by[index], look_at);
}

void partition_check::check_bases() {
  on_.scan("ZSCAN", keys_[partition_].bases, [this](const std::vector<std::string>& entries) {
    std::vector<std::string> ids;
    for (std::size_t i = 0; i < entries.size(); i += 2) {
      const auto& member = entries[i];
      const auto bar = member.find('|');
      auto id = bar == member.npos ? std::string{} : member.substr(bar + 1);
      if (base_member(id) == member) {
        ids.push_back(std::move(id));
      } else if (into_.strays.emplace(partition_, member).second) {
        into_.found(name(partition_), std::move(id),
                    fmt::format("bases: {} is there, which is not BASE|id of a market",
                                json_excerpt(member)));
      }
    }
    take(ids);
  });
}

/// Looks at the suspects again until each is told, or has settled, or kept changing.
void partition_check::settle() {
  for (int look = 1; !suspects_.empty(); ++look) {
    if (writing_.any_lives)
      wait_(between_looks);
    auto before = std::exchange(suspects_, {});
    for (std::size_t at = 0; at < before.size();) {
      std::vector<std::string> ids;
      const auto partition = before[at].partition;
      for (auto i = at; i < before.size() && before[i].partition == partition &&
                        ids.size() < inspector::most_ids;
           ++i)
        ids.push_back(before[i].id);
      for (const auto& seen : looking_.look(partition, ids))
        judge_again(before[at++], seen, look);
    }
  }
}

/// After a kill nothing moves any more, however long it is looked at.
bool partition_check::is_late_no_more(const disagreement& one, int stood) const {
  return !writing_.any_lives || !one.may_be_late() || stood >= looks_beyond_lag;
}

/// One whose row has changed by the last look is not followed any further; one that has begun to
/// stand still is, for so many looks more.
void partition_check::judge_again(suspect& one, const sighting& seen, int look) {
  const auto row = fingerprint(seen);
  const auto stood = row == one.row ? one.stood + 1 : 0;
  std::vector<disagreement> open;
  for (const auto& wrong : judge(one.partition, seen)) {
    if (holds(one.told, wrong))
      continue;
    if (!holds(one.before, wrong) || (wrong.moves() && stood == 0) ||
        !is_late_no_more(wrong, stood)) {
      open.push_back(wrong);
      continue;
    }
    one.told.push_back(wrong);
    if (wrong.may_be_late() && writing_.may_lag(wrong.received_ms, wrong.derived))
      ++into_.report.late;
    else
      into_.found(name(one.partition), one.id, looking_.tell(wrong, seen));
    if (into_.markets.size() < discovery::max_to_mend)
      into_.markets.emplace(one.partition, one.id);
    else
      ++into_.report.refused;
  }
  if (open.empty())
    return;
  if (look < looks_beyond_lag || (stood > 0 && stood < looks_beyond_lag))
    suspects_.push_back({one.partition, one.id, std::move(open), std::move(one.told), row, stood});
  else
    into_.report.unsettled += open.size();
}

// -- counts ---------------------------------------------------------------------------------------

partition_check::counts partition_check::count_rows(std::size_t partition) {
  std::map<std::string, std::size_t> numbers;
  std::unordered_set<std::size_t> seen;
  scan_rows(partition, [&](const std::vector<std::string>& ids) {
    for (const auto& id : ids)
      if (const auto name = count_name(id);
          !name.empty() && seen.insert(std::hash<std::string>{}(id)).second)
        ++numbers[name];
  });
  counts out;
  for (const auto& [name, number] : numbers)
    out[name] = std::to_string(number);
  return out;
}

partition_check::counts partition_check::stored_counts(std::size_t partition) {
  counts out;
  on_.ask({"HGETALL", keys_[partition].counts}, [&](const reply& answer) {
    for (std::size_t i = 0; i + 1 < answer.size(); i += 2)
      out[std::string{answer[i].text()}] = answer[i + 1].text();
  });
  return out;
}

std::vector<partition_check::wrong_count> partition_check::wrong_counts(std::size_t partition) {
  std::vector<wrong_count> out;
  const auto stored = stored_counts(partition), due = count_rows(partition);
  for (const auto& [name, number] : due)
    if (const auto it = stored.find(name); it == stored.end())
      out.push_back({name, {}, number});
    else if (it->second != number)
      out.push_back({name, it->second, number});
  for (const auto& [name, number] : stored)
    if (!due.contains(name))
      out.push_back({name, number, "0"});
  return out;
}

void partition_check::check_counts() {
  seen_.clear(); // counting needs as much room
  auto wrong = wrong_counts(partition_);
  if (wrong.empty())
    return;
  // Markets may come while they are counted: what differs in the same way twice is wrong.
  const auto again = wrong_counts(partition_);
  std::erase_if(wrong,
                [&](const auto& one) { return std::ranges::find(again, one) == again.end(); });
  for (const auto& one : wrong) {
    into_.counts.insert(partition_);
    into_.found(name(partition_), one.name,
                fmt::format("counts: {} is there, rows are {}",
                            one.there.empty() ? "nothing" : one.there, one.due));
  }
}

} // namespace tickboard::redis
