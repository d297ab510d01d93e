#include "adapters/redis/verify/repair.hpp"

#include "lua/scripts.hpp"

#include <fmt/format.h>

#include <random>

namespace tickboard::redis {

namespace {

/// A busy market may be written between looking at it and mending it; each time it is looked at
/// anew.
constexpr int most_tries = 10;

const std::shared_ptr<const script>& mend_script() {
  static const auto one = std::make_shared<const script>("mend", lua::mend);
  return one;
}

const std::shared_ptr<const script>& recount_script() {
  static const auto one = std::make_shared<const script>("recount", lua::recount);
  return one;
}

/// True if the first is the newer; false in doubt.
bool is_newer(const ticker& one, const ticker& other) {
  const auto covers = [](const ticker& a, const ticker& b) {
    return a.trade_at.covers(b.trade_at) && a.quote_at.covers(b.quote_at) &&
           a.stats_at.covers(b.stats_at);
  };
  const bool ahead = covers(one, other), behind = covers(other, one);
  return ahead != behind ? ahead : one.received_ms > other.received_ms;
}

class mender {
public:
  mender(conversation& on, const layout& keys, inspector& looking)
      : on_(on), keys_(keys), looking_(looking),
        owner_(fmt::format("verify:{:016x}", std::mt19937_64{std::random_device{}()}())) {}

  /// False if somebody wrote it meanwhile, each time.
  bool mend(std::size_t partition, const std::string& id) {
    for (int i = 0; i < most_tries; ++i)
      if (try_to_mend(partition, id))
        return true;
    return false;
  }

private:
  bool try_to_mend(std::size_t partition, const std::string& id) {
    const std::span<const std::string> wanted{&id, 1};
    const auto other = looking_.partner(partition, id);
    const auto here = looking_.copies(partition, wanted, true).front();
    if (!looking_.belongs(partition, id))
      return put(partition, here, nullptr, nullptr);
    const auto mine = here.has_row() ? std::optional{read(here)} : std::nullopt;
    std::optional<market_copy> there;
    std::optional<read_copy> theirs;
    if (other) {
      there = looking_.copies(*other, wanted, true).front();
      if (there->has_row())
        theirs = read(*there);
    }
    const bool usable = mine && mine->intact(), other_usable = theirs && theirs->intact();
    const bool take_other = other_usable && (!usable || (is_newer(*theirs->state, *mine->state)));
    const auto* const best = take_other ? &*there : usable ? &here : nullptr;
    const auto* const row = take_other ? &*theirs->row : usable ? &*mine->row : nullptr;
    bool done = put(partition, here, best, row);
    if (other)
      done = put(*other, *there, best, row) && done;
    return done;
  }

  /// Brings the partition's copy, as it was seen, into line with `best`, or removes it.
  bool put(std::size_t partition, const market_copy& seen, const market_copy* best,
           const stored_row* row) {
    const auto& keys = keys_[partition];
    const auto name = split_market_id(seen.id);
    call one;
    one.by_sha = mend_script();
    auto& to = one.arguments;
    for (const auto* key :
         {&keys.owner, &keys.rows, &keys.version, &keys.bases, &keys.counts, &keys.by[id_field]})
      to.add(*key);
    for (const auto index : looking_.indexes(partition))
      to.add(keys.by[index]);
    one.keys = 6 + looking_.indexes(partition).size();
    to.add(owner_);
    to.add(seen.id);
    to.add(base_member(seen.id));
    to.add(name ? fmt::format("{}|{}", name->exchange, name->quote) : std::string{"?"});
    to.add(seen.row.value_or(""));
    to.add(seen.version.value_or(""));
    to.add(best != nullptr ? std::string_view{*best->row} : std::string_view{});
    if (best != nullptr) {
      to.add(*best->version);
      for (const auto index : looking_.indexes(partition))
        to.add(row->scores[index]);
    }
    bool done = false;
    on_.ask(std::move(one), [&](const reply& answer) { done = answer.integer() == 1; });
    return done;
  }

  conversation& on_;
  const layout& keys_;
  inspector& looking_;
  std::string owner_;
};

} // namespace

std::vector<std::shared_ptr<const script>> repair_scripts() {
  return {mend_script(), recount_script()};
}

void repair(conversation& on, const layout& keys, const asset_keys& assets, inspector& looking,
            partition_check& counting, discovery& found) {
  const auto note = [&](bool done) { ++(done ? found.report.mended : found.report.refused); };
  mender mending{on, keys, looking};
  std::set<std::string>
      seen_to; // a market is found in either of its partitions, and set right in both
  for (const auto& [partition, id] : found.markets)
    if (!looking.belongs(partition, id) || seen_to.insert(id).second)
      note(mending.mend(partition, id));
  for (const auto& [partition, member] : found.strays) {
    on.ask({"ZREM", keys[partition].bases, member}); // nobody writes such a member
    note(true);
  }
  for (const auto partition : found.counts)
    for (const auto& one : counting.wrong_counts(partition)) {
      bool done = false;
      call set;
      set.by_sha = recount_script();
      set.keys = 1;
      set.arguments = command{keys[partition].counts, one.name, one.there, one.due};
      on.ask(std::move(set), [&](const reply& answer) { done = answer.integer() == 1; });
      note(done);
    }
  if (found.assets) { // they are made of markets: a daemon that lives notices, and writes them anew
    command unlink{"UNLINK", assets.epoch, assets.owner, assets.row, assets.tags};
    for (const auto& index : assets.by)
      unlink.add(index);
    call one;
    one.arguments = std::move(unlink);
    on.ask(std::move(one));
    note(true);
  }
}

} // namespace tickboard::redis
