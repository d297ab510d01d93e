#include "actors/search_evaluation.hpp"
#include "tests/bench/lua/contest.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tickboard::bench {

namespace {

constexpr std::uint32_t most_rows = 50;

/// Puts the first by `field`, of these ids, in order; then the rows.
void sort_then_rows(const arena& in, const std::shared_ptr<redis::client>& client,
                    const std::string& field, texts ids, const finished& done) {
  redis::command scores{"ZMSCORE", in.by(field)};
  for (const auto& id : ids)
    scores.add(id);
  ask_plain(client, {std::move(scores)},
            [&in, client, done, ids = std::move(ids)](const texts& told) {
              std::vector<std::pair<double, std::string>> order;
              for (std::size_t i = 0; i < ids.size(); ++i)
                order.emplace_back(-std::strtod(told[i].c_str(), nullptr), ids[i]);
              std::ranges::sort(order);
              order.resize(std::min<std::size_t>(order.size(), most_rows));
              texts first;
              for (const auto& [score, id] : order)
                first.push_back(id);
              then_rows(client, in.keys().rows, {fmt::format("{}", ids.size())}, first, done);
            });
}

view_query by_price() {
  view_query out;
  out.sort = *find_sort_field("last");
  out.per_page = most_rows;
  return out;
}

std::optional<contender> if_there(arena& in, question ask) {
  if (!in.search)
    return std::nullopt;
  return contender{"", std::move(ask), {}, in.search.get()};
}

contest bases(arena& in) {
  auto query = by_price();
  query.bases.values = {"A1", "A2", "A3"};
  const question by_client = [&in](const auto& client, const finished& done) {
    std::vector<redis::command> commands;
    for (const std::string base : {"A1", "A2", "A3"})
      commands.push_back({"ZRANGEBYLEX", in.keys().bases, "[" + base + "|", "(" + base + "}"});
    ask_plain(client, std::move(commands), [&in, client, done](texts members) {
      for (auto& one : members)
        one.erase(0, one.find('|') + 1);
      sort_then_rows(in, client, "last", std::move(members), done);
    });
  };
  return {"gather",
          "the markets of three bases",
          {"", page_of(in, query), {}, &in.board.redis},
          {{"ZRANGEBYLEX for each; then ZMSCORE, sorted by the client; then MGET",
            by_client,
            {},
            &in.board.redis}},
          if_there(in, search_page("markets", "@base:{A1|A2|A3}", "last", 0, most_rows))};
}

contest narrow_range(arena& in) {
  auto query = by_price();
  const auto count = static_cast<double>(in.board.truth.slots.size());
  const auto low = (count - 99.5) * 1234.5; // a hundred markets
  query.ranges = {{*find_sort_field("volume_usd_24h"), low}};
  const question by_client = [&in, low](const auto& client, const finished& done) {
    ask_plain(client, {{"ZRANGEBYSCORE", in.by("volume_usd_24h"), fmt::format("{}", low), "+inf"}},
              [&in, client, done](texts ids) {
                sort_then_rows(in, client, "last", std::move(ids), done);
              });
  };
  return {"gather",
          "100 markets by a range of another field than the sort's",
          {"", page_of(in, query), {}, &in.board.redis},
          {{"ZRANGEBYSCORE; then ZMSCORE, sorted by the client; then MGET",
            by_client,
            {},
            &in.board.redis}},
          if_there(in, search_page("markets", fmt::format("@volume_usd_24h:[{} inf]", low), "last",
                                   0, most_rows))};
}

/// Every seventh of the first markets.
std::vector<const slot*> some(const arena& in, std::size_t count) {
  std::vector<const slot*> out;
  for (std::size_t i = 0; i < count; ++i)
    out.push_back(&in.board.truth.slots[i * 7]);
  return out;
}

texts ids_of(const std::vector<const slot*>& markets) {
  texts out;
  for (const auto* one : markets)
    out.push_back(one->subject->id);
  return out;
}

/// MGET, with the number of ids in front if `total`.
question rows_by_id(const arena& in, const texts& ids, bool total) {
  return [&in, ids, total](const auto& client, const finished& done) {
    then_rows(client, in.keys().rows, total ? texts{fmt::format("{}", ids.size())} : texts{}, ids,
              done);
  };
}

contest named(arena& in) {
  auto query = by_price();
  query.ids = ids_of(some(in, 20));
  query.given_order = true;
  const question searched = [get = search_rows("markets", query.ids)](const auto& client,
                                                                      const finished& done) {
    get(client, [done](texts rows) {
      rows.insert(rows.begin(), "20");
      done(std::move(rows));
    });
  };
  return {"gather",
          "20 markets by id, in the given order",
          {"", page_of(in, query), {}, &in.board.redis},
          {{"MGET", rows_by_id(in, query.ids, true), {}, &in.board.redis}},
          if_there(in, searched)};
}

contest row(arena& in) {
  const auto& market = *in.board.truth.slots[5].subject;
  const question one = [&in, market](const auto& client, const finished& done) {
    evaluate_row(in.board.on, client, market.id, market.quote, in.board.now_ms(),
                 [done](const evaluation_outcome& outcome) { done(rows_in(*outcome.body)); });
  };
  return {"",
          "one market",
          {"", one, {}, &in.board.redis},
          {{"GET", plain({{"GET", in.keys().row(market.id)}}), {}, &in.board.redis}},
          if_there(in, search_rows("markets", {market.id}))};
}

contest found(arena& in) {
  const auto markets = some(in, 10);
  found_asked asked;
  for (const auto* market : markets)
    asked.found.push_back({market->subject, match_class::exact});
  const question rows = [&in, asked](const auto& client, const finished& done) {
    evaluate_found(in.board.on, client, asked, in.board.now_ms(),
                   [done](const evaluation_outcome& outcome) { done(rows_in(*outcome.body)); });
  };
  return {"rows",
          "10 markets that search found",
          {"", rows, {}, &in.board.redis},
          {{"MGET", rows_by_id(in, ids_of(markets), false), {}, &in.board.redis}},
          if_there(in, search_rows("markets", ids_of(markets)))};
}

} // namespace

std::vector<contest> gather_contests(arena& in) {
  return {bases(in), narrow_range(in), named(in), row(in), found(in)};
}

} // namespace tickboard::bench
