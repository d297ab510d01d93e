#include "adapters/redis/verify/inspection.hpp"

#include "lua/scripts.hpp"
#include "market/json_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>

namespace tickboard::redis {

namespace {

std::optional<std::string> text_in(const reply& answer) {
  return answer.is_nil() ? std::nullopt : std::optional{std::string{answer.text()}};
}

/// As Redis writes scores: "inf" and "-inf" too.
std::optional<double> score_in(const reply& answer) {
  return answer.is_nil() ? std::nullopt
                         : std::optional{std::strtod(std::string{answer.text()}.c_str(), nullptr)};
}

std::string shown(double score) {
  return std::isinf(score) ? std::string{score < 0 ? "null (-inf)" : "inf"}
                           : fmt::format("{}", score);
}

bool is_derived(std::size_t index) {
  static const auto first = *find_sort_field("price_usd"); // the table ends with them
  return index >= first && index != stale_index;
}

/// Two rows of a market that are of the same updates, but heard of by two daemons.
bool are_of_the_same(const market_copy& one, const ticker& state, const market_copy& other,
                     const ticker& other_state) {
  const auto same = [](const watermark& a, const watermark& b) {
    return a.ts_ms == b.ts_ms && a.sequence == b.sequence;
  };
  const auto said = [](const std::string& row) { // by the exchange
    return std::string_view{row}.substr(0, row.find(",\"received_ms\":"));
  };
  return same(state.trade_at, other_state.trade_at) && same(state.quote_at, other_state.quote_at) &&
         same(state.stats_at, other_state.stats_at) && said(*one.row) == said(*other.row);
}

} // namespace

read_copy read(const market_copy& copy) {
  read_copy out{read_stored_row(copy.id, *copy.row), ticker{}};
  if (!out.row)
    out.state = unexpected(out.row.error());
  else if (!copy.version)
    out.state = unexpected(std::string{"version: is not there"});
  else if (out.state = decode_row(*copy.row, *copy.version); !out.state)
    out.state = unexpected(out.state.error());
  else if (out.state->ts_ms() != out.row->ts_ms)
    out.state = unexpected(fmt::format("version \"{}\" has not the ts_ms of the row, {}",
                                       *copy.version, out.row->ts_ms));
  return out;
}

std::string base_member(std::string_view id) {
  const auto name = split_market_id(id);
  return fmt::format("{}|{}", name ? name->base : std::string_view{}, id);
}

inspector::inspector(conversation& on, const layout& keys) : on_(&on), keys_(&keys) {
  for (std::size_t i = id_field + 1; i < index_count; ++i) {
    indexes_[0].push_back(i);
    if (is_everywhere(i))
      indexes_[1].push_back(i);
  }
}

std::shared_ptr<const script> inspector::inspect_script() {
  static const auto one = std::make_shared<const script>("inspect", lua::inspect);
  return one;
}

std::optional<std::size_t> inspector::partner(std::size_t partition,
                                              std::string_view id) const noexcept {
  const auto name = split_market_id(id);
  const auto own = name ? keys_->find(name->quote) : layout::board;
  if (partition != layout::board)
    return own == partition ? std::optional{layout::board} : std::nullopt;
  return own != layout::board ? std::optional{own} : std::nullopt;
}

std::vector<market_copy> inspector::copies(std::size_t partition, std::span<const std::string> ids,
                                           bool with_ranks) {
  if (ids.empty())
    return {};
  const auto& keys = (*keys_)[partition];
  call one;
  one.by_sha = inspect_script();
  auto& to = one.arguments;
  to.add(keys.rows);
  to.add(keys.version);
  to.add(keys.bases);
  one.keys = 3;
  std::vector<std::size_t> ranked;
  if (with_ranks) {
    ranked.push_back(id_field);
    ranked.insert(ranked.end(), indexes(partition).begin(), indexes(partition).end());
  }
  for (const auto index : ranked)
    to.add(keys.by[index]);
  one.keys += ranked.size();
  for (const auto& id : ids) {
    to.add(id);
    to.add(base_member(id));
  }
  std::vector<market_copy> out(ids.size());
  on_->ask(std::move(one), [&](const reply& answer) {
    const auto width = 3 + ranked.size();
    for (std::size_t m = 0; m < ids.size() && (m + 1) * width <= answer.size(); ++m) {
      auto& copy = out[m];
      copy.id = ids[m];
      copy.row = text_in(answer[m * width]);
      copy.version = text_in(answer[m * width + 1]);
      copy.base = score_in(answer[m * width + 2]);
      for (std::size_t i = 0; i < ranked.size(); ++i)
        copy.scores[ranked[i]] = score_in(answer[m * width + 3 + i]);
    }
  });
  return out;
}

std::vector<sighting> inspector::look(std::size_t partition, std::span<const std::string> ids) {
  std::vector<sighting> out;
  for (auto& copy : copies(partition, ids, true))
    out.push_back({std::move(copy), std::nullopt});
  std::map<std::size_t, std::vector<std::size_t>> partners; // whose partner is there
  for (std::size_t i = 0; i < out.size(); ++i)
    if (const auto other = partner(partition, out[i].here.id))
      partners[*other].push_back(i);
  for (const auto& [other, whose] : partners) {
    std::vector<std::string> wanted;
    for (const auto i : whose)
      wanted.push_back(ids[i]);
    auto found = copies(other, wanted, false);
    for (std::size_t k = 0; k < whose.size(); ++k)
      out[whose[k]].partner = std::move(found[k]);
  }
  return out;
}

std::vector<disagreement> inspector::judge(std::size_t partition, const sighting& seen) const {
  std::vector<disagreement> out;
  const auto& here = seen.here;
  const auto add = [&](flaw what, std::size_t index = 0, double there = 0, double due = 0) {
    out.push_back({what, index, there, due, is_derived(index), 0, false});
  };
  if (!here.has_row()) {
    for (std::size_t i = 0; i < index_count; ++i)
      if (here.scores[i])
        add(flaw::rest, i);
    if (here.version)
      add(flaw::rest_version);
    if (here.base)
      add(flaw::rest_base);
    return out;
  }
  const auto mine = read(here);
  if (!mine.row)
    add(flaw::bad_row);
  else if (!mine.state)
    add(flaw::bad_version);
  if (!belongs(partition, here.id))
    add(flaw::foreign);
  if (here.base != 0.0)
    add(flaw::no_base);
  const auto check = [&](std::size_t index) {
    if (!here.scores[index])
      add(flaw::no_rank, index);
    else if (mine.row && *here.scores[index] != mine.row->scores[index])
      add(flaw::wrong_rank, index, *here.scores[index], mine.row->scores[index]);
  };
  check(id_field);
  for (const auto index : indexes(partition))
    check(index);
  auto received_ms = mine.row ? mine.row->received_ms : 0;
  if (seen.partner && !seen.partner->has_row()) {
    add(flaw::only_here);
  } else if (seen.partner && partition != layout::board && mine.intact()) {
    // A partner that cannot be read is told where it stands.
    const auto other = read(*seen.partner);
    if (other.intact() &&
        (*here.row != *seen.partner->row || *here.version != *seen.partner->version)) {
      add(flaw::unlike_partner);
      out.back().derived = *here.version == *seen.partner->version &&
                           mine.row->received_ms == other.row->received_ms;
      out.back().told_twice = are_of_the_same(here, *mine.state, *seen.partner, *other.state);
      received_ms = std::max(received_ms, other.row->received_ms);
    }
  }
  for (auto& one : out)
    one.received_ms = received_ms;
  return out;
}

std::string inspector::tell(const disagreement& one, const sighting& seen) const {
  const auto by = fmt::format("by:{}", index_name(one.index));
  const auto problem = [&](const auto& of) { return of ? std::string{} : of.error(); };
  switch (one.what) {
  case flaw::bad_row:
    return fmt::format("{}: {}", problem(read(seen.here).row), json_excerpt(*seen.here.row));
  case flaw::bad_version:
    return problem(read(seen.here).state) + "; six integers should be";
  case flaw::foreign:
    return "is here; only markets of this quote should be";
  case flaw::no_base:
    return seen.here.base ? fmt::format("bases: {} is there, 0 should be", *seen.here.base)
                          : std::string{"bases: nothing is there, but there is a row"};
  case flaw::no_rank:
    return by + ": nothing is there, but there is a row";
  case flaw::wrong_rank:
    return fmt::format("{}: {} is there, its row says {}", by, shown(one.there), shown(one.due));
  case flaw::rest:
    return by + ": it is there, but there is no row";
  case flaw::rest_version:
    return "version: it is there, but there is no row";
  case flaw::rest_base:
    return "bases: it is there, but there is no row";
  case flaw::only_here:
    return "row: it is here, but not in the other partition that it belongs to";
  case flaw::unlike_partner:
    return fmt::format("row: version \"{}\" is here, the board has version \"{}\" and another row",
                       *seen.here.version, *seen.partner->version);
  }
  return {};
}

} // namespace tickboard::redis
